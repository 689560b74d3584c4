import type { Database } from '../database/database.ts';
import {
  defineDelete,
  defineGatheredQuery,
  defineInsert,
  defineInsertIgnore,
  defineQuery,
  defineUpdate,
  defineUpsert,
} from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import { NEVER } from './history-gap-store.ts';

/** A membership, as `m.room.member` has it. */
export type Membership = 'join' | 'invite' | 'leave' | 'ban' | 'knock';

/** A room's row. */
export interface RoomRow {
  readonly nid: number;
  readonly roomId: string;
  readonly roomVersion: string;
  /** Goes up by one with every event that moves the room's head. */
  readonly version: number;
  /** Numbers of the events that no other event follows. */
  readonly extremities: readonly number[];
  readonly depth: number;
  /** The snapshot of the current state. */
  readonly snapshotNid: number;
  /** `content.type` of the create event. */
  readonly roomType: string | null;
  /** Whether the room is in the public directory. */
  readonly listed: boolean;
  /** Whether members may be missing in its state: it was joined with what another server gave at once. */
  readonly isPartial: boolean;
  /** Whether events are missing in its timeline that may still come (`HistoryGapStore`). */
  readonly hasGaps: boolean;
}

/** What is known of a room while its state is partial. */
export interface PartialRoom {
  readonly roomNid: number;
  /** The join that it was entered with; the state before it is what is not complete. */
  readonly joinNid: number;
  /** The servers in the room when it was joined, the one that let us in first. */
  readonly servers: readonly string[];
}

/** One member of a room. */
export interface MemberRow {
  readonly userNid: number;
  readonly membership: Membership;
  readonly eventNid: number;
}

/** One room of a user. */
export interface RoomOfUser {
  readonly roomNid: number;
  readonly membership: Membership;
  readonly eventNid: number;
  readonly forgotten: boolean;
}

const insertRoom = defineInsert('rooms', {
  nid: 'bigint',
  room_id: 'text',
  room_version: 'text',
  version: 'bigint',
  extremities: 'text',
  depth: 'bigint',
  snapshot_nid: 'bigint',
  room_type: 'text?',
  partial_state: 'integer',
  listed: 'integer',
});
const setEntered = defineUpdate('rooms', { nid: 'bigint', room_type: 'text?', partial_state: 'integer' }, [
  'nid',
]);
const setPartial = defineUpdate('rooms', { nid: 'bigint', partial_state: 'integer' }, ['nid']);
const upsertPartial = defineUpsert(
  'partial_rooms',
  {
    room_nid: 'bigint',
    join_nid: 'bigint',
    servers: 'text',
  },
  ['room_nid'],
);
const deletePartial = defineDelete('partial_rooms', { room_nid: 'bigint' });
const insertPartialEvent = defineInsertIgnore('partial_events', { event_nid: 'bigint', room_nid: 'bigint' });
const deletePartialEvents = defineDelete('partial_events', { room_nid: 'bigint' });
const setListed = defineUpdate('rooms', { nid: 'bigint', listed: 'integer' }, ['nid']);
const setOpen = defineUpdate('rooms', { nid: 'bigint', open: 'integer' }, ['nid']);
const upsertMember = defineUpsert(
  'room_members',
  { room_nid: 'bigint', user_nid: 'bigint', membership: 'text', event_nid: 'bigint', forgotten: 'integer' },
  ['room_nid', 'user_nid'],
);
const deleteMember = defineDelete('room_members', { room_nid: 'bigint', user_nid: 'bigint' });
const setForgotten = defineUpdate(
  'room_members',
  { room_nid: 'bigint', user_nid: 'bigint', forgotten: 'integer' },
  ['room_nid', 'user_nid'],
);
const insertAlias = defineInsertIgnore('room_aliases', {
  alias: 'text',
  room_nid: 'bigint',
  creator_nid: 'bigint',
});
const moveAlias = defineUpdate('room_aliases', { alias: 'text', room_nid: 'bigint' }, ['alias']);
const deleteAlias = defineDelete('room_aliases', { alias: 'text' });

const ROOM = `nid, room_id AS "roomId", room_version AS "roomVersion", version, extremities, depth,
  snapshot_nid AS "snapshotNid", room_type AS "roomType", listed, partial_state AS partial,
  (SELECT count(*) FROM history_gaps WHERE history_gaps.room_nid = rooms.nid AND retry_ts < ${NEVER}) AS gaps`;
