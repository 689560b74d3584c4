import BetterSqlite3 from 'better-sqlite3';
import { migrations } from '../migrations/run-migrations.ts';
import type { Database } from './database.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { defineQuery, type Query, type QueryValue } from './sql.ts';
import { bindForSqlite } from './sqlite/bind.ts';

/** A row of any table, its values in the order of the columns that were asked for. */
export type RawRow = readonly (string | number | null)[];

/**
 * One moment of a database: whatever a server writes meanwhile, every read sees the same. For tools of the command line;
 * a server must not hold one, since what it could see cannot be tidied away until it is closed.
 */
export interface DatabaseSnapshot extends Pick<Database, 'dialect' | 'all'> {
  /** Every row of a table, in no order, some hundred at a time. */
  rows(table: string, columns: readonly string[]): AsyncGenerator<RawRow[]>;
  close(): Promise<void>;
}

const ROWS_AT_ONCE = 500;
const migrationsDone = defineQuery<[], { name: string }>('SELECT name FROM knex_migrations');

/**
 * Opens a database for reading one moment of it, also beside a running server. Nothing is written.
 *
 * @throws an error that says what to do when there is no database, or one of another version of the schema.
 */
export async function openSnapshot(url: string): Promise<DatabaseSnapshot> {
  const where = parseDatabaseUrl(url);
  const snapshot =
    where.dialect === 'postgres' ? await openPostgresSnapshot(where.url) : openSqliteSnapshot(where.path);
  try {
    const done = await snapshot.all(migrationsDone, []).catch(() => []);
    if (done.length === 0) throw new Error(`There is no Guildhall in the database ${withoutPassword(url)}.`);
    const names = new Set(done.map(({ name }) => name));
    if (names.size === migrations.length && migrations.every(({ name }) => names.has(name))) return snapshot;
    throw new Error(
      `The database ${withoutPassword(url)} has the schema of another version of Guildhall. Start the server on it ` +
        'once with this version, stop it, and try again.',
    );
  } catch (error) {
    await snapshot.close();
    throw error;
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]+):[^@/]*@/, '//$1@');
}

function openSqliteSnapshot(path: string): DatabaseSnapshot {
  const database = openFile(path);
  // The moment is that of the first read.
  database.exec('BEGIN');
  const prepared = new Map<string, BetterSqlite3.Statement>();
  return {
    dialect: 'sqlite',
    async all<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]> {
      const text = query.text.sqlite;
      const statement = prepared.get(text) ?? database.prepare(text);
      prepared.set(text, statement);
      return statement.all(...params.map(bindForSqlite)) as R[];
    },
    async *rows(table, columns) {
      const statement = database.prepare(`SELECT ${columns.join(', ')} FROM ${table}`).raw();
      yield* inBatches(statement.iterate() as IterableIterator<RawRow>);
    },
    close: async () => void database.close(),
  };
}

function openFile(path: string): BetterSqlite3.Database {
  try {
    return new BetterSqlite3(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  } catch (error) {
    throw new Error(`There is no database ${path} that can be read: ${String(error)}`, { cause: error });
  }
}

function* inBatches(rows: Iterable<RawRow>): Generator<RawRow[]> {
  let batch: RawRow[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function openPostgresSnapshot(url: string): Promise<DatabaseSnapshot> {
  const { default: pg } = await import('pg');
  const { integersAsNumbers } = await import('./postgres/integers-as-numbers.ts');
  const client = new pg.Client({ connectionString: url, types: integersAsNumbers });
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return {
    dialect: 'postgres',
    async all<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]> {
      return (await client.query({ text: query.text.postgres, values: [...params] })).rows as R[];
    },
    async *rows(table, columns) {
      await client.query(
        `DECLARE table_rows NO SCROLL CURSOR FOR SELECT ${columns.join(', ')} FROM ${table}`,
      );
      for (;;) {
        const fetched = await client.query({
          text: `FETCH ${ROWS_AT_ONCE} FROM table_rows`,
          rowMode: 'array',
        });
        if (fetched.rows.length === 0) break;
        yield fetched.rows as RawRow[];
      }
      await client.query('CLOSE table_rows');
    },
    close: () => client.end(),
  };
}
