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
 * Order after a commit: every unit's `onCommit` callbacks, in log order; then the listeners, with all rows of the
 * batch; then the promises. So memory is up to date before anybody is woken.
 */
export class GroupCommitter {
  readonly #writer: BatchWriter;
  readonly #listeners: ((rows: readonly LogRow[]) => void)[] = [];
  #waiting: Waiting[] = [];
  /** Whether a batch is on its way, or about to be. */
  #busy = false;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(writer: BatchWriter) {
    this.#writer = writer;
  }

  /** Registers a listener for the log rows of each committed batch. */
  onCommitted(listener: (rows: readonly LogRow[]) => void): void {
    this.#listeners.push(listener);
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
      try {
        const outcomes = await this.#writer.write(batch.map((entry) => entry.unit));
        this.#settle(batch, outcomes);
      } catch (error) {
        for (const entry of batch) entry.reject(asError(error));
      }
    }
    // In the same breath as the last look at what is waiting, or a unit that comes between would wait for ever.
    this.#busy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #settle(batch: readonly Waiting[], outcomes: readonly UnitOutcome[]): void {
    const rows: LogRow[] = [];
    batch.forEach(({ unit }, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined || 'error' in outcome) return;
      unit.log.forEach((entry, at) => {
        rows.push({ ...entry, position: outcome.positions[at] ?? 0 });
      });
      for (const callback of unit.afterCommit) callback(outcome);
    });
    rows.sort((one, other) => one.position - other.position);
    if (rows.length > 0) for (const listener of this.#listeners) listener(rows);
    batch.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) reject(new Error('the writer lost a unit'));
      else if ('error' in outcome) reject(outcome.error);
      else resolve(outcome);
    });
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
