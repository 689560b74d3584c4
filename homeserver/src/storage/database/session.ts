import { existsSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import type pg from 'pg';
import type { Database } from './database.ts';
import { parseDatabaseUrl } from './database-url.ts';
import type { Column } from './schema.ts';
import { type Query, type QueryValue, type SqlValue, toPostgres } from './sql.ts';
import { bindForSqlite } from './sqlite/bind.ts';
import { lockForThisProcess } from './sqlite/single-process-lock.ts';

/** A row of any table, its values in the order of the columns that were asked for. */
export type RawRow = readonly SqlValue[];

/**
 * One transaction on a database, for tools of the command line: whatever a server writes meanwhile, every read sees the
 * same moment. What it changes is there when it is committed, or not at all.
 */
export interface Session extends Pick<Database, 'dialect' | 'all'> {
  /** Every row of a table, in no order, some hundred at a time. */
  rows(table: string, columns: readonly Column[]): AsyncGenerator<RawRow[]>;
  /** Changes rows, by portable SQL with `?` placeholders. */
  run(text: string, values?: readonly SqlValue[]): Promise<void>;
  /** Adds rows to a table. */
  insert(table: string, columns: readonly Column[], rows: readonly RawRow[]): Promise<void>;
  /** Makes the changes durable and ends the transaction; nothing else can be done but to close. */
  commit(): Promise<void>;
  /** Ends the session. What was not committed is undone. */
  close(): Promise<void>;
}

/** Whether a session may change anything. */
export type SessionMode = 'read' | 'write';

const ROWS_AT_ONCE = 500;

/** Opens a session, on a database that is there. */
export function openSession(url: string, mode: SessionMode): Promise<Session> {
  const where = parseDatabaseUrl(url);
  return where.dialect === 'postgres'
    ? openOnPostgres(where.url, mode, false)
    : openOnSqlite(where.path, mode);
}

/**
 * Opens a session on a database that no server may be running on, for as long as the session is open.
 *
 * @throws an error that says what to do when a server is, or when there is no database.
 */
export async function openOfflineSession(url: string, mode: SessionMode): Promise<Session> {
  const where = parseDatabaseUrl(url);
  if (where.dialect === 'postgres') return openOnPostgres(where.url, mode, true);
  if (!existsSync(where.path)) throw new Error(`There is no database ${where.path}.`);
  const lock = lockForThisProcess(where.path);
  try {
    const session = await openOnSqlite(where.path, mode);
    return {
      ...session,
      async close() {
        await session.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openOnSqlite(path: string, mode: SessionMode): Promise<Session> {
  const database = openFile(path, mode);
  // The moment is that of the first read.
  database.exec(mode === 'read' ? 'BEGIN' : 'BEGIN IMMEDIATE');
  const prepared = new Map<string, BetterSqlite3.Statement>();
  const prepare = (text: string): BetterSqlite3.Statement => {
    const statement = prepared.get(text) ?? database.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  return {
    dialect: 'sqlite',
    async all<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]> {
      return prepare(query.text.sqlite).all(...params.map(bindForSqlite)) as R[];
    },
    async *rows(table, columns) {
      const statement = database.prepare(`SELECT ${namesOf(columns)} FROM ${table}`).raw();
      yield* inBatches(statement.iterate() as IterableIterator<RawRow>);
    },
    async run(text, values = []) {
      prepare(text).run(...values);
    },
    async insert(table, columns, rows) {
      const marks = columns.map(() => '?').join(', ');
      const statement = prepare(`INSERT INTO ${table} (${namesOf(columns)}) VALUES (${marks})`);
      for (const row of rows) statement.run(...row);
    },
    commit: async () => void database.exec('COMMIT'),
    close: async () => void database.close(),
  };
}

function openFile(path: string, mode: SessionMode): BetterSqlite3.Database {
  try {
    const database = new BetterSqlite3(path, {
      readonly: mode === 'read',
      fileMustExist: true,
      timeout: 10_000,
    });
    if (mode === 'write') database.pragma('synchronous = FULL');
    return database;
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

async function connect(url: string, isAlone: boolean): Promise<pg.Client> {
  const { default: pg } = await import('pg');
  const { takeDatabase } = await import('./postgres/database-lock.ts');
  const { integersAsNumbers } = await import('./postgres/integers-as-numbers.ts');
  const client = new pg.Client({ connectionString: url, types: integersAsNumbers });
  await client.connect();
  try {
    if (isAlone) await takeDatabase(client);
    await client.query('SET synchronous_commit = on');
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function openOnPostgres(url: string, mode: SessionMode, isAlone: boolean): Promise<Session> {
  const client = await connect(url, isAlone);
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ ${mode === 'read' ? 'READ ONLY' : 'READ WRITE'}`);
  return {
    dialect: 'postgres',
    async all<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]> {
      return (await client.query({ text: query.text.postgres, values: [...params] })).rows as R[];
    },
    async *rows(table, columns) {
      await client.query(`DECLARE table_rows NO SCROLL CURSOR FOR SELECT ${namesOf(columns)} FROM ${table}`);
      for (let batch: RawRow[] = []; ; ) {
        const fetch = { text: `FETCH ${ROWS_AT_ONCE} FROM table_rows`, rowMode: 'array' } as const;
        batch = (await client.query<SqlValue[]>(fetch)).rows;
        if (batch.length === 0) break;
        yield batch;
      }
      await client.query('CLOSE table_rows');
    },
    async run(text, values = []) {
      await client.query({ text: toPostgres(text), values: [...values] });
    },
    async insert(table, columns, rows) {
      const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
      const text = `INSERT INTO ${table} (${namesOf(columns)}) SELECT * FROM unnest(${arrays})`;
      await client.query({ text, values: columns.map((_column, index) => rows.map((row) => row[index])) });
    },
    commit: async () => void (await client.query('COMMIT')),
    close: () => client.end(),
  };
}

function namesOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => `"${name}"`).join(', ');
}
