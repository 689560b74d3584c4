/** Who waits for which upload. Register first, then look whether it is there, then wait. */
export class Arrivals {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Registers; call `cancel` in the end, whatever comes. */
  expect(mediaId: string): { readonly arrived: Promise<void>; readonly cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(mediaId) ?? new Set();
    this.#waiting.set(mediaId, waiting);
    waiting.add(resolve);
    const cancel = (): void => {
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(mediaId) === waiting) this.#waiting.delete(mediaId);
    };
    return { arrived: promise, cancel };
  }

  /** Wakes those who wait for an upload; without an ID, all. */
  announce(mediaId: string | undefined): void {
    const waiting = mediaId === undefined ? [...this.#waiting.values()] : [this.#waiting.get(mediaId) ?? []];
    for (const resolve of waiting.flatMap((ofUpload) => [...ofUpload])) resolve();
  }

  /** For how many uploads somebody waits. */
  get size(): number {
    return this.#waiting.size;
  }
}
