import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { migrations, runMigrations } from '../migrations/run-migrations.ts';
import type { Database } from './database.ts';
import { parseDatabaseUrl } from './database-url.ts';

/** What opening a database needs to know. */
export interface DatabaseOptions {
  /** As `parseDatabaseUrl` reads it. */
  readonly url: string;
  /** Told of connections that broke while idle. */
  readonly onError: (error: Error) => void;
}

/**
 * Opens the database, brings it to the newest schema, and starts its writer.
 *
 * @throws an error that says what is wrong with the URL, or the database's own.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const where = parseDatabaseUrl(options.url);
  return where.dialect === 'postgres' ? openPostgres(options) : openSqlite(where.path, where.synchronous);
}

async function openPostgres({ url, onError }: DatabaseOptions): Promise<Database> {
  const { migrateAlone } = await import('./postgres/migrate-alone.ts');
  await migrateAlone(url);
  const { PostgresDatabase } = await import('./postgres/postgres-database.ts');
  return PostgresDatabase.open(url, onError);
}

async function openSqlite(path: string, synchronous: 'full' | 'normal'): Promise<Database> {
  mkdirSync(dirname(path), { recursive: true });
  const { lockForThisProcess } = await import('./sqlite/single-process-lock.ts');
  const lock = lockForThisProcess(path);
  try {
    if (!isCurrent(path)) {
      await runMigrations({
        client: 'better-sqlite3',
        connection: { filename: path },
        useNullAsDefault: true,
      });
    }
    const { SqliteDatabase } = await import('./sqlite/sqlite-database.ts');
    return new SqliteDatabase({ path, synchronous }, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whether there is nothing to migrate; spares a start the weight of the migration library. */
function isCurrent(path: string): boolean {
  const database = new BetterSqlite3(path);
  try {
    database.pragma('journal_mode = WAL');
    const done = database.prepare('SELECT name FROM knex_migrations ORDER BY id DESC LIMIT 1').pluck().get();
    return done === migrations.at(-1)?.name;
  } catch {
    // No such table: a new database.
    return false;
  } finally {
    database.close();
  }
}
