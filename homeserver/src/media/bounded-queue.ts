/** Too much is waiting already. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/** Runs a few tasks at a time and lets a bounded number wait, the first come first. */
export class BoundedQueue {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ atOnce, mostWaiting }: { atOnce: number; mostWaiting: number }) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * Runs a task when there is room for it.
   * @throws {QueueFull} at once, if as many as may are waiting; otherwise what the task throws.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else await this.#turn();
    try {
      return await task();
    } finally {
      // The place goes to whoever waits longest, without being free in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) throw new QueueFull('too much is waiting already');
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }
}