type RawRoom = Omit<RoomRow, 'extremities' | 'listed' | 'isPartial' | 'hasGaps'> & {
  extremities: string;
  listed: number;
  partial: number;
  gaps: number;
};
const roomById = defineQuery<[string], RawRoom>(`SELECT ${ROOM} FROM rooms WHERE room_id = ?`);
const roomsByNid = defineGatheredQuery<[number[]], RawRoom>(
  `SELECT ${ROOM} FROM rooms WHERE nid = ANY(?:bigint[])`,
  { parameter: 0, column: 'nid' },
);
const idsOfRooms = defineQuery<[number[]], { nid: number; roomId: string }>(
  'SELECT nid, room_id AS "roomId" FROM rooms WHERE nid = ANY(?:bigint[])',
);
const listedRooms = defineQuery<[], { nid: number }>('SELECT nid FROM rooms WHERE listed = 1 ORDER BY nid');
const partialRooms = defineQuery<[], { room_nid: number; join_nid: number; servers: string }>(
  'SELECT room_nid, join_nid, servers FROM partial_rooms ORDER BY room_nid',
);
const partialEvents = defineQuery<[number], { nid: number }>(
  'SELECT event_nid AS nid FROM partial_events WHERE room_nid = ? ORDER BY event_nid',
);
const membersOf = defineGatheredQuery<[number[]], MemberRow>(
  `SELECT room_nid AS "roomNid", user_nid AS "userNid", membership, event_nid AS "eventNid"
   FROM room_members WHERE room_nid = ANY(?:bigint[])`,
  { parameter: 0, column: 'roomNid' },
);
const roomsOfUser = defineQuery<[number], Omit<RoomOfUser, 'forgotten'> & { forgotten: number }>(
  `SELECT room_nid AS "roomNid", membership, event_nid AS "eventNid", forgotten
   FROM room_members WHERE user_nid = ?`,
);
const alias = defineQuery<[string], { roomNid: number; creatorNid: number }>(
  'SELECT room_nid AS "roomNid", creator_nid AS "creatorNid" FROM room_aliases WHERE alias = ?',
);
const aliasesOf = defineQuery<[number], { alias: string }>(
  'SELECT alias FROM room_aliases WHERE room_nid = ? ORDER BY alias',
);

