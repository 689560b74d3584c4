import type { CounterName, Database } from './database.ts';

const BLOCK = 4096;

/**
 * Hands out integer ids without a round trip: a block is reserved durably before its first id is given, so an id is
 * never given twice, also after a crash (which loses the rest of a block).
 */
export class IdAllocator {
  readonly #database: Pick<Database, 'reserve'>;
  readonly #counter: CounterName;
  #next = 0;
  #end = 0;
  #reserving: Promise<void> | undefined;

  constructor(database: Pick<Database, 'reserve'>, counter: CounterName) {
    this.#database = database;
    this.#counter = counter;
  }

  /** Makes sure that `count` ids can be taken without waiting; free when they can be already. */
  async ensure(count: number): Promise<void> {
    while (this.#end - this.#next < count) {
      this.#reserving ??= this.#reserve(Math.max(BLOCK, count)).finally(() => {
        this.#reserving = undefined;
      });
      await this.#reserving;
    }
  }

  /** The next id. Call `ensure` first, with no `await` between. */
  take(): number {
    if (this.#next >= this.#end) throw new Error(`no ${this.#counter} id was reserved`);
    const id = this.#next;
    this.#next += 1;
    return id;
  }

  async #reserve(count: number): Promise<void> {
    const first = await this.#database.reserve(this.#counter, count);
    // What is left of the old block is dropped: blocks need not be neighbours, as several processes take them.
    this.#next = first;
    this.#end = first + count;
  }
}
