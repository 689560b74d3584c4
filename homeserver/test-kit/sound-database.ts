import { expect } from 'chai';
import pg from 'pg';
import { checkDatabase } from '../src/storage/check/check-database.ts';
import { openSnapshot } from '../src/storage/database/open-snapshot.ts';
import type { Database } from '../src/storage/index.ts';

/** Every contradiction that the checker finds, in words. */
export async function contradictionsIn(database: Pick<Database, 'dialect' | 'all'>): Promise<string[]> {
  const found: string[] = [];
  for await (const { contradictions } of checkDatabase(database)) found.push(...contradictions);
  return found;
}

/**
 * As `expectSoundDatabase`, over a connection of its own: SQLite's full-text index takes itself for broken on one that
 * has read it before rows were deleted.
 */
export async function expectSoundDatabaseAt(url: string): Promise<void> {
  const snapshot = await openSnapshot(url);
  try {
    await expectSoundDatabase(snapshot);
  } finally {
    await snapshot.close();
  }
}

/** Fails with what the checker finds. */
export async function expectSoundDatabase(database: Pick<Database, 'dialect' | 'all'>): Promise<void> {
  expect(await contradictionsIn(database)).to.deep.equal([]);
}

/** Fails with what PostgreSQL finds wrong with its indexes. Those of SQLite are a part of `expectSoundDatabase`. */
export async function expectSoundIndexes(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) return;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS amcheck');
  const { rows } = await client.query(
    `SELECT c.relname, bt_index_check(c.oid, true) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.amname = 'btree' AND n.nspname = 'public'`,
  );
  expect(rows).to.have.length.above(20);
  await client.end();
}
