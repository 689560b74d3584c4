import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { integersAsNumbers } from '../src/storage/database/postgres/integers-as-numbers.ts';
import type { Query, QueryValue } from '../src/storage/database/sql.ts';
import { bindForSqlite } from '../src/storage/database/sqlite/bind.ts';
import type { Database } from '../src/storage/index.ts';

/** A database inside a transaction that will be undone. */
export interface UndoneChanges extends Pick<Database, 'dialect' | 'all'> {
  /** Changes rows, in SQL that both databases know. @returns how many. */
  change(text: string): Promise<number>;
}

/** Lets a test damage a database by hand, and undoes it afterwards. Nobody else may write meanwhile. */
export function withUndoneChanges<T>(url: string, test: (database: UndoneChanges) => Promise<T>): Promise<T> {
  return url.startsWith('sqlite:') ? inSqlite(url.slice('sqlite:'.length), test) : inPostgres(url, test);
}

async function inSqlite<T>(path: string, test: (database: UndoneChanges) => Promise<T>): Promise<T> {
  const database = new BetterSqlite3(path);
  database.exec('BEGIN IMMEDIATE');
  try {
    return await test({
      dialect: 'sqlite',
      all: async <P extends readonly QueryValue[], R>(query: Query<P, R>, params: P) =>
        database.prepare(query.text.sqlite).all(...params.map(bindForSqlite)) as R[],
      change: async (text) => database.prepare(text).run().changes,
    });
  } finally {
    database.exec('ROLLBACK');
    database.close();
  }
}

async function inPostgres<T>(url: string, test: (database: UndoneChanges) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types: integersAsNumbers });
  await client.connect();
  await client.query('BEGIN');
  try {
    return await test({
      dialect: 'postgres',
      all: async <P extends readonly QueryValue[], R>(query: Query<P, R>, params: P) =>
        (await client.query({ text: query.text.postgres, values: [...params] })).rows as R[],
      change: async (text) => (await client.query(text)).rowCount ?? 0,
    });
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
}
