import { expect } from 'chai';
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
