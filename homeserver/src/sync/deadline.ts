import type { Clock, Timer } from '../base/clock.ts';

/** Proxies cut requests off after a minute. */
const LONGEST_WAIT_MS = 60_000;

/** The end of a wait: the timeout, or the signal. */
export class Deadline {
  isOver = false;
  readonly #signal: AbortSignal;
  readonly #timer: Timer | undefined;
  readonly #end: () => void;

  constructor(
    clock: Clock,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
    onEnd: () => void,
  ) {
    this.#signal = signal;
    this.#end = () => {
      this.isOver = true;
      onEnd();
    };
    if (timeoutMs <= 0 || signal.aborted) {
      this.isOver = true;
      return;
    }
    this.#timer = clock.setTimeout(this.#end, Math.min(timeoutMs, LONGEST_WAIT_MS));
    signal.addEventListener('abort', this.#end);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#signal.removeEventListener('abort', this.#end);
  }
}
