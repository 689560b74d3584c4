import type { Database } from '../database/database.ts';
import { defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** What the state of a room says of it, for lists. */
export interface RoomDetails {
  readonly name: string | null;
  readonly canonicalAlias: string | null;
  readonly joinedMembers: number;
  readonly joinedLocalMembers: number;
  readonly creator: string;
  readonly encryption: string | null;
  /** 0 or 1. */
  readonly federatable: number;
  readonly joinRules: string | null;
  readonly guestAccess: string | null;
  readonly historyVisibility: string | null;
  readonly stateEvents: number;
}

/** A room in a list. */
export interface ListedRoom extends RoomDetails {
  readonly roomId: string;
  readonly version: string;
  readonly roomType: string | null;
  /** 0 or 1: whether it is in the public directory. */
  readonly listed: number;
}

/** Which rooms; -1 and the empty text let everything through. */
export interface RoomListFilter {
  /** Part of the name or the alias, or the whole ID. */
  readonly term: string;
  readonly listed: -1 | 0 | 1;
  readonly empty: -1 | 0 | 1;
}

/** Words in their order, numbers and yes/no with the most first; rooms without come last. */
const ORDERS = {
  name: ['d.name IS NULL', 'lower(d.name)'],
  canonical_alias: ['d.canonical_alias IS NULL', 'd.canonical_alias'],
  joined_members: ['-d.joined_members'],
  joined_local_members: ['-d.joined_local_members'],
  version: ['r.room_version'],
  creator: ['d.creator'],
  encryption: ['d.encryption IS NULL', 'd.encryption'],
  federatable: ['-d.federatable'],
  public: ['-r.listed'],
  join_rules: ['d.join_rules IS NULL', 'd.join_rules'],
  guest_access: ['d.guest_access IS NULL', 'd.guest_access'],
  history_visibility: ['d.history_visibility IS NULL', 'd.history_visibility'],
  state_events: ['-d.state_events'],
} as const;
export type RoomOrder = keyof typeof ORDERS;
/** By what a list of rooms can be put in order. */
export const ROOM_ORDERS = Object.keys(ORDERS) as readonly RoomOrder[];

const upsert = defineUpsert(
  'room_details',
  {
    room_nid: 'bigint',
    described: 'bigint',
    name: 'text?',
    canonical_alias: 'text?',
    joined_members: 'bigint',
    joined_local_members: 'bigint',
    creator: 'text',
    encryption: 'text?',
    federatable: 'integer',
    join_rules: 'text?',
    guest_access: 'text?',
    history_visibility: 'text?',
    state_events: 'bigint',
  },
  ['room_nid'],
);
const outdated = defineQuery<[number, number], { nid: number }>(
  `SELECT r.nid FROM rooms r LEFT JOIN room_details d ON d.room_nid = r.nid
   WHERE r.nid > ? AND r.snapshot_nid <> 0 AND (d.described IS NULL OR d.described <> r.snapshot_nid)
   ORDER BY r.nid LIMIT ?`,
);
const FROM = 'FROM rooms r JOIN room_details d ON d.room_nid = r.nid';
const MATCHING = `WHERE (? = '' OR lower(d.name) LIKE ? ESCAPE '\\' OR lower(d.canonical_alias) LIKE ? ESCAPE '\\' OR r.room_id = ?)
  AND (? = -1 OR r.listed = ?)
  AND (? = -1 OR (CASE WHEN d.joined_members = 0 THEN 1 ELSE 0 END) = ?)`;
type FilterParams = [string, string, string, string, number, number, number, number];
const count = defineQuery<FilterParams, { count: number }>(`SELECT count(*) AS count ${FROM} ${MATCHING}`);
const pages = new Map(
  ROOM_ORDERS.flatMap((order) =>
    (['ASC', 'DESC'] as const).map((direction) => {
      const by = [...ORDERS[order], 'r.room_id'].map((column) => `${column} ${direction}`).join(', ');
      return [
        `${order} ${direction}`,
        defineQuery<[...FilterParams, number, number], ListedRoom>(
          `SELECT r.room_id AS "roomId", r.room_version AS version, r.room_type AS "roomType", r.listed, d.name,
           d.canonical_alias AS "canonicalAlias", d.joined_members AS "joinedMembers",
           d.joined_local_members AS "joinedLocalMembers", d.creator, d.encryption, d.federatable,
           d.join_rules AS "joinRules", d.guest_access AS "guestAccess",
           d.history_visibility AS "historyVisibility", d.state_events AS "stateEvents"
           ${FROM} ${MATCHING} ORDER BY ${by} LIMIT ? OFFSET ?`,
        ),
      ] as const;
    }),
  ),
);
const largest = defineQuery<[number], { roomId: string; events: number }>(
  `SELECT r.room_id AS "roomId", l.events FROM rooms r JOIN
   (SELECT room_nid, count(*) AS events FROM log WHERE room_nid IS NOT NULL AND kind = 1 GROUP BY room_nid) l
   ON l.room_nid = r.nid ORDER BY l.events DESC, r.room_id LIMIT ?`,
);
const averageSize = defineQuery<[number], { size: number }>(
  `SELECT coalesce(sum(length(json)) / count(*), 0) AS size
   FROM (SELECT json FROM events ORDER BY nid DESC LIMIT ?) newest`,
);
const SIZES_LOOKED_AT = 1_000;

/** What admins list rooms by. It follows from the rooms' state, and is brought up to it when somebody wants a list. */
export class RoomDetailsStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The numbers of rooms whose details are not those of their state, from a number on, the lowest first. */
  async outdated(after: number, limit: number): Promise<number[]> {
    return (await this.#database.all(outdated, [after, limit])).map(({ nid }) => nid);
  }

  /** Notes the details of a room, in a unit. @param snapshotNid the state that they were read from. */
  put(unit: UnitOfWork, roomNid: number, snapshotNid: number, details: RoomDetails): void {
    unit.write(upsert, {
      room_nid: roomNid,
      described: snapshotNid,
      name: details.name,
      canonical_alias: details.canonicalAlias,
      joined_members: details.joinedMembers,
      joined_local_members: details.joinedLocalMembers,
      creator: details.creator,
      encryption: details.encryption,
      federatable: details.federatable,
      join_rules: details.joinRules,
      guest_access: details.guestAccess,
      history_visibility: details.historyVisibility,
      state_events: details.stateEvents,
    });
  }

  /** Has the details of a room read again, in a unit: something of its state was redacted. */
  outdate(unit: UnitOfWork, roomNid: number): void {
    unit.run('UPDATE room_details SET described = 0 WHERE room_nid = ?', [roomNid]);
  }

  /** A page of rooms, and how many there are in all. */
  async list(
    filter: RoomListFilter,
    page: {
      readonly order: RoomOrder;
      readonly descending: boolean;
      readonly offset: number;
      readonly limit: number;
    },
  ): Promise<{ readonly rooms: ListedRoom[]; readonly total: number }> {
    const params = paramsOf(filter);
    const query = pages.get(`${page.order} ${page.descending ? 'DESC' : 'ASC'}`);
    if (query === undefined) throw new Error(`rooms cannot be put in order by ${page.order}`);
    const rooms = await this.#database.all(query, [...params, page.limit, page.offset]);
    return { rooms, total: (await this.#database.get(count, params))?.count ?? 0 };
  }

  /** The rooms with the most events, and the bytes that those may take: an event counts as an average one. */
  async largest(limit: number): Promise<{ readonly roomId: string; readonly size: number }[]> {
    const average = (await this.#database.get(averageSize, [SIZES_LOOKED_AT]))?.size ?? 0;
    const rooms = await this.#database.all(largest, [limit]);
    return rooms.map(({ roomId, events }) => ({ roomId, size: Math.round(events * average) }));
  }
}

function paramsOf({ term, listed, empty }: RoomListFilter): FilterParams {
  const part = `%${term.toLowerCase().replace(/[%_\\]/g, (special) => `\\${special}`)}%`;
  return [term, part, part, term, listed, listed, empty, empty];
}
