/**
 * Somebody's interest in what concerns a user. Registered before reading, so that nothing gets lost between the read
 * and the wait: `arm`, read, and if there was nothing, `wait`.
 */
export class Interest {
  readonly userNid: number;
  readonly #close: (interest: Interest) => void;
  #woken = false;
  #resume: (() => void) | undefined;

  constructor(userNid: number, close: (interest: Interest) => void) {
    this.userNid = userNid;
    this.#close = close;
  }

  /** From now on wake-ups count: what happened before is seen by the read that follows. */
  arm(): void {
    this.#woken = false;
  }

  /** Something has happened that may concern the user. */
  wake(): void {
    this.#woken = true;
    this.#resume?.();
  }

  /** Resolves as soon as there was a wake-up since `arm`. For one waiter at a time. */
  wait(): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  /** Ends the interest: no further wake-ups. */
  close(): void {
    this.#close(this);
  }
}
