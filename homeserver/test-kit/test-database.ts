import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** A database of a test's own. */
export interface TestDatabase {
  /** For `openStorage`, or `DATABASE_URL`. */
  readonly url: string;
  /** Removes it. Close what uses it first. */
  drop(): Promise<void>;
}

/** The database that this run of the tests is about: `GUILDHALL_TEST_DATABASE`, SQLite unless set. */
export const testDialect = process.env.GUILDHALL_TEST_DATABASE === 'postgres' ? 'postgres' : 'sqlite';

/** Makes an empty database: a file in a temporary folder, or a database in the test cluster. */
export function createTestDatabase(): Promise<TestDatabase> {
  return testDialect === 'postgres' ? createInCluster() : createFile();
}

/** As `createTestDatabase`, a file whatever this run is about. */
export async function createFile(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'guildhall-db-'));
  return {
    url: `sqlite:${join(folder, 'homeserver.db')}`,
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * Copies a database in the test cluster, which nobody may be connected to: as `pg_dump` and `pg_restore` would.
 *
 * @param url as `createTestDatabase` gave it.
 */
export function copyInCluster(url: string): Promise<TestDatabase> {
  return createInCluster(` TEMPLATE ${new URL(url).pathname.slice(1)}`);
}

async function createInCluster(template = ''): Promise<TestDatabase> {
  const cluster = process.env.GUILDHALL_TEST_POSTGRES_URL;
  if (cluster === undefined)
    throw new Error('GUILDHALL_TEST_POSTGRES_URL is not set: run "npm run services -- start"');
  const name = `guildhall_${randomBytes(8).toString('hex')}`;
  await inCluster(cluster, `CREATE DATABASE ${name}${template}`);
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => inCluster(cluster, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function inCluster(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
