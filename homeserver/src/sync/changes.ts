import type { ReceiptChange } from '../realtime/index.ts';
import {
  LogKind,
  type LogRow,
  type Placed,
  type RoomOfUser,
  type StateMove,
  stateMoveOf,
} from '../storage/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import { type GoneRoom, goneRoomOf } from './gone-room.ts';

/** A change of the viewer's own membership: by an event of the timeline, or with a move of the room's state. */
export type OwnChange = Placed | StateMove;

/** What the log says of one room, for one viewer, in the time that a response covers. */
export interface RoomChanges {
  /** The room's events, oldest first. Undefined if it is too long ago to have them at hand: ask the log. */
  readonly events: readonly Placed[] | undefined;
  /** The moves of the room's state that its events alone do not tell, oldest first; all of them if `events` is there. */
  readonly stateMoves: readonly StateMove[];
  /** Whether somebody's membership may have changed. */
  readonly membersChanged: boolean;
  /** The viewer's own memberships, oldest first. */
  readonly ownMemberships: readonly OwnChange[];
  /** Receipts that the viewer may see. */
  readonly receipts: readonly ReceiptChange[];
  /** Types of the viewer's account data in the room. */
  readonly accountData: ReadonlySet<string>;
}

/** What the log says for one viewer, in the time that a response covers. */
export interface Changes {
  /** By room: those that the viewer is joined to, and those where their membership changed, or is gone. */
  readonly rooms: ReadonlyMap<number, RoomChanges>;
  /** Types of account data that belongs to no room. */
  readonly accountData: ReadonlySet<string>;
  /** Rooms of the viewer's that were deleted. */
  readonly gone: readonly GoneRoom[];
}

export const NO_CHANGES: RoomChanges = {
  events: [],
  stateMoves: [],
  membersChanged: false,
  ownMemberships: [],
  receipts: [],
  accountData: new Set(),
};

type Memberships = ReadonlyMap<number, RoomOfUser>;
type Collected = { -readonly [Key in keyof RoomChanges]: RoomChanges[Key] } & {
  events: Placed[] | undefined;
  stateMoves: StateMove[];
  ownMemberships: OwnChange[];
  receipts: ReceiptChange[];
  accountData: Set<string>;
};

/**
 * Finds what has changed for a viewer: from the newest rows, which are in memory, or else from the log, by index.
 *
 * @param rows every row since the frame's `since`, if they are at hand; those after its `until` do not count.
 */
export async function collectChanges(
  context: SyncContext,
  { viewer, since, until }: Pick<Frame, 'viewer' | 'since' | 'until'>,
  memberships: Memberships,
  rows: readonly LogRow[] | undefined,
): Promise<Changes> {
  const after = since?.position ?? 0;
  const collector = new Collector(viewer.userNid, memberships, rows !== undefined);
  if (rows !== undefined) {
    let previous = after;
    for (const row of rows) {
      if (row.position > until.position) break;
      collector.add(row);
      const { room } = row;
      if (room !== undefined && memberships.has(room) && mayLackBefore(row, previous)) {
        collector.addUnknown(room);
      }
      previous = row.position;
    }
    return collector.finish();
  }
  const { log } = context.rooms.storage;
  const joined = [...memberships.values()].filter((room) => room.membership === 'join');
  const joinedNids = joined.map((room) => room.roomNid);
  for (const row of await log.ofUser(viewer.userNid, after, until.position)) collector.add(row);
  for (const row of await log.receiptsOfRooms(joinedNids, after, until.position)) collector.add(row);
  for (const [roomNid, newest] of await log.newestOfRooms(joinedNids)) {
    if (newest > after) collector.addUnknown(roomNid);
  }
  return collector.finish();
}

/**
 * Whether something is missing in a room's timeline before an event, or was: positions were left free there, and of what
 * came into these no row in memory tells.
 *
 * @param previous the position of the row before.
 */
export function mayLackBefore({ kind, position }: LogRow, previous: number): boolean {
  return kind === LogKind.Event && position > previous + 1;
}

class Collector {
  readonly #userNid: number;
  readonly #memberships: Memberships;
  /** Whether every row comes by, and not only those of the viewer and receipts. */
  readonly #isComplete: boolean;
  readonly #rooms = new Map<number, Collected>();
  readonly #accountData = new Set<string>();
  readonly #gone: GoneRoom[] = [];

  constructor(userNid: number, memberships: Memberships, isComplete: boolean) {
    this.#userNid = userNid;
    this.#memberships = memberships;
    this.#isComplete = isComplete;
  }

  add(row: LogRow): void {
    if (row.kind === LogKind.AccountData) this.#addAccountData(row);
    else if (row.kind === LogKind.RoomGone) this.#addGone(row);
    else if (row.room === undefined) return;
    // Their membership may be gone with it, so that the room is no longer one of theirs.
    else if (row.kind === LogKind.StateMove) this.#addStateMove(row, row.room);
    else if (!this.#memberships.has(row.room)) return;
    else if (row.kind === LogKind.Receipt) this.#addReceipt(row, row.room);
    else if (row.ref !== undefined) this.#addEvent(row, row.room, row.ref);
  }

  /** There are events in the room, and nobody knows which. */
  addUnknown(roomNid: number): void {
    const room = this.#room(roomNid);
    room.events = undefined;
    room.membersChanged = true;
  }

  finish(): Changes {
    for (const [roomNid, { ownMemberships }] of this.#rooms) {
      const isJoined = this.#memberships.get(roomNid)?.membership === 'join';
      if (!isJoined && ownMemberships.length === 0) this.#rooms.delete(roomNid);
    }
    return { rooms: this.#rooms, accountData: this.#accountData, gone: this.#gone };
  }

  #addAccountData({ user, room, key }: LogRow): void {
    if (user !== this.#userNid || key === undefined) return;
    if (room === undefined) this.#accountData.add(key);
    else this.#room(room).accountData.add(key);
  }

  #addGone(row: LogRow): void {
    const room = row.user === this.#userNid ? goneRoomOf(row) : undefined;
    if (room !== undefined) this.#gone.push(room);
  }

  #addReceipt(row: LogRow, roomNid: number): void {
    const isSecret = row.key?.startsWith('m.read.private ') === true && row.user !== this.#userNid;
    if (!isSecret) this.#room(roomNid).receipts.push(row);
  }

  #addEvent({ position, user }: LogRow, roomNid: number, nid: number): void {
    const room = this.#room(roomNid);
    room.events?.push({ position, nid });
    if (user !== undefined) room.membersChanged = true;
    if (user === this.#userNid) room.ownMemberships.push({ position, nid });
    if (!this.#isComplete) room.events = undefined;
  }

  #addStateMove(row: LogRow, roomNid: number): void {
    if (!this.#memberships.has(roomNid) && row.user !== this.#userNid) return;
    const room = this.#room(roomNid);
    const move = stateMoveOf(row);
    room.membersChanged = true;
    room.stateMoves.push(move);
    if (move.user === this.#userNid) room.ownMemberships.push(move);
    if (!this.#isComplete) room.events = undefined;
  }

  #room(roomNid: number): Collected {
    let room = this.#rooms.get(roomNid);
    if (room === undefined) {
      room = {
        events: [],
        stateMoves: [],
        membersChanged: false,
        ownMemberships: [],
        receipts: [],
        accountData: new Set(),
      };
      this.#rooms.set(roomNid, room);
    }
    return room;
  }
}
