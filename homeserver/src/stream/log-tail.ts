import type { LogRow } from '../storage/index.ts';

/**
 * The newest rows of the log in memory, so that whoever is nearly up to date needs no database. Bounded: the oldest
 * rows go first.
 */
export class LogTail {
  readonly #capacity: number;
  #rows: LogRow[] = [];
  /** Every row after this position is here. */
  #start: number;
  #newest: number;

  /** @param rows the newest rows of the log, in order; all of them after `start`. */
  constructor(capacity: number, start: number, rows: readonly LogRow[]) {
    this.#capacity = capacity;
    this.#start = start;
    this.#newest = start;
    this.add(rows);
  }

  /** The position of the newest row. */
  get newest(): number {
    return this.#newest;
  }

  /** Takes in rows, in order; those that are not newer than the newest are here already. */
  add(rows: readonly LogRow[]): void {
    for (const row of rows) {
      if (row.position <= this.#newest) continue;
      this.#rows.push(row);
      this.#newest = row.position;
    }
    // Not at every row: moving them costs as much as there are.
    if (this.#rows.length < 2 * this.#capacity) return;
    const dropped = this.#rows.length - this.#capacity;
    this.#start = this.#rows[dropped - 1]?.position ?? this.#start;
    this.#rows = this.#rows.slice(dropped);
  }

  /** Every row after a position, in order; undefined if some of them are no longer here. */
  after(position: number): readonly LogRow[] | undefined {
    if (position < this.#start) return undefined;
    // Rows are asked for mostly by those who lack the last few.
    let first = this.#rows.length;
    while (first > 0 && (this.#rows[first - 1]?.position ?? 0) > position) first -= 1;
    return first === this.#rows.length ? NONE : this.#rows.slice(first);
  }
}

const NONE: readonly LogRow[] = [];
