import type { RoomOfUser, Storage } from '../storage/index.ts';

/** How many users' rooms are kept in memory. */
const REMEMBERED = 20_000;

type Rooms = Map<number, RoomOfUser>;

/** The rooms of users: what sync, presence and the directory start from. In memory for the users that are about. */
export class UserRooms {
  readonly #storage: Storage;
  readonly #known = new Map<number, Rooms>();
  /** Reads on their way, so that a change that commits meanwhile is not lost. */
  readonly #loading = new Map<number, Promise<void>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Every membership of a user, by room number. It follows what is committed: do not change it. */
  async of(userNid: number): Promise<ReadonlyMap<number, RoomOfUser>> {
    for (;;) {
      const known = this.#known.get(userNid);
      if (known !== undefined) return known;
      await (this.#loading.get(userNid) ?? this.#startLoading(userNid));
    }
  }

  /** As `of`, if it is in memory. */
  known(userNid: number): ReadonlyMap<number, RoomOfUser> | undefined {
    return this.#known.get(userNid);
  }

  /** The rooms that a user is joined to. */
  async joined(userNid: number): Promise<number[]> {
    const rooms = await this.of(userNid);
    return [...rooms.values()].filter((room) => room.membership === 'join').map((room) => room.roomNid);
  }

  /** Whether two users are joined to a common room. */
  async share(userNid: number, otherNid: number): Promise<boolean> {
    const [mine, theirs] = [await this.of(userNid), await this.of(otherNid)];
    for (const room of mine.values()) {
      if (room.membership === 'join' && theirs.get(room.roomNid)?.membership === 'join') return true;
    }
    return false;
  }

  /** Takes over a committed change. */
  set(userNid: number, room: RoomOfUser): void {
    // A read that is on its way may or may not have seen the change: it has to be done again.
    if (this.#loading.delete(userNid)) return;
    this.#known.get(userNid)?.set(room.roomNid, room);
  }

  /** Takes over a committed change that left a user without any membership of a room. */
  drop(userNid: number, roomNid: number): void {
    if (this.#loading.delete(userNid)) return;
    this.#known.get(userNid)?.delete(roomNid);
  }

  /** Another process has changed something. */
  forget(userNid: number): void {
    this.#loading.delete(userNid);
    this.#known.delete(userNid);
  }

  /** Other processes may have changed anything. */
  forgetAll(): void {
    this.#loading.clear();
    this.#known.clear();
  }

  #startLoading(userNid: number): Promise<void> {
    const loading: Promise<void> = this.#load(userNid, () => this.#loading.get(userNid) === loading).finally(
      () => {
        if (this.#loading.get(userNid) === loading) this.#loading.delete(userNid);
      },
    );
    this.#loading.set(userNid, loading);
    return loading;
  }

  async #load(userNid: number, isCurrent: () => boolean): Promise<void> {
    const rows = await this.#storage.rooms.roomsOf(userNid);
    // What was read may be ahead of the rest of memory, and whoever has seen a membership is to see what was before it.
    await this.#storage.database.neighbours.caughtUp();
    if (!isCurrent()) return;
    this.#known.set(userNid, new Map(rows.map((row) => [row.roomNid, row])));
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }
}