/** Rooms, their members, their aliases and the public directory. */
export class RoomStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a new room to a unit. */
  insert(unit: UnitOfWork, room: Omit<RoomRow, 'isPartial' | 'hasGaps'>, isPartial = false): void {
    unit.write(insertRoom, {
      nid: room.nid,
      room_id: room.roomId,
      room_version: room.roomVersion,
      version: room.version,
      extremities: JSON.stringify(room.extremities),
      depth: room.depth,
      snapshot_nid: room.snapshotNid,
      room_type: room.roomType,
      partial_state: isPartial ? 1 : 0,
      listed: room.listed ? 1 : 0,
    });
  }

  /** A room by its ID. */
  async byId(roomId: string): Promise<RoomRow | undefined> {
    return fromRaw(await this.#database.get(roomById, [roomId]));
  }

  /** A room by its number. */
  async byNid(nid: number): Promise<RoomRow | undefined> {
    return fromRaw(await this.#database.get(roomsByNid, [[nid]]));
  }

  /** Rooms by number, in no order; those that are not there are left out. */
  async byNids(nids: readonly number[]): Promise<RoomRow[]> {
    const rows = await this.#database.all(roomsByNid, [[...nids]]);
    return rows.flatMap((row) => fromRaw(row) ?? []);
  }

  /** The IDs of rooms, by number. */
  async idsOf(nids: readonly number[]): Promise<Map<number, string>> {
    if (nids.length === 0) return new Map();
    const rows = await this.#database.all(idsOfRooms, [[...nids]]);
    return new Map(rows.map((row) => [row.nid, row.roomId]));
  }

  /** A room that this server enters with state from elsewhere: what that says of the room, in a unit. */
  setEntered(unit: UnitOfWork, roomNid: number, roomType: string | null, isPartial: boolean): void {
    unit.write(setEntered, { nid: roomNid, room_type: roomType, partial_state: isPartial ? 1 : 0 });
  }

  /** Notes what completes a room's partial state, in a unit: that of the newest join. */
  addPartial(unit: UnitOfWork, { roomNid, joinNid, servers }: PartialRoom): void {
    unit.write(upsertPartial, { room_nid: roomNid, join_nid: joinNid, servers: JSON.stringify(servers) });
  }

  /** Notes that an event was placed on a partial state, in a unit. */
  addPartialEvent(unit: UnitOfWork, roomNid: number, eventNid: number): void {
    unit.write(insertPartialEvent, { event_nid: eventNid, room_nid: roomNid });
  }

  /** The state of a room is complete, or starts afresh: in a unit. */
  endPartial(unit: UnitOfWork, roomNid: number): void {
    unit.write(setPartial, { nid: roomNid, partial_state: 0 });
    unit.write(deletePartial, { room_nid: roomNid });
    unit.write(deletePartialEvents, { room_nid: roomNid });
  }

  /** Every room with partial state. */
  async partial(): Promise<PartialRoom[]> {
    const rows = await this.#database.all(partialRooms, []);
    return rows.map((row) => ({
      roomNid: row.room_nid,
      joinNid: row.join_nid,
      servers: JSON.parse(row.servers) as string[],
    }));
  }

  /** The events of a room that were placed on a partial state, in the order in which they were stored. */
  async partialEvents(roomNid: number): Promise<number[]> {
    return (await this.#database.all(partialEvents, [roomNid])).map((row) => row.nid);
  }

  /**
   * Gives a room another version, in a unit, as something that changes may have been built upon is deleted: whoever builds
   * one now, in whatever process, has to look at the room again.
   */
  outdateChanges(unit: UnitOfWork, roomNid: number): void {
    unit.run('UPDATE rooms SET version = version + 1 WHERE nid = ?', [roomNid]);
    unit.invalidate('rooms', roomNid);
  }

  /** Puts a room into the public directory, or takes it out, in a unit. */
  setListed(unit: UnitOfWork, roomNid: number, listed: boolean): void {
    unit.write(setListed, { nid: roomNid, listed: listed ? 1 : 0 });
    unit.invalidate('rooms', roomNid);
  }

  /** Notes, in a unit, whether anybody may join a room or read in it: then its members are found by everybody. */
  setOpen(unit: UnitOfWork, roomNid: number, open: boolean): void {
    unit.write(setOpen, { nid: roomNid, open: open ? 1 : 0 });
  }

  /** The rooms of the public directory, oldest first. */
  async listed(): Promise<number[]> {
    return (await this.#database.all(listedRooms, [])).map((row) => row.nid);
  }

  /** Sets a membership, in a unit. A new membership event makes a forgotten room known again. */
  setMember(unit: UnitOfWork, roomNid: number, member: MemberRow): void {
    unit.write(upsertMember, {
      room_nid: roomNid,
      user_nid: member.userNid,
      membership: member.membership,
      event_nid: member.eventNid,
      forgotten: 0,
    });
  }

  /** Deletes a membership that the room's state no longer has, in a unit. */
  deleteMember(unit: UnitOfWork, roomNid: number, userNid: number): void {
    unit.write(deleteMember, { room_nid: roomNid, user_nid: userNid });
  }

  /** Marks a room as forgotten by a user, in a unit. */
  setForgotten(unit: UnitOfWork, roomNid: number, userNid: number): void {
    unit.write(setForgotten, { room_nid: roomNid, user_nid: userNid, forgotten: 1 });
    unit.invalidate('user-rooms', userNid);
  }

  /** Every membership of a room. */
  async members(roomNid: number): Promise<MemberRow[]> {
    const rows = await this.#database.all(membersOf, [[roomNid]]);
    return rows.map(({ userNid, membership, eventNid }) => ({ userNid, membership, eventNid }));
  }

  /** Every room that a user has a membership in. */
  async roomsOf(userNid: number): Promise<RoomOfUser[]> {
    const rows = await this.#database.all(roomsOfUser, [userNid]);
    return rows.map((row) => ({ ...row, forgotten: row.forgotten === 1 }));
  }

  /** Adds an alias to a unit, which fails with `ExpectationFailed` when the alias is taken. */
  addAlias(unit: UnitOfWork, name: string, roomNid: number, creatorNid: number): void {
    unit.writeOnce(insertAlias, { alias: name, room_nid: roomNid, creator_nid: creatorNid });
  }

  /** Makes an alias lead to another room, in a unit; its maker stays the same. */
  moveAlias(unit: UnitOfWork, name: string, roomNid: number): void {
    unit.write(moveAlias, { alias: name, room_nid: roomNid });
  }

  /** Deletes an alias, in a unit. */
  deleteAlias(unit: UnitOfWork, name: string): void {
    unit.write(deleteAlias, { alias: name });
  }

  /** The room behind an alias, and who made the alias. */
  alias(name: string): Promise<{ roomNid: number; creatorNid: number } | undefined> {
    return this.#database.get(alias, [name]);
  }

  /** The aliases of a room, sorted. */
  async aliasesOf(roomNid: number): Promise<string[]> {
    return (await this.#database.all(aliasesOf, [roomNid])).map((row) => row.alias);
  }
}

function fromRaw(row: RawRoom | undefined): RoomRow | undefined {
  if (row === undefined) return undefined;
  const { extremities, listed, partial, gaps, ...rest } = row;
  return {
    ...rest,
    extremities: JSON.parse(extremities) as number[],
    listed: listed === 1,
    isPartial: partial === 1,
    hasGaps: gaps > 0,
  };
}
