import type { LogRow } from './group-committer.ts';
import type { CacheName, Forget, Neighbours, Origin } from './neighbours.ts';
import type { Dialect, Query, QueryValue } from './sql.ts';
import type { Committed, UnitOfWork } from './unit-of-work.ts';

/** The counters that hand out integer ids before a row is written. */
export type CounterName = 'event' | 'room' | 'block' | 'snapshot' | 'to_device';

/** What the stores build on: reads, units of work, and blocks of integer ids. */
export interface Database {
  readonly dialect: Dialect;

  /** Every row of a read. */
  all<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R[]>;

  /** The first row of a read, or undefined. */
  get<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P): Promise<R | undefined>;

  /**
   * Writes a unit durably, together with whatever else is waiting.
   *
   * @throws RoomVersionConflict, ExpectationFailed or the database's error; then nothing of it is stored.
   */
  commit(unit: UnitOfWork): Promise<Committed>;

  /**
   * Registers a listener for the rows of the log, of this process and of others, in their order and without gaps; it runs
   * after memory was updated. What has to be done once for each row is done where it was written.
   */
  onCommitted(listener: (rows: readonly LogRow[], origin: Origin) => void): void;

  /** Registers who forgets what a committed unit invalidates, whichever process committed it. */
  onInvalidated(cache: CacheName, forget: Forget): void;

  /** The other processes on this database. */
  readonly neighbours: Neighbours;

  /**
   * Takes the lead in a task that one process at a time may do, unless another process has it. It is kept until this
   * process ends, or loses touch with the database: ask again before each round of the task.
   */
  tryLead(task: string): Promise<boolean>;

  /** Takes `count` ids of a counter for this process alone; returns the first. Ids never come twice, gaps may be. */
  reserve(counter: CounterName, count: number): Promise<number>;

  /** Waits for what was handed over, then closes. */
  close(): Promise<void>;
}
