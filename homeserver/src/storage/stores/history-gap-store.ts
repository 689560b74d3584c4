import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/**
 * How many positions are left free before an event that follows some which are not here: more are not fetched. Never to
 * change: it tells of every gap that was left where it begins.
 */
export const POSITIONS_IN_GAP = 100_000;

/** A place in a room's timeline where events are missing: between `floor` and `position`, in the positions left free. */
export interface HistoryGap {
  /** The event that came without those before it. */
  readonly eventNid: number;
  readonly roomNid: number;
  /** Its position. */
  readonly top: number;
  /** Of the oldest event above what is missing: `top`, until some of it is here. */
  readonly position: number;
  /** What is missing comes after this position. */
  readonly floor: number;
  /** How often nothing came of asking for more. */
  readonly failures: number;
  /** Nobody is asked before this time. Milliseconds since 1970. */
  readonly retryTs: number;
}

interface RawGap {
  eventNid: number;
  roomNid: number;
  top: number;
  filled: number;
  failures: number;
  retryTs: number;
}

const MOST_IN_ROOM = 100;

/** When what nobody has is asked for again. */
export const NEVER = Number.MAX_SAFE_INTEGER;

const insert = defineInsertIgnore('history_gaps', {
  event_nid: 'bigint',
  room_nid: 'bigint',
  filled: 'bigint',
  failures: 'integer',
  retry_ts: 'bigint',
});
const remove = defineDelete('history_gaps', { event_nid: 'bigint' });
const GAP = `SELECT event_nid AS "eventNid", history_gaps.room_nid AS "roomNid", position AS top, filled, failures,
    retry_ts AS "retryTs" FROM history_gaps JOIN log ON log.kind = 1 AND log.ref = event_nid`;
const byEvent = defineQuery<[number], RawGap>(`${GAP} WHERE event_nid = ?`);
const ofRoom = defineQuery<[number, number], RawGap>(
  `${GAP} WHERE history_gaps.room_nid = ? AND retry_ts < ? ORDER BY position`,
);
const lowest = defineQuery<[number], { top: number }>(
  `SELECT min(position) AS top FROM history_gaps JOIN log ON log.kind = 1 AND log.ref = event_nid
   WHERE history_gaps.room_nid = ? HAVING count(*) > 0`,
);

/** Where events are missing in the timelines of rooms that other servers are in. */
export class HistoryGapStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Notes, in a unit, that events are missing before one. Its row of the log has to leave `POSITIONS_IN_GAP` free. The
   * oldest of more than a hundred gaps in a room is forgotten: whoever is in it can make them without end.
   */
  open(unit: UnitOfWork, roomNid: number, eventNid: number): void {
    unit.run(
      `DELETE FROM history_gaps WHERE room_nid = ? AND event_nid <= (
         SELECT event_nid FROM history_gaps WHERE room_nid = ? ORDER BY event_nid DESC LIMIT 1 OFFSET ?)`,
      [roomNid, roomNid, MOST_IN_ROOM - 1],
    );
    const row = { event_nid: eventNid, room_nid: roomNid, filled: 0, failures: 0, retry_ts: 0 };
    unit.write(insert, row);
  }

  /** The gap before an event; undefined if nothing is missing there. */
  async before(eventNid: number): Promise<HistoryGap | undefined> {
    const row = await this.#database.get(byEvent, [eventNid]);
    return row && fromRaw(row);
  }

  /** The gaps in a room's timeline that may still be filled, the oldest first. */
  async ofRoom(roomNid: number): Promise<HistoryGap[]> {
    return (await this.#database.all(ofRoom, [roomNid, NEVER])).map(fromRaw);
  }

  /** After which position the timeline of a room has its first gap, be it given up; undefined if there is none. */
  async firstFloor(roomNid: number): Promise<number | undefined> {
    const row = await this.#database.get(lowest, [roomNid]);
    return row && floorBelow(row.top);
  }

  /** Some events came in, in a unit. It fails with `ExpectationFailed` if others came meanwhile. */
  fill(unit: UnitOfWork, { eventNid, top, position }: HistoryGap, count: number): void {
    const filled = top - position;
    unit.run(
      'UPDATE history_gaps SET filled = ?, failures = 0, retry_ts = 0 WHERE event_nid = ? AND filled = ?',
      [filled + count, eventNid, filled],
      1,
    );
  }

  /** Nothing came of asking for more, in a unit: nobody is asked before a time. */
  noteFailure(unit: UnitOfWork, { eventNid, failures }: HistoryGap, retryTs: number): void {
    unit.run('UPDATE history_gaps SET failures = ?, retry_ts = ? WHERE event_nid = ?', [
      failures + 1,
      retryTs,
      eventNid,
    ]);
  }

  /** Nobody has what is missing: in a unit. */
  giveUp(unit: UnitOfWork, gap: HistoryGap): void {
    this.noteFailure(unit, gap, NEVER);
    unit.invalidate('rooms', gap.roomNid);
  }

  /** Nothing is missing any more: in a unit. */
  close(unit: UnitOfWork, { eventNid, roomNid }: HistoryGap): void {
    unit.write(remove, { event_nid: eventNid });
    unit.invalidate('rooms', roomNid);
  }
}

function fromRaw({ filled, ...gap }: RawGap): HistoryGap {
  return { ...gap, position: gap.top - filled, floor: floorBelow(gap.top) };
}

function floorBelow(top: number): number {
  return top - POSITIONS_IN_GAP - 1;
}
