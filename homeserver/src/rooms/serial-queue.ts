/** Runs tasks one after another, in the order they came. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #length = 0;

  /** Whether nothing runs or waits. */
  get idle(): boolean {
    return this.#length === 0;
  }

  /** How many tasks run or wait. */
  get length(): number {
    return this.#length;
  }

  /** Runs a task when those before it have ended, however they ended; resolves or rejects as the task does. */
  run<T>(task: () => Promise<T>): Promise<T> {
    this.#length += 1;
    const result = this.#tail.then(task).finally(() => {
      this.#length -= 1;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
