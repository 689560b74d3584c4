import type { Database } from '../database/database.ts';
import type { LogRow } from '../database/group-committer.ts';
import { LOG_COLUMNS, logRowFrom, newestPosition, type RawLogRow } from '../database/read-log.ts';
import { defineInsertIgnore, defineQuery, defineQueryForMany } from '../database/sql.ts';
import { LogKind, type UnitOfWork } from '../database/unit-of-work.ts';

/** Below every position: those of history that was fetched later are negative. */
export const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/** The key of the row of an event that was missing when those after it came. */
export const MISSED = 'missed';

/** Whether a row is of an event that was missing when those after it came: it is nobody's news. */
export function isMissed({ kind, key }: LogRow): boolean {
  return kind === LogKind.Event && key === MISSED;
}

/** A room event and its place in the log. */
export interface Placed {
  readonly position: number;
  readonly nid: number;
}

/** A row of the log that says that a room's current state moved in another way than by its newest event alone. */
export interface StateMove {
  readonly position: number;
  /** Snapshots of the current state. */
  readonly before: number;
  readonly after: number;
  /** The event that brought it about, in the row right before. */
  readonly cause: number | undefined;
  /** A local user whose membership is another one since. */
  readonly user: number | undefined;
}

/** What a log row of the kind `StateMove` has as its key. */
export function stateMoveKey(before: number, after: number): string {
  return `${before} ${after}`;
}

/** Reads a log row of the kind `StateMove`. */
export function stateMoveOf({ position, key = '', ref, user }: LogRow): StateMove {
  const [before = 0, after = 0] = key.split(' ').map(Number);
  return { position, before, after, cause: ref, user };
}

/** The first or last rows of a room that tell of its state; the event and the move are in no order. */
export interface StateRows {
  readonly event: Placed | undefined;
  readonly move: StateMove | undefined;
}

const insertOlder = defineInsertIgnore('log', {
  position: 'bigint',
  kind: 'integer',
  room_nid: 'bigint?',
  user_nid: 'bigint?',
  ref: 'bigint?',
  key: 'text?',
});
const oldest = defineQuery<[], { position: number }>(
  'SELECT coalesce(min(position), 0) AS position FROM log',
);
const rowsAfter = defineQuery<[number, number], RawLogRow>(
  `SELECT ${LOG_COLUMNS} FROM log WHERE position > ? ORDER BY position LIMIT ?`,
);
const rowsBefore = defineQuery<[number, number], RawLogRow>(
  `SELECT ${LOG_COLUMNS} FROM log WHERE position < ? ORDER BY position DESC LIMIT ?`,
);
const PLACED = 'SELECT position, ref AS nid FROM log WHERE room_nid = ? AND kind = 1';
const backward = defineQueryForMany<[number, number, number, number], Placed>(
  `${PLACED} AND position <= ? AND position > ? ORDER BY position DESC LIMIT ?`,
);
const forward = defineQueryForMany<[number, number, number, number], Placed>(
  `${PLACED} AND position > ? AND position <= ? ORDER BY position LIMIT ?`,
);
const eventsFrom = defineQuery<[number, number, number, number], RawLogRow>(
  `SELECT ${LOG_COLUMNS} FROM log WHERE room_nid = ? AND kind = 1 AND position >= ? AND position <= ?
   ORDER BY position LIMIT ?`,
);
const placeOf = defineQueryForMany<[number], { position: number }>(
  'SELECT position FROM log WHERE kind = 1 AND ref = ?',
);
const newestMoveOfUser = defineQuery<[number, number], { position: number | null }>(
  'SELECT max(position) AS position FROM log WHERE user_nid = ? AND room_nid = ? AND kind = 6',
);
const placesOf = defineQuery<[number[]], Placed>(
  'SELECT position, ref AS nid FROM log WHERE kind = 1 AND ref = ANY(?:bigint[])',
);
const NEWEST = 'SELECT max(position) AS position FROM log WHERE room_nid = rooms.nid';
const newestOfRooms = defineQuery<[number[]], { room: number; position: number }>(
  `SELECT nid AS room, (
     SELECT max(position) FROM (${NEWEST} AND kind = 1 UNION ALL ${NEWEST} AND kind = 6) AS newest
   ) AS position FROM rooms WHERE nid = ANY(?:bigint[])`,
);
// Two walks along the index, which one over both kinds would not be. What came later to fill a gap moved no state here.
const OF_KIND = `SELECT ${LOG_COLUMNS} FROM log WHERE room_nid = ? AND position > ? AND position <= ? AND kind`;
const firstStateRows = defineStateRows('ASC');
const lastStateRows = defineStateRows('DESC');
const rowsOfUser = defineQuery<[number, number, number], RawLogRow>(
  `SELECT ${LOG_COLUMNS} FROM log WHERE user_nid = ? AND position > ? AND position <= ? ORDER BY position`,
);
const receiptsOfRooms = defineQuery<[number[], number, number], RawLogRow>(
  `SELECT max(position) AS position, kind, room_nid AS room, user_nid AS "user", NULL AS ref, key FROM log
   WHERE room_nid = ANY(?:bigint[]) AND kind = 2 AND position > ? AND position <= ?
   GROUP BY kind, room_nid, user_nid, key`,
);
const rowsOfRoom = defineQuery<[number, number, number, number], RawLogRow>(
  `SELECT ${LOG_COLUMNS} FROM log WHERE room_nid = ? AND kind = ? AND position > ? AND position <= ? ORDER BY position`,
);

