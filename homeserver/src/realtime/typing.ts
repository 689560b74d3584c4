import type { Clock, Timer } from '../base/clock.ts';
import { forbidden } from '../protocol/errors.ts';
import type { RoomId, UserId } from '../protocol/identifiers.ts';
import type { EphemeralLog } from './ephemeral-log.ts';
import type { RoomMembership } from './rooms-interface.ts';

export interface TypingOptions {
  readonly log: EphemeralLog;
  readonly clock: Clock;
  readonly membership: RoomMembership;
}

interface TypingRoom {
  /** Of the last change of the list. */
  position: number;
  /** Who types, and the timer that ends it. */
  readonly users: Map<UserId, Timer>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const LONGEST_TIMEOUT_MS = 120_000;
/** Rooms where nobody types any more, kept so that those who were offline meanwhile still learn it. */
const REMEMBERED_QUIET_ROOMS = 10_000;

/** Who is typing where: in memory only, each entry with an end. Source: Client-Server API v1.19, "Typing Notifications". */
export class Typing {
  readonly #log: EphemeralLog;
  readonly #clock: Clock;
  readonly #membership: RoomMembership;
  readonly #rooms = new Map<RoomId, TypingRoom>();
  /** In the order in which they fell quiet. */
  readonly #quietRooms = new Set<RoomId>();

  constructor({ log, clock, membership }: TypingOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#membership = membership;
  }

  /**
   * The user has begun to type, or types on.
   * @param timeoutMs after which it ends by itself: 30 seconds unless given, 2 minutes at most.
   * @throws {MatrixError} 403 `M_FORBIDDEN` unless the user is joined to the room.
   */
  async start(roomId: RoomId, userId: UserId, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    await this.#requireJoined(roomId, userId);
    const room = this.#rooms.get(roomId) ?? { position: 0, users: new Map<UserId, Timer>() };
    this.#rooms.set(roomId, room);
    const known = room.users.get(userId);
    known?.cancel();
    const delay = Math.min(Math.max(timeoutMs, 0), LONGEST_TIMEOUT_MS);
    room.users.set(
      userId,
      this.#clock.setTimeout(() => this.remove(roomId, userId), delay),
    );
    if (known === undefined) this.#announce(roomId, room);
  }

  /**
   * The user has stopped typing.
   * @throws {MatrixError} 403 `M_FORBIDDEN` unless the user is joined to the room.
   */
  async stop(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#requireJoined(roomId, userId);
    this.remove(roomId, userId);
  }

  /** Ends a user's typing without asking, for instance because the user has left the room. */
  remove(roomId: RoomId, userId: UserId): void {
    const room = this.#rooms.get(roomId);
    const timer = room?.users.get(userId);
    if (room === undefined || timer === undefined) return;
    timer.cancel();
    room.users.delete(userId);
    this.#announce(roomId, room);
  }

  /** Ends everybody's typing: before the server stops, so that no client shows it until the next start. */
  removeAll(): void {
    for (const [roomId, room] of this.#rooms) {
      for (const userId of [...room.users.keys()]) this.remove(roomId, userId);
    }
  }

  /** Who types in the room now, in the order in which they began. */
  typingIn(roomId: RoomId): UserId[] {
    return [...(this.#rooms.get(roomId)?.users.keys() ?? [])];
  }

  /**
   * Who types in the room, if that has changed after the position (without one: if anybody types).
   * An empty list says that everybody has stopped; undefined, that there is no news.
   */
  typingSince(roomId: RoomId, position: number | undefined): UserId[] | undefined {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return undefined;
    if (position === undefined) return room.users.size > 0 ? this.typingIn(roomId) : undefined;
    const isNews = !this.#log.isCurrent(position) || room.position > position;
    return isNews ? this.typingIn(roomId) : undefined;
  }

  async #requireJoined(roomId: RoomId, userId: UserId): Promise<void> {
    if (await this.#membership.isJoined(roomId, userId)) return;
    throw forbidden('You are not in this room');
  }

  #announce(roomId: RoomId, room: TypingRoom): void {
    this.#quietRooms.delete(roomId);
    if (room.users.size === 0) this.#quietRooms.add(roomId);
    this.#log.append({ kind: 'typing', roomId }, (position) => {
      room.position = position;
    });
    if (this.#quietRooms.size <= REMEMBERED_QUIET_ROOMS) return;
    const [oldest] = this.#quietRooms;
    if (oldest === undefined) return;
    this.#quietRooms.delete(oldest);
    this.#rooms.delete(oldest);
  }
}
