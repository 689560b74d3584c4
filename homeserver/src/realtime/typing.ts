import type { Clock, Timer } from '../base/clock.ts';
import { forbidden } from '../protocol/errors.ts';
import type { RoomId, UserId } from '../protocol/identifiers.ts';
import type { EphemeralLog } from './ephemeral-log.ts';
import type { RoomMembership } from './rooms-interface.ts';

export interface TypingOptions {
  readonly log: EphemeralLog;
  readonly clock: Clock;
  readonly membership: RoomMembership;
  /** Told of what is said here: for the other processes. */
  readonly onChange: (change: TypingChange) => void;
}

/** Somebody types, or has stopped. */
export interface TypingChange {
  readonly roomId: RoomId;
  readonly userId: UserId;
  /** For how long, unless they stop; 0 if they have stopped. */
  readonly forMs: number;
}

interface Typist {
  /** Ends it. */
  readonly timer: Timer;
  readonly endsTs: number;
  /** Whether it was said here, not to another process. */
  readonly isHere: boolean;
}

interface TypingRoom {
  /** Of the last change of the list. */
  position: number;
  readonly users: Map<UserId, Typist>;
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
  readonly #onChange: TypingOptions['onChange'];
  readonly #rooms = new Map<RoomId, TypingRoom>();
  /** In the order in which they fell quiet. */
  readonly #quietRooms = new Set<RoomId>();

  constructor({ log, clock, membership, onChange }: TypingOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#membership = membership;
    this.#onChange = onChange;
  }

  /**
   * The user has begun to type, or types on.
   * @param timeoutMs after which it ends by itself: 30 seconds unless given, 2 minutes at most.
   * @throws {MatrixError} 403 `M_FORBIDDEN` unless the user is joined to the room.
   */
  async start(roomId: RoomId, userId: UserId, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    await this.#requireJoined(roomId, userId);
    const forMs = Math.min(Math.max(timeoutMs, 0), LONGEST_TIMEOUT_MS);
    this.#set({ roomId, userId, forMs }, true);
    this.#onChange({ roomId, userId, forMs });
  }

  /**
   * The user has stopped typing.
   * @throws {MatrixError} 403 `M_FORBIDDEN` unless the user is joined to the room.
   */
  async stop(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#requireJoined(roomId, userId);
    this.remove(roomId, userId);
    this.#onChange({ roomId, userId, forMs: 0 });
  }

  /** Takes over what was said to another process. */
  follow(change: TypingChange): void {
    if (change.forMs <= 0) this.remove(change.roomId, change.userId);
    else this.#set({ ...change, forMs: Math.min(change.forMs, LONGEST_TIMEOUT_MS) }, false);
  }

  /** Everybody who types, as they said it here. */
  saidHere(): TypingChange[] {
    const now = this.#clock.now();
    return [...this.#rooms].flatMap(([roomId, { users }]) =>
      [...users].flatMap(([userId, { isHere, endsTs }]) =>
        isHere && endsTs > now ? [{ roomId, userId, forMs: endsTs - now }] : [],
      ),
    );
  }

  /** Ends a user's typing without asking, for instance because the user has left the room. */
  remove(roomId: RoomId, userId: UserId): void {
    const room = this.#rooms.get(roomId);
    const typist = room?.users.get(userId);
    if (room === undefined || typist === undefined) return;
    typist.timer.cancel();
    room.users.delete(userId);
    this.#announce(roomId, room);
  }

  /** Ends everybody's typing: before the server stops, so that no client shows it until the next start. */
  removeAll(): void {
    for (const change of this.saidHere()) this.#onChange({ ...change, forMs: 0 });
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

  #set({ roomId, userId, forMs }: TypingChange, isHere: boolean): void {
    const room = this.#rooms.get(roomId) ?? { position: 0, users: new Map<UserId, Typist>() };
    this.#rooms.set(roomId, room);
    const known = room.users.get(userId);
    known?.timer.cancel();
    const timer = this.#clock.setTimeout(() => this.remove(roomId, userId), forMs);
    room.users.set(userId, { timer, endsTs: this.#clock.now() + forMs, isHere });
    if (known === undefined) this.#announce(roomId, room);
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
