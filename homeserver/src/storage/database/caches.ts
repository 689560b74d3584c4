import type { CacheName, Forget } from './neighbours.ts';
import type { Invalidation } from './unit-of-work.ts';

/** Who forgets what when a unit that invalidates it is committed, here or in another process. */
export class Caches {
  readonly #forget = new Map<CacheName, Forget[]>();

  on(cache: CacheName, forget: Forget): void {
    const known = this.#forget.get(cache);
    if (known === undefined) this.#forget.set(cache, [forget]);
    else known.push(forget);
  }

  invalidate(invalidations: readonly Invalidation[]): void {
    for (const { cache, key } of invalidations) {
      for (const forget of this.#forget.get(cache) ?? []) forget(key);
    }
  }

  /** Forgets everything: changes may have been missed. */
  invalidateAll(): void {
    for (const forget of [...this.#forget.values()].flat()) forget(undefined);
  }
}
