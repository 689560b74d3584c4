import type { Clock } from '../base/clock.ts';
import type { RoomId } from '../protocol/identifiers.ts';

/** How long what a room's servers send waits for the join that it follows. */
const LONGEST_WAIT_MS = 20_000;

/**
 * Rooms that this server is entering: the others send what happens there from the moment on at which one of them has
 * accepted the join, which may be long before all of the room's state is here.
 */
export class JoinsUnderWay {
  readonly #clock: Clock;
  /** The newest join of each room. */
  readonly #joins = new Map<RoomId, Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Enters a room. */
  async run<T>(roomId: RoomId, join: () => Promise<T>): Promise<T> {
    const joining = join();
    this.#joins.set(roomId, joining);
    try {
      return await joining;
    } finally {
      if (this.#joins.get(roomId) === joining) this.#joins.delete(roomId);
    }
  }

  /** Waits until a room that is being entered was, or was not; at most 20 seconds. */
  async ended(roomId: RoomId): Promise<void> {
    const joining = this.#joins.get(roomId);
    if (joining === undefined) return;
    const { promise: timeLimit, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimeout(resolve, LONGEST_WAIT_MS);
    await Promise.race([joining.catch(() => undefined), timeLimit]);
    timer.cancel();
  }
}
