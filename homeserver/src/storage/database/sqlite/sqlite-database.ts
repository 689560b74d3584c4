import { Worker } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import { Caches } from '../caches.ts';
import type { CounterName, Database } from '../database.ts';
import { type BatchWriter, GroupCommitter, type LogRow, type UnitOutcome } from '../group-committer.ts';
import { type CacheName, type Forget, NO_NEIGHBOURS, type Origin } from '../neighbours.ts';
import type { Query, QueryValue } from '../sql.ts';
import {
  type Committed,
  ExpectationFailed,
  RoomVersionConflict,
  type UnitOfWork,
  type UnitStatement,
} from '../unit-of-work.ts';
import { bindForSqlite } from './bind.ts';
import type { ProcessLock } from './single-process-lock.ts';
import type {
  WireOutcome,
  WireUnit,
  WriterOptions,
  WriterRequest,
  WriterResponse,
} from './writer-protocol.ts';

/** Without the id, which the connection gives. */
type Question = WriterRequest extends infer R ? (R extends WriterRequest ? Omit<R, 'id'> : never) : never;

/** The main thread's end of the writer thread. */
class SqliteWriter implements BatchWriter {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (response: WriterResponse) => void; reject: (error: Error) => void }
  >();
  readonly #texts = new Map<string, number>();
  #lastId = 0;
  #dead: Error | undefined;

  constructor(options: WriterOptions) {
    this.#worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: options });
    this.#worker.on('message', (response: WriterResponse) => {
      const waiting = this.#waiting.get(response.id);
      this.#waiting.delete(response.id);
      if ('failed' in response) waiting?.reject(new Error(response.failed));
      else waiting?.resolve(response);
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the database writer has stopped')));
  }

  async write(units: readonly UnitOfWork[]): Promise<readonly UnitOutcome[]> {
    const texts: string[] = [];
    const wire = units.map((unit) => this.#toWire(unit, texts));
    const response = await this.#ask({ kind: 'write', texts, units: wire });
    if (!('outcomes' in response)) throw new Error('the database writer gave no outcome');
    return response.outcomes.map(fromWire);
  }

  async reserve(counter: CounterName, count: number): Promise<number> {
    const response = await this.#ask({ kind: 'reserve', counter, count });
    if (!('first' in response)) throw new Error('the database writer reserved nothing');
    return response.first;
  }

  async close(): Promise<void> {
    await this.#ask({ kind: 'close' });
    await this.#worker.terminate();
  }

  #ask(question: Question): Promise<WriterResponse> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...question });
    });
  }

  #fail(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #toWire(unit: UnitOfWork, texts: string[]): WireUnit {
    return {
      heads: unit.heads,
      log: unit.log,
      statements: unit.statements.map((statement) => ({
        text: this.#numberOf(textOf(statement), texts),
        values: statement.values,
        ...(statement.expectRows === undefined ? {} : { expectRows: statement.expectRows }),
      })),
    };
  }

  /** Each text travels to the thread once; afterwards its number stands for it. */
  #numberOf(text: string, texts: string[]): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.size;
    this.#texts.set(text, number);
    texts.push(text);
    return number;
  }
}

function textOf(statement: UnitStatement): string {
  return 'operation' in statement ? statement.operation.sqlite : statement.sqlite;
}

function fromWire(outcome: WireOutcome): UnitOutcome {
  if ('positions' in outcome) return outcome;
  if (outcome.kind === 'conflict') return { error: new RoomVersionConflict(outcome.error) };
  if (outcome.kind === 'expectation') return { error: new ExpectationFailed(outcome.error) };
  return { error: new Error(outcome.error) };
}

/** SQLite: one writer thread, and a read-only connection here. */
export class SqliteDatabase implements Database {
  readonly dialect = 'sqlite';
  readonly neighbours = NO_NEIGHBOURS;
  readonly #caches = new Caches();
  readonly #lock: ProcessLock;
  readonly #writer: SqliteWriter;
  readonly #reader: BetterSqlite3.Database;
  readonly #committer: GroupCommitter;
  #closing: Promise<void> | undefined;
  readonly #prepared = new Map<string, BetterSqlite3.Statement>();

  /** Opens a database that the migrations have already been run on; the lock is released when it is closed. */
  constructor(options: WriterOptions, lock: ProcessLock) {
    this.#lock = lock;
    this.#writer = new SqliteWriter(options);
    this.#committer = new GroupCommitter(this.#writer, this.#caches);
    this.#reader = new BetterSqlite3(options.path, { readonly: true });
    this.#reader.pragma('busy_timeout = 10000');
  }

  async all<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]> {
    return this.#statement(query.text.sqlite).all(...params.map(bindForSqlite)) as R[];
  }

  async get<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R | undefined> {
    return this.#statement(query.text.sqlite).get(...params.map(bindForSqlite)) as R | undefined;
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

  /** There is no other process. */
  async tryLead(): Promise<boolean> {
    return true;
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
    this.#reader.close();
    await this.#writer.close();
    this.#lock.release();
  }

  #statement(text: string): BetterSqlite3.Statement {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    const statement = this.#reader.prepare(text);
    this.#prepared.set(text, statement);
    return statement;
  }
}
