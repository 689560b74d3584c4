import type { Clock, Timer } from '../src/base/clock.ts';

interface PendingCall {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  readonly #pending = new Set<PendingCall>();

  /** @param startMs milliseconds since the Unix epoch */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const call = { at: this.#now + Math.max(0, delayMs), callback };
    this.#pending.add(call);
    return { cancel: () => void this.#pending.delete(call) };
  }

  /** How many calls are waiting for their time. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /**
   * Moves the time on and makes the calls that fall due, in order, those that they set up included.
   * After each, what it started may run as far as it can without real time or I/O.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (let call = this.#nextUntil(end); call; call = this.#nextUntil(end)) {
      this.#pending.delete(call);
      this.#now = call.at;
      call.callback();
      await new Promise(setImmediate);
    }
    this.#now = end;
    await new Promise(setImmediate);
  }

  #nextUntil(end: number): PendingCall | undefined {
    let next: PendingCall | undefined;
    for (const call of this.#pending) {
      if (call.at <= end && (!next || call.at < next.at)) next = call;
    }
    return next;
  }
}