function defineStateRows(order: 'ASC' | 'DESC') {
  const one = (kind: LogKind) =>
    `SELECT * FROM (${OF_KIND} = ${kind} AND coalesce(key, '') <> '${MISSED}'
       ORDER BY position ${order} LIMIT 1) AS of_kind_${kind}`;
  return defineQueryForMany<[number, number, number, number, number, number], RawLogRow>(
    `${one(LogKind.Event)} UNION ALL ${one(LogKind.StateMove)}`,
  );
}

/** The ordered log of everything durable that a client can learn through sync. */
export class LogStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The position of the newest row, 0 for an empty log. */
  newest(): Promise<number> {
    return newestPosition(this.#database);
  }

  /** The position of the oldest row, 0 for an empty log. It is below zero where history was fetched later. */
  async oldest(): Promise<number> {
    return (await this.#database.get(oldest, []))?.position ?? 0;
  }

  /**
   * Gives an event of a room's history, which was fetched later, a place below zero, in a unit. The unit fails with
   * `ExpectationFailed` if the place is taken. Nobody is told: it is no news.
   */
  addOlder(
    unit: UnitOfWork,
    { position, room, ref, user }: { position: number; room: number; ref: number; user: number | null },
  ): void {
    const row = { position, kind: LogKind.Event, room_nid: room, user_nid: user, ref };
    unit.writeOnce(insertOlder, { ...row, key: null });
  }

  /**
   * As `addOlder`, in one of the positions that were left free before some event (`HistoryGapStore`). It is nobody's news
   * there, not even the user's whom it concerns.
   */
  addMissed(
    unit: UnitOfWork,
    { position, room, ref }: { position: number; room: number; ref: number },
  ): void {
    const row = { position, kind: LogKind.Event, room_nid: room, user_nid: null, ref };
    unit.writeOnce(insertOlder, { ...row, key: MISSED });
  }

  /** The first `limit` rows after a position. */
  async after(position: number, limit: number): Promise<LogRow[]> {
    return (await this.#database.all(rowsAfter, [position, limit])).map(logRowFrom);
  }

  /** The last `limit` rows before a position, the newest first. */
  async before(position: number, limit: number): Promise<LogRow[]> {
    return (await this.#database.all(rowsBefore, [position, limit])).map(logRowFrom);
  }

  /** A room's events at or before `from` and after `until`, newest first. */
  backward(roomNid: number, from: number, until: number, limit: number): Promise<Placed[]> {
    return this.#database.all(backward, [roomNid, from, until, limit]);
  }

  /** A room's events after `from`, at or before `until`, oldest first. */
  forward(roomNid: number, from: number, until: number, limit: number): Promise<Placed[]> {
    return this.#database.all(forward, [roomNid, from, until, limit]);
  }

  /** The first rows of a room's events at or after `from`, at or before `until`. */
  async eventsFrom(roomNid: number, from: number, until: number, limit: number): Promise<LogRow[]> {
    return (await this.#database.all(eventsFrom, [roomNid, from, until, limit])).map(logRowFrom);
  }

  /** The position of a room event; undefined for an event outside the timeline. */
  async positionOf(eventNid: number): Promise<number | undefined> {
    return (await this.#database.get(placeOf, [eventNid]))?.position;
  }

  /**
   * Since when a membership holds: since its event, or for one that is in no timeline since the newest move of the
   * room's state that changed the user's membership.
   */
  async positionOfMembership(
    eventNid: number,
    roomNid: number,
    userNid: number,
  ): Promise<number | undefined> {
    const position = await this.positionOf(eventNid);
    if (position !== undefined) return position;
    return (await this.#database.get(newestMoveOfUser, [userNid, roomNid]))?.position ?? undefined;
  }

  /** The positions of room events, by number; events outside the timeline are left out. */
  async positionsOf(eventNids: readonly number[]): Promise<Map<number, number>> {
    if (eventNids.length === 0) return new Map();
    const rows = await this.#database.all(placesOf, [[...eventNids]]);
    return new Map(rows.map((row) => [row.nid, row.position]));
  }

  /**
   * The first event of a room after a position and at or before another, and the first move of its state; events that
   * were missing at the time do not count.
   */
  firstStateRows(roomNid: number, after: number, until: number): Promise<StateRows> {
    return this.#stateRows(firstStateRows, roomNid, after, until);
  }

  /** As `firstStateRows`, the last of them. */
  lastStateRows(roomNid: number, after: number, until: number): Promise<StateRows> {
    return this.#stateRows(lastStateRows, roomNid, after, until);
  }

  /** The position of the newest event of each of these rooms, or of what moved its state. */
  async newestOfRooms(roomNids: readonly number[]): Promise<Map<number, number>> {
    if (roomNids.length === 0) return new Map();
    const rows = await this.#database.all(newestOfRooms, [[...roomNids]]);
    return new Map(rows.map((row) => [row.room, row.position]));
  }

  /** The rows that concern one user (own account data, own memberships, own receipts), oldest first. */
  async ofUser(userNid: number, after: number, until: number): Promise<LogRow[]> {
    return (await this.#database.all(rowsOfUser, [userNid, after, until])).map(logRowFrom);
  }

  /** The receipts that moved in these rooms: the newest row of each, in no order. */
  async receiptsOfRooms(roomNids: readonly number[], after: number, until: number): Promise<LogRow[]> {
    if (roomNids.length === 0) return [];
    return (await this.#database.all(receiptsOfRooms, [[...roomNids], after, until])).map(logRowFrom);
  }

  async #stateRows(
    query: typeof firstStateRows,
    roomNid: number,
    after: number,
    until: number,
  ): Promise<StateRows> {
    const rows = await this.#database.all(query, [roomNid, after, until, roomNid, after, until]);
    const event = rows.find(({ kind }) => kind === LogKind.Event);
    const move = rows.find(({ kind }) => kind === LogKind.StateMove);
    return {
      event: event && { position: event.position, nid: event.ref ?? 0 },
      move: move && stateMoveOf(logRowFrom(move)),
    };
  }

  /** The rows of one kind in a room, oldest first. */
  async ofRoom(roomNid: number, kind: LogKind, after: number, until: number): Promise<LogRow[]> {
    return (await this.#database.all(rowsOfRoom, [roomNid, kind, after, until])).map(logRowFrom);
  }
}
