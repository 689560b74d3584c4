/** A pending call that can be taken back. Cancelling twice, or after it has run, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as the server sees it. Code that waits or stamps takes one, so that tests can hold the time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `callback` once, `delayMs` milliseconds from now (at the next turn of the loop if not positive). */
  setTimeout(callback: () => void, delayMs: number): Timer;
}

/** Node runs a timer with a longer delay at once. */
const LONGEST_NODE_DELAY_MS = 2 ** 31 - 1;

/** The machine's clock. Delays may be of any length. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, delayMs) {
    let handle: NodeJS.Timeout;
    const arm = (remainingMs: number): void => {
      handle =
        remainingMs > LONGEST_NODE_DELAY_MS
          ? setTimeout(() => arm(remainingMs - LONGEST_NODE_DELAY_MS), LONGEST_NODE_DELAY_MS)
          : setTimeout(callback, remainingMs);
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
