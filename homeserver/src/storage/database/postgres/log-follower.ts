import { setTimeout as delay } from 'node:timers/promises';
import type { CommitOrder, LogRange, LogRow } from '../group-committer.ts';

export interface LogFollowerOptions {
  /** The newest position now; whatever is read into memory from now on shows everything up to it. */
  readonly start: number;
  /** The first rows after `after`, up to `until`, at most `limit`. */
  readonly readRows: (after: number, until: number, limit: number) => Promise<readonly LogRow[]>;
  /** Brings memory up to rows of other processes and wakes who waits for them. */
  readonly apply: (rows: readonly LogRow[]) => Promise<void>;
  /** Told when the log could not be read; it is tried again. */
  readonly onError: (error: Error) => void;
}

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
}

const ROWS_AT_ONCE = 1_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Brings commits of this process and of others into memory in the order of the log, without gaps.
 *
 * Which rows are whose is not written in the log. But what is committed while none of our batches is on its way is not
 * ours, and the positions of our own batch are known when it has ended. So other processes' rows up to a position that
 * was heard of are read at once if nothing is on its way, else when that has ended.
 */
export class LogFollower implements CommitOrder {
  readonly #options: LogFollowerOptions;
  /** Every row up to here is in memory. */
  #applied: number;
  /** Every row up to here is in memory or on its way there. */
  #scheduled: number;
  /** The newest position that was heard of. */
  #heard: number;
  #isWriting = false;
  #isClosed = false;
  #tail: Promise<unknown> = Promise.resolve();
  #waiters: Waiter[] = [];

  constructor(options: LogFollowerOptions) {
    this.#options = options;
    this.#applied = options.start;
    this.#scheduled = options.start;
    this.#heard = options.start;
  }

  begin(): void {
    this.#isWriting = true;
  }

  end(range: LogRange | undefined, settle: () => void): Promise<void> {
    this.#isWriting = false;
    const settled = this.inOrder(async () => {
      if (range !== undefined) await this.#applyUntil(range.first - 1);
      settle();
      if (range !== undefined) this.#reached(range.last);
    });
    if (range !== undefined) this.#scheduled = Math.max(this.#scheduled, range.last);
    this.#follow();
    return settled;
  }

  /** Somebody, maybe this process, has committed rows up to this position. */
  heard(position: number): void {
    this.#heard = Math.max(this.#heard, position);
    if (!this.#isWriting) this.#follow();
  }

  /** Resolves when every row up to a committed position is in memory. */
  reach(position: number): Promise<void> {
    this.heard(position);
    if (position <= this.#applied) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ position, resolve });
    });
  }

  /** Runs a task while nothing else is brought into memory. */
  inOrder<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Stops reading; who still waits is let go. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#tail;
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #follow(): void {
    const until = this.#heard;
    if (until <= this.#scheduled) return;
    this.#scheduled = until;
    void this.inOrder(() => this.#applyUntil(until));
  }

  async #applyUntil(until: number): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (this.#applied < until && !this.#isClosed) {
      try {
        const rows = await this.#options.readRows(this.#applied, until, ROWS_AT_ONCE);
        if (rows.length > 0) await this.#options.apply(rows);
        const last = rows.at(-1)?.position ?? until;
        this.#reached(rows.length < ROWS_AT_ONCE ? until : last);
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        this.#options.onError(error instanceof Error ? error : new Error(String(error)));
        await delay(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    }
  }

  #reached(position: number): void {
    this.#applied = Math.max(this.#applied, position);
    if (this.#waiters.length === 0) return;
    const reached = this.#waiters.filter((waiter) => waiter.position <= this.#applied);
    this.#waiters = this.#waiters.filter((waiter) => waiter.position > this.#applied);
    for (const { resolve } of reached) resolve();
  }
}
