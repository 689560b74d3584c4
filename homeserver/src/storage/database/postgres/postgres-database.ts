import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { CounterName, Database } from '../database.ts';
import { GroupCommitter, type LogRow } from '../group-committer.ts';
import type { Query, QueryValue } from '../sql.ts';
import type { Committed, UnitOfWork } from '../unit-of-work.ts';
import { integersAsNumbers } from './integers-as-numbers.ts';
import { PostgresWriter } from './postgres-writer.ts';

const READERS = 8;

/**
 * What the writer's session is told. Durability is asked for by name, unless the URL's own `options` decide it: then
 * the operator has said so.
 */
function writerSettings(url: string): string[] {
  const settings = ['SET idle_in_transaction_session_timeout = 30000', 'SET lock_timeout = 10000'];
  return url.includes('synchronous_commit') ? settings : ['SET synchronous_commit = on', ...settings];
}

/** Held by the writer's session for as long as it lives. */
const PROCESS_LOCK = 0x6775_6c64;
const LOCK_ATTEMPTS = 20;
const LOCK_PAUSE_MS = 250;

/**
 * Makes sure that one process has a database: what rooms and users are like is kept in memory, and a second process
 * would not hear of changes. A session that has just died may need a moment to let go.
 */
async function lockForThisProcess(client: pg.Client): Promise<void> {
  for (let attempt = 1; attempt <= LOCK_ATTEMPTS; attempt += 1) {
    const { rows } = await client.query<{ locked: boolean }>({
      text: 'SELECT pg_try_advisory_lock($1) AS locked',
      values: [PROCESS_LOCK],
    });
    if (rows[0]?.locked === true) return;
    await delay(LOCK_PAUSE_MS);
  }
  await client.end();
  throw new Error(
    'Another Guildhall is running on this database. Stop it first, or start this one with another DATABASE_URL.',
  );
}

/** PostgreSQL: one pipelined connection writes, a pool reads. */
export class PostgresDatabase implements Database {
  readonly dialect = 'postgres';
  readonly #writer: PostgresWriter;
  readonly #pool: pg.Pool;
  readonly #committer: GroupCommitter;
  #closing: Promise<void> | undefined;
  readonly #names = new Map<string, string>();

  /**
   * Opens a database that the migrations have already been run on.
   *
   * @param onError told of connections that broke while idle; the pool makes new ones by itself.
   * @throws an error that says what to do when another process has the database.
   */
  static async open(url: string, onError: (error: Error) => void): Promise<PostgresDatabase> {
    const database = new PostgresDatabase(url, onError);
    try {
      await database.#writer.open();
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(url: string, report: (error: Error) => void) {
    // A connection that breaks while everything is being closed is no news.
    const onError = (error: Error): void => {
      if (this.#closing === undefined) report(error);
    };
    this.#writer = new PostgresWriter(async () => {
      const client = new pg.Client({ connectionString: url, types: integersAsNumbers, pipeline: true });
      client.on('error', onError);
      await client.connect();
      for (const setting of writerSettings(url)) await client.query(setting);
      await lockForThisProcess(client);
      return client;
    });
    this.#committer = new GroupCommitter(this.#writer);
    this.#pool = new pg.Pool({ connectionString: url, types: integersAsNumbers, max: READERS });
    this.#pool.on('error', onError);
  }

  async all<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]> {
    const text = query.text.postgres;
    const { rows } = await this.#pool.query({ name: this.#nameOf(text), text, values: [...params] });
    return rows as R[];
  }

  async get<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R | undefined> {
    return (await this.all(query, params))[0];
  }

  commit(unit: UnitOfWork): Promise<Committed> {
    return this.#committer.submit(unit);
  }

  onCommitted(listener: (rows: readonly LogRow[]) => void): void {
    this.#committer.onCommitted(listener);
  }

  reserve(counter: CounterName, count: number): Promise<number> {
    return this.#writer.reserve(counter, count);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#committer.close();
    await this.#writer.close();
    await this.#pool.end();
  }

  /** Each text is prepared once on each connection, under a short name. */
  #nameOf(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = `q${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}
