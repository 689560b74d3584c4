import type { Clock, Timer } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { type LogRow, type Storage, UnitOfWork } from '../storage/index.ts';
import type { Notifier } from './notifier.ts';

export interface OutboxReaderOptions {
  readonly storage: Pick<Storage, 'database' | 'log' | 'logReaders'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The newest rows, which are in memory: several readers need not ask the database for the same. */
  readonly tail: Pick<Notifier, 'rowsAfter'>;
  /** Under which it is stored how far the reader has come; never to change. */
  readonly name: string;
  /** Where it begins when it is new: with the oldest row, or with what comes now. */
  readonly begin: 'oldest' | 'newest';
  /** How long after a row came the reader looks, in milliseconds, so that it does more at once; 0 unless given. */
  readonly gatherMs?: number;
  /**
   * Does what there is to do for some rows, in order. What it adds to the unit is committed together with the reader's
   * position; whatever else it does may be repeated after a crash. When it throws, it gets the rows again later.
   */
  readonly handle: (rows: readonly LogRow[], unit: UnitOfWork) => Promise<void>;
}

const ROWS_AT_ONCE = 500;
/** How many rows for which nothing was done are read again at most after a restart. */
const MOST_READ_AGAIN = 1_000;
/** How soon another process goes on when the one that had the lead has ended. */
const LEAD_RETRY_MS = 2_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Reads the ordered log from where it was, in one process at a time, and does something for each row: what searching,
 * pushing, application services and federation live on. Never on the way of a send; nothing is left out, also after a
 * crash.
 */
export class OutboxReader {
  readonly #options: OutboxReaderOptions;
  #position = 0;
  #stored = 0;
  #newest = 0;
  #isLeading = false;
  #isStopped = false;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: Timer | undefined;
  #turn: Promise<void> = Promise.resolve();
  #waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  constructor(options: OutboxReaderOptions) {
    this.#options = options;
  }

  /** Begins to read, and goes on until `stop`. */
  async start(): Promise<void> {
    const { storage, name, begin } = this.#options;
    this.#newest = await storage.log.newest();
    this.#position = await storage.logReaders.position(name, begin === 'oldest' ? 0 : this.#newest);
    this.#stored = this.#position;
    storage.database.onCommitted((rows) => {
      this.#newest = Math.max(this.#newest, rows.at(-1)?.position ?? 0);
      if (this.#timer === undefined) this.#schedule(this.#options.gatherMs ?? 0);
    });
    this.#schedule(0);
  }

  /** Resolves when the rows that are there now are done with. */
  async caughtUp(): Promise<void> {
    const until = await this.#options.storage.log.newest();
    if (this.#position >= until || this.#isStopped) return;
    await new Promise<void>((resolve) => this.#waiting.push({ until, resolve }));
  }

  /** Ends after the rows that it is at. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#turn;
    await this.#store();
    this.#settle(Number.POSITIVE_INFINITY);
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#turn = this.#take();
    }, delayMs);
  }

  /** Reads until nothing is left, or something fails. */
  async #take(): Promise<void> {
    const { logger, name } = this.#options;
    try {
      if (!(await this.#lead())) return this.#schedule(LEAD_RETRY_MS);
      while (!this.#isStopped && (await this.#takeSome())) this.#pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      if (this.#isStopped) return;
      logger.error('a reader of the log failed, and tries again', { reader: name, error });
      this.#schedule(this.#pauseMs);
      this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
      return;
    }
    this.#timer = undefined;
    // Rows that came while the last look was on its way.
    if (this.#newest > this.#position) this.#schedule(this.#options.gatherMs ?? 0);
  }

  /** Another process may have read on since this one last looked. */
  async #lead(): Promise<boolean> {
    const { storage, name } = this.#options;
    const wasLeading = this.#isLeading;
    this.#isLeading = await storage.database.tryLead(`reader ${name}`);
    if (this.#isLeading && !wasLeading) {
      this.#position = await storage.logReaders.position(name, 0);
      this.#stored = this.#position;
    }
    return this.#isLeading;
  }

  async #takeSome(): Promise<boolean> {
    const { storage, name, handle } = this.#options;
    const rows = await this.#nextRows();
    const last = rows.at(-1)?.position;
    if (last === undefined) return false;
    const unit = new UnitOfWork();
    await handle(rows, unit);
    // Where nothing was done, nothing is lost if the rows are read again: that is not worth a write each time.
    if (!unit.isEmpty || last - this.#stored >= MOST_READ_AGAIN) {
      storage.logReaders.advance(unit, name, last);
      await storage.database.commit(unit);
      this.#stored = last;
    }
    this.#position = last;
    this.#settle(last);
    return rows.length === ROWS_AT_ONCE;
  }

  async #nextRows(): Promise<readonly LogRow[]> {
    const { storage, tail } = this.#options;
    const inMemory = tail.rowsAfter(this.#position);
    return inMemory?.slice(0, ROWS_AT_ONCE) ?? storage.log.after(this.#position, ROWS_AT_ONCE);
  }

  /** Stores how far it has come over rows for which nothing was done. */
  async #store(): Promise<void> {
    const { storage, name } = this.#options;
    if (!this.#isLeading || this.#position <= this.#stored) return;
    const unit = new UnitOfWork();
    storage.logReaders.advance(unit, name, this.#position);
    await storage.database.commit(unit);
  }

  #settle(position: number): void {
    const done = this.#waiting.filter(({ until }) => until <= position);
    this.#waiting = this.#waiting.filter(({ until }) => until > position);
    for (const { resolve } of done) resolve();
  }
}
