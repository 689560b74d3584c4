import { RecentMap } from '../../base/recent-map.ts';
import type { Room, RoomsContext } from '../../rooms/index.ts';
import { LogKind, type LogRow } from '../../storage/index.ts';

const REMEMBERED = 200_000;
/** How many events of a room are looked at for its last proper activity. */
const MOST_LOOKED_AT = 500;
const LOOKED_AT_ONCE = 25;

/** What counts as proper activity. Source: MSC4186, "bump_stamp". */
const BUMPING: ReadonlySet<string> = new Set([
  'm.room.create',
  'm.room.message',
  'm.room.encrypted',
  'm.sticker',
  'm.call.invite',
  'm.poll.start',
  'org.matrix.msc3381.poll.start',
  'm.beacon_info',
  'org.matrix.msc3672.beacon_info',
]);

interface Bump {
  readonly position: number;
  /** Up to here events were looked at. */
  readonly upTo: number;
}

/** When something last happened in rooms, as positions of the log. Read once, then followed. */
export class RoomActivity {
  readonly #rooms: RoomsContext;
  readonly #newest = new RecentMap<number, number>(REMEMBERED);
  readonly #bumps = new RecentMap<number, Bump>(REMEMBERED);
  readonly #memberships = new RecentMap<number, number>(REMEMBERED);

  constructor(rooms: RoomsContext) {
    this.#rooms = rooms;
  }

  /** Takes in committed rows. */
  follow(rows: readonly LogRow[]): void {
    for (const { kind, room, position } of rows) {
      const counts = kind === LogKind.Event || kind === LogKind.StateMove;
      if (counts && room !== undefined) this.#newest.set(room, position);
    }
  }

  /** The positions of the newest events of some rooms. */
  async newestOf(roomNids: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const found = new Map<number, number>();
    const missing: number[] = [];
    for (const nid of roomNids) {
      const known = this.#newest.get(nid);
      if (known === undefined) missing.push(nid);
      else found.set(nid, known);
    }
    for (const [nid, position] of await this.#rooms.storage.log.newestOfRooms(missing)) {
      // What came meanwhile is newer.
      const newest = Math.max(position, this.#newest.get(nid) ?? 0);
      this.#newest.set(nid, newest);
      found.set(nid, newest);
    }
    return found;
  }

  /** The positions of some events; 0 for those that are in no timeline. */
  async positionsOf(eventNids: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const missing = eventNids.filter((nid) => this.#memberships.get(nid) === undefined);
    const read = await this.#rooms.storage.log.positionsOf(missing);
    for (const nid of missing) this.#memberships.set(nid, read.get(nid) ?? 0);
    return new Map(eventNids.map((nid) => [nid, this.#memberships.get(nid) ?? read.get(nid) ?? 0]));
  }

  /** The position of a room's last proper activity. */
  async bumpOf({ nid }: Room, until: number): Promise<number> {
    const known = this.#bumps.get(nid);
    if (known !== undefined && known.upTo >= until) return known.position;
    const position = await this.#lookForBump(nid, known, until);
    this.#bumps.set(nid, { position, upTo: until });
    return position;
  }

  async #lookForBump(nid: number, known: Bump | undefined, until: number): Promise<number> {
    const { log, events } = this.#rooms.storage;
    const after = known?.upTo ?? 0;
    let from = until;
    for (let seen = 0; seen < MOST_LOOKED_AT; seen += LOOKED_AT_ONCE) {
      const placed = await log.backward(nid, from, after, LOOKED_AT_ONCE);
      const types = new Map(
        (await events.getAll(placed.map((event) => event.nid))).map((event) => [event.nid, event.pdu.type]),
      );
      const bump = placed.find((event) => BUMPING.has(types.get(event.nid) ?? ''));
      if (bump !== undefined) return bump.position;
      from = (placed.at(-1)?.position ?? 1) - 1;
      if (placed.length < LOOKED_AT_ONCE) return known?.position ?? from + 1;
    }
    return known?.position ?? from + 1;
  }
}
