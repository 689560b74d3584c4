import type { Clock, Timer } from '../../base/clock.ts';
import type { RoomId, UserId } from '../../protocol/identifiers.ts';

export interface TypingNoticesParts {
  readonly clock: Clock;
  /** Which users of this server type in a room now. */
  readonly typingIn: (roomId: RoomId) => readonly UserId[];
  /** Tells the other servers in a room. */
  readonly tell: (roomId: RoomId, userId: UserId, isTyping: boolean) => void;
}

/**
 * How often it is said again that somebody still types. Servers forget it after half a minute (Dendrite) or a minute
 * (Synapse, and this one) if they do not hear of it again.
 */
const REPEAT_MS = 25_000;

/**
 * Who was said to type to other servers: they hear of the beginning, of the end, and now and then of what goes on
 * between, since the specification has them forget it after a while.
 *
 * Source: Server-Server API v1.19, `m.typing`.
 */
export class TypingNotices {
  readonly #parts: TypingNoticesParts;
  /** Rooms in which somebody was said to type. */
  readonly #told = new Map<RoomId, { readonly users: ReadonlySet<UserId>; readonly timer: Timer }>();
  #isStopped = false;

  constructor(parts: TypingNoticesParts) {
    this.#parts = parts;
  }

  /** Somebody in the room has begun to type, or has stopped. */
  changed(roomId: RoomId): void {
    if (this.#isStopped) return;
    const before = this.#told.get(roomId)?.users ?? new Set();
    const now = new Set(this.#parts.typingIn(roomId));
    this.#remember(roomId, now);
    for (const userId of now.symmetricDifference(before)) this.#parts.tell(roomId, userId, now.has(userId));
  }

  /** Says nothing any more. */
  stop(): void {
    this.#isStopped = true;
    for (const { timer } of this.#told.values()) timer.cancel();
    this.#told.clear();
  }

  #repeat(roomId: RoomId): void {
    const now = new Set(this.#parts.typingIn(roomId));
    this.#remember(roomId, now);
    for (const userId of now) this.#parts.tell(roomId, userId, true);
  }

  #remember(roomId: RoomId, users: ReadonlySet<UserId>): void {
    const { clock } = this.#parts;
    this.#told.get(roomId)?.timer.cancel();
    if (users.size === 0) this.#told.delete(roomId);
    else this.#told.set(roomId, { users, timer: clock.setTimeout(() => this.#repeat(roomId), REPEAT_MS) });
  }
}
