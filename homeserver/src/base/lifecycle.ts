import { type Clock, systemClock } from './clock.ts';
import type { Logger } from './logger.ts';

export interface LifecycleOptions {
  logger: Logger;
  clock?: Clock;
  /** How long one part may take to stop before the next one is asked. 5 seconds unless given. */
  stopTimeLimitMs?: number;
}

interface Part {
  readonly name: string;
  readonly stop: () => void | Promise<void>;
}

/**
 * What was started, so that it can be stopped in reverse: each part may rely on those before it until it
 * has stopped itself. A part that fails or hangs is logged and does not keep the others from stopping.
 */
export class Lifecycle {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #stopTimeLimitMs: number;
  readonly #parts: Part[] = [];
  #stopping: Promise<void> | undefined;

  constructor({ logger, clock = systemClock, stopTimeLimitMs = 5_000 }: LifecycleOptions) {
    this.#logger = logger;
    this.#clock = clock;
    this.#stopTimeLimitMs = stopTimeLimitMs;
  }

  /** Whether `stop` has been called. */
  get stopping(): boolean {
    return this.#stopping !== undefined;
  }

  /**
   * Says how to stop a part that has just started. A part that comes up while the others go down is
   * stopped as well.
   */
  onStop(name: string, stop: () => void | Promise<void>): void {
    this.#parts.push({ name, stop });
  }

  /** Stops every part, the last started first. Never rejects; a second call waits for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) await this.#stopPart(part);
  }

  async #stopPart({ name, stop }: Part): Promise<void> {
    const { promise: timeLimit, resolve } = Promise.withResolvers<'late'>();
    const timer = this.#clock.setTimeout(() => resolve('late'), this.#stopTimeLimitMs);
    try {
      const outcome = await Promise.race([stop(), timeLimit]);
      if (outcome === 'late') this.#logger.error('a part did not stop in time', { part: name });
    } catch (error) {
      this.#logger.error('a part failed to stop', { part: name, error });
    } finally {
      timer.cancel();
    }
  }
}
