import { type Clock, systemClock, type Timer } from '../src/base/clock.ts';

/** The machine's clock, put forward or back: it goes on by itself, and a test sets it to another time. */
export class ShiftedClock implements Clock {
  #shiftMs = 0;

  /** Goes on from this time, in milliseconds since the Unix epoch. */
  set(now: number): void {
    this.#shiftMs = now - systemClock.now();
  }

  now(): number {
    return systemClock.now() + this.#shiftMs;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    return systemClock.setTimeout(callback, delayMs);
  }
}
