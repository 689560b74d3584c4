import type { Caches } from './caches.ts';
import type { Origin } from './neighbours.ts';
import type { Committed, LogEntry, UnitOfWork } from './unit-of-work.ts';

/** What became of one unit of a batch. */
export type UnitOutcome = { readonly positions: readonly number[] } | { readonly error: Error };

/** Writes a batch in one durable transaction and says what became of each unit, in order. */
export interface BatchWriter {
  write(units: readonly UnitOfWork[]): Promise<readonly UnitOutcome[]>;
}

/** A log row after it was committed. */
export interface LogRow extends LogEntry {
  readonly position: number;
}

/** Positions of a batch, which are its alone. */
export interface LogRange {
  readonly first: number;
  readonly last: number;
}

/** Puts what is committed here in line with what other processes commit. */
export interface CommitOrder {
  /** A batch goes to the database. */
  begin(): void;
  /** A batch has ended: runs `settle` once everything before its positions is in memory. */
  end(range: LogRange | undefined, settle: () => void): Promise<void>;
}

/** Where nobody else writes. */
const ALONE: CommitOrder = {
  begin: () => undefined,
  end(_range, settle) {
    settle();
    return Promise.resolve();
  },
};

type RowsListener = (rows: readonly LogRow[], origin: Origin) => void;

interface Waiting {
  readonly unit: UnitOfWork;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: Error) => void;
}

/** So that one batch stays well under a tenth of a second of work. */
const MAX_UNITS_IN_BATCH = 512;

/**
 * Group commit: everything that arrives while one transaction is on its way to the disk goes into the next one.
 * A promise resolves only after the transaction that holds its unit is durable.
 *
 * Order after a commit: what each unit invalidates and its `onCommit` callbacks, in log order; then the listeners, with
 * all rows of the batch; then the promises. So memory is up to date before anybody is woken.
 */
export class GroupCommitter {
  readonly #writer: BatchWriter;
  readonly #caches: Caches;
  readonly #order: CommitOrder;
  readonly #listeners: RowsListener[] = [];
  #waiting: Waiting[] = [];
  /** Whether a batch is on its way, or about to be. */
  #busy = false;
  #idle: (() => void)[] = [];
  #closed = false;
  /** The newest batch on its way into memory. */
  #settling = Promise.resolve();

  constructor(writer: BatchWriter, caches: Caches, order: CommitOrder = ALONE) {
    this.#writer = writer;
    this.#caches = caches;
    this.#order = order;
  }

  /** Registers a listener for rows of the log. */
  onCommitted(listener: RowsListener): void {
    this.#listeners.push(listener);
  }

  /** Tells the listeners of rows that are in memory now. */
  announce(rows: readonly LogRow[], origin: Origin): void {
    if (rows.length > 0) for (const listener of this.#listeners) listener(rows, origin);
  }

  /**
   * Hands over a unit.
   *
   * @returns where it landed in the log, once it is durable.
   * @throws RoomVersionConflict, ExpectationFailed or the database's error; then nothing of the unit is stored.
   */
  submit(unit: UnitOfWork): Promise<Committed> {
    if (this.#closed) return Promise.reject(new Error('the database is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ unit, resolve, reject });
      this.#schedule();
    });
  }

  /** Waits for everything handed over so far, and refuses more. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#busy) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#settling;
  }

  #schedule(): void {
    if (this.#busy) return;
    this.#busy = true;
    // After this round of input, so that requests that arrived together are written together.
    setImmediate(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_UNITS_IN_BATCH);
      this.#order.begin();
      const outcomes = await this.#write(batch.map((entry) => entry.unit));
      this.#settling = this.#order.end(rangeOf(outcomes), () => this.#settle(batch, outcomes));
    }
    // In the same breath as the last look at what is waiting, or a unit that comes between would wait for ever.
    this.#busy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #write(units: readonly UnitOfWork[]): Promise<readonly UnitOutcome[]> {
    try {
      return await this.#writer.write(units);
    } catch (error) {
      return units.map(() => ({ error: asError(error) }));
    }
  }

  #settle(batch: readonly Waiting[], outcomes: readonly UnitOutcome[]): void {
    const rows: LogRow[] = [];
    batch.forEach(({ unit }, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined || 'error' in outcome) return;
      unit.log.forEach((entry, at) => {
        rows.push({ ...entry, position: outcome.positions[at] ?? 0 });
      });
      this.#caches.invalidate(unit.invalidations);
      for (const callback of unit.afterCommit) callback(outcome);
    });
    rows.sort((one, other) => one.position - other.position);
    this.announce(rows, 'here');
    batch.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) reject(new Error('the writer lost a unit'));
      else if ('error' in outcome) reject(outcome.error);
      else resolve(outcome);
    });
  }
}

/** The positions of a batch: one transaction, so nobody else's are between them. */
function rangeOf(outcomes: readonly UnitOutcome[]): LogRange | undefined {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const outcome of outcomes) {
    for (const position of 'error' in outcome ? [] : outcome.positions) {
      first = Math.min(first, position);
      last = Math.max(last, position);
    }
  }
  return last === 0 ? undefined : { first, last };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
