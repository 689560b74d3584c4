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

  /** The next id; waits only where a block ends. */
  async next(): Promise<number> {
    while (this.#next >= this.#end) {
      this.#reserving ??= this.#reserve().finally(() => {
        this.#reserving = undefined;
      });
      await this.#reserving;
    }
    const id = this.#next;
    this.#next += 1;
    return id;
  }

  async #reserve(): Promise<void> {
    // Blocks need not be neighbours, as several processes take them.
    this.#next = await this.#database.reserve(this.#counter, BLOCK);
    this.#end = this.#next + BLOCK;
  }
}
