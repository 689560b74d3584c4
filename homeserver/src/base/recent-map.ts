/**
 * A map that holds at most `limit` entries and forgets those that were used least recently.
 *
 * It keeps two generations, and forgets the older one as a whole when the younger has reached half of the limit: so at
 * least that half is there, and reading what is in use costs no more than from a `Map`.
 */
export class RecentMap<Key, Value> {
  readonly #youngLimit: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** @param limit two at least. */
  constructor(limit: number) {
    this.#youngLimit = Math.floor(limit / 2);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The value, which counts as used now. */
  get(key: Key): Value | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const older = this.#old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: Key, value: Value): void {
    if (this.#old.size > 0) this.#old.delete(key);
    if (this.#young.size >= this.#youngLimit && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: Key): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  /** Every entry, the generation that is forgotten first at the beginning. */
  *entries(): IterableIterator<[Key, Value]> {
    yield* this.#old;
    yield* this.#young;
  }
}
