import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, defineQueryForMany } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import type { Placed } from './log-store.ts';

/** An event that sticks. */
export interface StickyEvent {
  readonly eventNid: number;
  readonly roomNid: number;
  readonly senderNid: number;
  /** Milliseconds since the Unix epoch. */
  readonly expiresTs: number;
}

/** A part of the log in which sticky events are looked for, and what time it is. */
export interface StickyStretch {
  readonly after: number;
  readonly until: number;
  readonly now: number;
}

/** An event that sticks, its room, and its place in the log. */
export interface PlacedInRoom extends Placed {
  readonly room: number;
}

/** What one room can have a client be told at once: the newest. */
const MOST_OF_ROOM = 1_000;

const insertSticky = defineInsertIgnore('sticky_events', {
  event_nid: 'bigint',
  room_nid: 'bigint',
  sender_nid: 'bigint',
  expires_ts: 'bigint',
});
const deleteSticky = defineDelete('sticky_events', { event_nid: 'bigint' });
// The pluses keep planners off the order of the log: where nothing sticks, they would go through all of it in vain.
const PLACED = `SELECT l.position AS position, s.event_nid AS nid, s.room_nid AS room
  FROM sticky_events s JOIN log l ON l.kind = 1 AND l.ref = s.event_nid WHERE`;
const IN_STRETCH = 's.expires_ts > ? AND +l.position > ? AND +l.position <= ?';
const ofRoom = defineQueryForMany<[number, number, number, number], PlacedInRoom>(
  `${PLACED} s.room_nid = ? AND ${IN_STRETCH} ORDER BY +l.position DESC LIMIT ${MOST_OF_ROOM}`,
);
const ofRooms = defineQuery<[number[], number, number, number, number], PlacedInRoom>(
  `${PLACED} s.room_nid = ANY(?:bigint[]) AND ${IN_STRETCH} ORDER BY +l.position LIMIT ?`,
);
const countOf = defineQuery<[number, number, number], { count: number }>(
  'SELECT count(*) AS count FROM sticky_events WHERE room_nid = ? AND expires_ts > ? AND sender_nid = ?',
);

/** Events that whoever is in the room is told of until they expire (MSC4354). */
export class StickyEventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds one to a unit, which also forgets what has expired in its room. */
  insert(unit: UnitOfWork, event: StickyEvent, now: number): void {
    unit.run('DELETE FROM sticky_events WHERE room_nid = ? AND expires_ts <= ?', [event.roomNid, now]);
    unit.write(insertSticky, {
      event_nid: event.eventNid,
      room_nid: event.roomNid,
      sender_nid: event.senderNid,
      expires_ts: event.expiresTs,
    });
  }

  /** Lets an event stick no longer, in a unit. */
  delete(unit: UnitOfWork, eventNid: number): void {
    unit.write(deleteSticky, { event_nid: eventNid });
  }

  /** Those of a room that were added in a stretch of the log and stick still, oldest first; the newest 1,000. */
  async ofRoom(roomNid: number, { after, until, now }: StickyStretch): Promise<Placed[]> {
    return (await this.#database.all(ofRoom, [roomNid, now, after, until])).reverse();
  }

  /** The first of some rooms that were added in a stretch of the log and stick still, oldest first. */
  ofRooms(
    roomNids: readonly number[],
    { after, until, now }: StickyStretch,
    limit: number,
  ): Promise<PlacedInRoom[]> {
    return this.#database.all(ofRooms, [[...roomNids], now, after, until, limit]);
  }

  /** How many of somebody's stick in a room. */
  async countOf(roomNid: number, senderNid: number, now: number): Promise<number> {
    return Number((await this.#database.get(countOf, [roomNid, now, senderNid]))?.count ?? 0);
  }
}
