/** Somebody who waits for an answer. */
interface Asked<Key, Found> {
  readonly key: Key;
  readonly resolve: (found: Found | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers all that is asked within one turn of the loop with one query: what many clients ask at once costs one round trip. */
export class GatheredLookup<Key, Found> {
  readonly #lookUp: (keys: readonly Key[]) => Promise<ReadonlyMap<number, Found>>;
  #asked: Asked<Key, Found>[] = [];

  /** @param lookUp gives what it finds by the key's index. */
  constructor(lookUp: (keys: readonly Key[]) => Promise<ReadonlyMap<number, Found>>) {
    this.#lookUp = lookUp;
  }

  /** What is there for a key. */
  find(key: Key): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ key, resolve, reject });
      if (this.#asked.length === 1) setImmediate(() => void this.#answer());
    });
  }

  async #answer(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    try {
      const found = await this.#lookUp(asked.map(({ key }) => key));
      for (const [index, { resolve }] of asked.entries()) resolve(found.get(index));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
