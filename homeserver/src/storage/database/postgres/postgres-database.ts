import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Caches } from '../caches.ts';
import type { CounterName, Database } from '../database.ts';
import { GroupCommitter, type LogRow } from '../group-committer.ts';
import type { CacheName, Forget, Neighbours, Origin } from '../neighbours.ts';
import { NEWEST, newestPosition, readLog } from '../read-log.ts';
import type { Query, QueryValue } from '../sql.ts';
import type { Committed, UnitOfWork } from '../unit-of-work.ts';
import { shareDatabase } from './database-lock.ts';
import { GatheredReads } from './gathered-reads.ts';
import { integersAsNumbers } from './integers-as-numbers.ts';
import { Leadership } from './leadership.ts';
import { LogFollower } from './log-follower.ts';
import { PostgresNeighbours } from './postgres-neighbours.ts';
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

async function connectWriter(url: string, onError: (error: Error) => void): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, types: integersAsNumbers, pipeline: true });
  client.on('error', onError);
  await client.connect();
  try {
    await shareDatabase(client);
    for (const setting of writerSettings(url)) await client.query(setting);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

interface Connections {
  readonly writer: PostgresWriter;
  readonly pool: pg.Pool;
  /** From now on it is no news that a connection ends. */
  readonly onClose: () => void;
}

interface Opening {
  readonly url: string;
  readonly processId: string;
  /** The newest position of the log. */
  readonly start: number;
  readonly onError: (error: Error) => void;
}

/** PostgreSQL: one pipelined connection writes, a pool reads, one listens to what other processes do. */
export class PostgresDatabase implements Database {
  readonly #gathered = new GatheredReads((query, params) => this.#read(query, params));
  readonly dialect = 'postgres';
  readonly neighbours: Neighbours;
  readonly #connections: Connections;
  readonly #leadership: Leadership;
  readonly #caches = new Caches();
  readonly #neighbours: PostgresNeighbours;
  readonly #committer: GroupCommitter;
  #closing: Promise<void> | undefined;
  readonly #names = new Map<string, string>();

  /**
   * Opens a database that the migrations have already been run on.
   *
   * @param report told of connections that broke while idle; new ones are made.
   */
  static async open(url: string, report: (error: Error) => void): Promise<PostgresDatabase> {
    let isClosing = false;
    // A connection that breaks while everything is being closed is no news.
    const onError = (error: Error): void => {
      if (!isClosing) report(error);
    };
    const processId = randomBytes(6).toString('hex');
    const writer = new PostgresWriter(() => connectWriter(url, onError), processId);
    const pool = new pg.Pool({ connectionString: url, types: integersAsNumbers, max: READERS });
    pool.on('error', onError);
    const connections = {
      writer,
      pool,
      onClose: () => {
        isClosing = true;
      },
    };
    try {
      await writer.open();
      const { rows } = await pool.query<{ position: number }>(NEWEST);
      const database = new PostgresDatabase(connections, {
        url,
        processId,
        start: rows[0]?.position ?? 0,
        onError,
      });
      await database.#neighbours.open();
      return database;
    } catch (error) {
      isClosing = true;
      await writer.close();
      await pool.end();
      throw error;
    }
  }

  private constructor(connections: Connections, { url, processId, start, onError }: Opening) {
    this.#connections = connections;
    const { writer } = connections;
    this.#leadership = new Leadership(url);
    const follower = new LogFollower({
      start,
      readRows: (after, until, limit) => readLog(this, after, until, limit),
      apply: async (rows) => {
        await this.#neighbours.apply(rows);
        this.#committer.announce(rows, 'elsewhere');
      },
      onError,
    });
    this.#neighbours = new PostgresNeighbours({
      url,
      processId,
      caches: this.#caches,
      follower,
      newestPosition: () => newestPosition(this),
      onError,
    });
    this.neighbours = this.#neighbours;
    const write = async (units: readonly UnitOfWork[]) => {
      try {
        return await writer.write(units);
      } catch (error) {
        // What became of the batch is not known. If it was committed, it is like the commit of another process.
        this.#neighbours.lostTouch();
        throw error;
      }
    };
    this.#committer = new GroupCommitter({ write }, this.#caches, follower);
  }

  all<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]> {
    const { gathered, forMany } = query;
    if (gathered !== undefined) return this.#gathered.all(query, params, gathered);
    return forMany === undefined ? this.#read(query, params) : this.#gathered.each(query, params, forMany);
  }

  async #read<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]> {
    const text = query.text.postgres;
    const { rows } = await this.#connections.pool.query({
      name: this.#nameOf(text),
      text,
      values: [...params],
    });
    return rows as R[];
  }

  async get<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R | undefined> {
    return (await this.all(query, params))[0];
  }

  commit(unit: UnitOfWork): Promise<Committed> {
    return this.#committer.submit(unit);
  }

  onCommitted(listener: (rows: readonly LogRow[], origin: Origin) => void): void {
    this.#committer.onCommitted(listener);
  }

  onInvalidated(cache: CacheName, forget: Forget): void {
    this.#caches.on(cache, forget);
  }

  tryLead(task: string): Promise<boolean> {
    return this.#leadership.tryLead(task);
  }

  reserve(counter: CounterName, count: number): Promise<number> {
    return this.#connections.writer.reserve(counter, count);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#committer.close();
    this.#connections.onClose();
    await this.#neighbours.close();
    await this.#leadership.close();
    await this.#connections.writer.close();
    await this.#connections.pool.end();
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
