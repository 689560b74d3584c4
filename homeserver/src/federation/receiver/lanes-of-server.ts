import type { Clock } from '../../base/clock.ts';
import type { StagedEvent } from '../../storage/index.ts';

/** Rooms that are received at once of what one server has sent: so it leaves others room to be received as well. */
const LANES_AT_ONCE = 32;
const READ_AT_ONCE = 500;
/** How many events are known here by their IDs while they wait for their lane. */
const MOST_HELD = 10_000;
/** How soon it is seen that another process has staged something. */
const LOOK_AGAIN_MS = 1_000;

/** What lanes need of those who drive them. */
export interface LaneParts {
  readonly clock: Clock;
  /** The next staged events of the server after one, in the order in which they came. */
  readonly read: (after: number, limit: number) => Promise<readonly StagedEvent[]>;
  /** Whether a room's events have to wait, though these came for it; the newest is the last. */
  readonly isResting: (roomId: string, events: readonly StagedEvent[]) => boolean;
  /** Takes events into their room, in their order. @throws why there is more to do later. */
  readonly receive: (roomId: string, events: readonly StagedEvent[]) => Promise<void>;
}

/**
 * What one server has sent, on its way into the rooms: each room is a lane, in which one event goes after the other, in the
 * order in which they came. No lane waits for another.
 */
export class LanesOfServer {
  readonly #parts: LaneParts;
  /** What waits, by room. */
  readonly #waiting = new Map<string, StagedEvent[]>();
  readonly #running = new Map<string, Promise<void>>();
  #held = 0;
  #after = 0;
  /** Whether all that is staged was read, as far as it is known. */
  #isRead = false;
  #failure: { readonly error: unknown } | undefined;
  #news = Promise.withResolvers<void>();

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  /** Something may have been staged. */
  look(): void {
    this.#isRead = false;
    this.#news.resolve();
  }

  /**
   * Receives until nothing is left that can be received now.
   *
   * @throws what the first lane threw that has more to do later, when all have ended; what could not be read, then as
   * well; the signal's reason.
   */
  async run(signal: AbortSignal): Promise<void> {
    const end = (): void => this.#news.resolve();
    signal.addEventListener('abort', end, { once: true });
    try {
      while (!signal.aborted) {
        this.#news = Promise.withResolvers();
        const isLooking = !this.#isRead;
        if (isLooking) await this.#read();
        this.#start();
        if (this.#running.size > 0) await this.#untilNews();
        else if (isLooking && this.#isRead) break;
        else this.#isRead = false;
      }
    } finally {
      await Promise.all(this.#running.values());
      signal.removeEventListener('abort', end);
    }
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #read(): Promise<void> {
    this.#isRead = true;
    while (this.#held < MOST_HELD) {
      const events = await this.#parts.read(this.#after, READ_AT_ONCE);
      for (const event of events) {
        this.#after = event.stagedId;
        const lane = this.#waiting.get(event.roomId);
        if (lane === undefined) this.#waiting.set(event.roomId, [event]);
        else lane.push(event);
      }
      this.#held += events.length;
      if (events.length < READ_AT_ONCE) return;
    }
  }

  #start(): void {
    for (const [roomId, events] of this.#waiting) {
      if (this.#running.size >= LANES_AT_ONCE) break;
      if (this.#running.has(roomId)) continue;
      if (this.#parts.isResting(roomId, events)) {
        this.#failure ??= { error: new Error(`events of ${roomId} wait for others`) };
        continue;
      }
      this.#waiting.delete(roomId);
      this.#running.set(roomId, this.#receive(roomId, events));
    }
  }

  async #receive(roomId: string, events: readonly StagedEvent[]): Promise<void> {
    try {
      await this.#parts.receive(roomId, events);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#running.delete(roomId);
    this.#held -= events.length;
    this.#news.resolve();
  }

  async #untilNews(): Promise<void> {
    const timer = this.#parts.clock.setTimeout(() => this.look(), LOOK_AGAIN_MS);
    await this.#news.promise;
    timer.cancel();
  }
}
