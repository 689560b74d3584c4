import type { LogRow } from './group-committer.ts';
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

  /** Registers a listener for the log rows of each committed batch; it runs after memory was updated. */
  onCommitted(listener: (rows: readonly LogRow[]) => void): void;

  /** Takes `count` ids of a counter for this process alone; returns the first. Ids never come twice, gaps may be. */
  reserve(counter: CounterName, count: number): Promise<number>;

  /** Waits for what was handed over, then closes. */
  close(): Promise<void>;
}
