import type { Clock } from '../base/clock.ts';
import { RecentMap } from '../base/recent-map.ts';
import type { RoomId } from '../protocol/identifiers.ts';
import { ownValue } from '../protocol/json-values.ts';
import type { Broadcasts } from '../stream/index.ts';

/** How long what a room's servers send waits for the join that it follows. */
const LONGEST_WAIT_MS = 20_000;
/** A join of another process, of which nothing more was heard, counts as over after this long. */
const LONGEST_JOIN_MS = 5 * 60_000;
const REMEMBERED_ELSEWHERE = 1_000;
const TOPIC = 'joins';

/** A join of another process. */
interface JoinElsewhere {
  readonly until: number;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/**
 * Rooms that this server is entering, whichever of its processes does: the others send what happens there from the
 * moment on at which one of them has accepted the join, which may be long before all of the room's state is here.
 */
export class JoinsUnderWay {
  readonly #clock: Clock;
  readonly #broadcasts: Broadcasts;
  /** The newest join of each room. */
  readonly #joins = new Map<RoomId, Promise<unknown>>();
  readonly #elsewhere = new RecentMap<RoomId, JoinElsewhere>(REMEMBERED_ELSEWHERE);

  constructor(clock: Clock, broadcasts: Broadcasts) {
    this.#clock = clock;
    this.#broadcasts = broadcasts;
    broadcasts.on(TOPIC, (message) => this.#hear(message));
  }

  /** Enters a room. */
  async run<T>(roomId: RoomId, join: () => Promise<T>): Promise<T> {
    this.#broadcasts.send(TOPIC, { roomId, isUnderWay: true });
    const joining = join();
    this.#joins.set(roomId, joining);
    try {
      return await joining;
    } finally {
      if (this.#joins.get(roomId) === joining) this.#joins.delete(roomId);
      this.#broadcasts.send(TOPIC, { roomId, isUnderWay: false });
    }
  }

  /**
   * Waits until a room that is being entered was, or was not; at most 20 seconds.
   * @returns whether there was anything to wait for.
   */
  async ended(roomId: RoomId): Promise<boolean> {
    const elsewhere = this.#elsewhere.get(roomId);
    const isElsewhere = elsewhere !== undefined && elsewhere.until > this.#clock.now();
    const joining = this.#joins.get(roomId) ?? (isElsewhere ? elsewhere.ended : undefined);
    if (joining === undefined) return false;
    const { promise: timeLimit, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimeout(resolve, LONGEST_WAIT_MS);
    await Promise.race([joining.catch(() => undefined), timeLimit]);
    timer.cancel();
    return true;
  }

  #hear(message: unknown): void {
    const roomId = ownValue(message, 'roomId');
    if (typeof roomId !== 'string') return;
    const known = this.#elsewhere.get(roomId);
    known?.end();
    this.#elsewhere.delete(roomId);
    if (ownValue(message, 'isUnderWay') !== true) return;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#elsewhere.set(roomId, { until: this.#clock.now() + LONGEST_JOIN_MS, ended, end });
  }
}
