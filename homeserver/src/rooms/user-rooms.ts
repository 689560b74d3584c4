import type { RoomOfUser, Storage } from '../storage/index.ts';

/** How many users' rooms are kept in memory. */
const REMEMBERED = 20_000;

/** The rooms of users: what sync, presence and the directory start from. In memory for the users that are about. */
export class UserRooms {
  readonly #storage: Storage;
  readonly #known = new Map<number, Map<number, RoomOfUser>>();
  /** Reads on their way, so that a change that commits meanwhile is not lost. */
  readonly #loading = new Map<number, Promise<Map<number, RoomOfUser>>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Every membership of a user, by room number. Do not change the map. */
  async of(userNid: number): Promise<ReadonlyMap<number, RoomOfUser>> {
    const known = this.#known.get(userNid);
    if (known !== undefined) return known;
    let loading = this.#loading.get(userNid);
    if (loading === undefined) {
      loading = this.#load(userNid);
      this.#loading.set(userNid, loading);
    }
    return loading;
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

  async #load(userNid: number): Promise<Map<number, RoomOfUser>> {
    const rows = await this.#storage.rooms.roomsOf(userNid);
    const rooms = new Map(rows.map((row) => [row.roomNid, row]));
    if (this.#loading.delete(userNid)) {
      this.#known.set(userNid, rooms);
      const [oldest] = this.#known.keys();
      if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    }
    return rooms;
  }
}
