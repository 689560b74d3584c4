import type { Pdu } from '../../protocol/events.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import type { Database } from '../database/database.ts';
import { runOnList } from '../database/run-on-list.ts';
import { defineDelete, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import { EventStatus } from './event-store.ts';
import {
  deleteEvents,
  deleteSnapshots,
  makeOutliers,
  PURGED_AT_ONCE,
  SNAPSHOTS_AT_ONCE,
  type StoredSnapshot,
} from './purged-events.ts';
import type { SnapshotBlocks, StateStore } from './state-store.ts';

/** An event of a timeline, as far as a purge looks at it. */
export interface TimelineRow {
  readonly position: number;
  readonly nid: number;
  readonly typeNid: number;
  readonly stateKeyNid: number | null;
  readonly senderNid: number;
}

/** A stored event that is not part of a timeline. */
export interface OffTimelineRow {
  readonly nid: number;
  readonly eventId: string;
  readonly senderNid: number;
  /** The state event that it took the place of. */
  readonly replacesNid: number | null;
}

/** What has to be there for as long as an event is. */
export interface EventNeeds {
  /** Events that it names: as its authority and, where it has a place in the room, as those that it follows. */
  readonly names: readonly string[];
  readonly redactedBy: number | null;
  /** The state before it; 0 for an outlier. */
  readonly snapshotNid: number;
}

const timeline = defineQuery<[number, number, number, number], TimelineRow>(
  `SELECT position, nid, type_nid AS "typeNid", state_key_nid AS "stateKeyNid", sender_nid AS "senderNid"
   FROM log JOIN events ON nid = ref
   WHERE log.room_nid = ? AND kind = 1 AND position > ? AND position < ? ORDER BY position LIMIT ?`,
);
const offTimeline = defineQuery<[number, number, number, number], OffTimelineRow>(
  `SELECT nid, event_id AS "eventId", sender_nid AS "senderNid", replaces_nid AS "replacesNid" FROM events
   WHERE room_nid = ? AND nid > ? AND nid <= ? AND status <> 0 ORDER BY nid LIMIT ?`,
);
const roomOffTimeline = defineQuery<[number], { room: number }>(
  'SELECT room_nid AS room FROM events WHERE status <> 0 AND room_nid > ? ORDER BY room_nid LIMIT 1',
);
const needsOf = defineQuery<
  [number[]],
  { status: EventStatus; redactedBy: number | null; snapshotNid: number; json: string }
>(
  `SELECT status, redacted_by AS "redactedBy", snapshot_nid AS "snapshotNid", json FROM events
   WHERE nid = ANY(?:bigint[])`,
);
const newestEvent = defineQuery<[], { nid: number }>('SELECT coalesce(max(nid), 0) AS nid FROM events');
const memberEvents = defineQuery<[number, number[]], { nid: number }>(
  'SELECT event_nid AS nid FROM room_members WHERE room_nid = ? AND event_nid = ANY(?:bigint[])',
);
const snapshotPage = defineQuery<[number, number, number], { nid: number; blocks: string }>(
  'SELECT nid, blocks FROM state_snapshots WHERE room_nid = ? AND nid > ? ORDER BY nid LIMIT ?',
);
const oldMoves = defineQuery<[number, number, number], { position: number }>(
  'SELECT position FROM log WHERE room_nid = ? AND kind = 6 AND position < ? ORDER BY position LIMIT ?',
);
const oldReceipts = defineQuery<
  [number, number, number[], number],
  { userNid: number; type: string; threadId: string }
>(
  `SELECT user_nid AS "userNid", receipt_type AS type, thread_id AS "threadId" FROM receipts
   WHERE room_nid = ? AND event_position < ? AND NOT (event_position = ANY(?:bigint[])) LIMIT ?`,
);
const deleteReceipt = defineDelete('receipts', {
  room_nid: 'bigint',
  user_nid: 'bigint',
  receipt_type: 'text',
  thread_id: 'text',
});
const snapshotNids = defineQuery<[number], { nid: number }>(
  'SELECT nid FROM state_snapshots WHERE room_nid = ?',
);

/** What a purge of a room's history, and the search for events that nothing needs, read and write. */
export class HistoryPurgeStore {
  readonly #database: Database;
  readonly #states: StateStore;

  constructor(database: Database, states: StateStore) {
    this.#database = database;
    this.#states = states;
  }

  /** Notes, in a unit, that the events of a room before a position may be gone. */
  begin(unit: UnitOfWork, roomNid: number, position: number): void {
    unit.run('UPDATE rooms SET purged_until = ? WHERE nid = ? AND purged_until < ?', [
      position - 1,
      roomNid,
      position - 1,
    ]);
  }

  /** The first events of a room's timeline between two positions, oldest first. */
  timeline(roomNid: number, after: number, before: number): Promise<TimelineRow[]> {
    return this.#database.all(timeline, [roomNid, after, before, PURGED_AT_ONCE]);
  }

  /** The first events of a room beside its timeline, by number. */
  offTimeline(roomNid: number, afterNid: number, untilNid: number): Promise<OffTimelineRow[]> {
    return this.#database.all(offTimeline, [roomNid, afterNid, untilNid, PURGED_AT_ONCE]);
  }

  /** The next room that has events beside its timeline, by number. */
  async roomOffTimeline(afterNid: number): Promise<number | undefined> {
    return (await this.#database.get(roomOffTimeline, [afterNid]))?.room;
  }

  /** What some events need, in no order. Not through the cache: they are many, and looked at once. */
  async needsOf(nids: readonly number[]): Promise<EventNeeds[]> {
    if (nids.length === 0) return [];
    const rows = await this.#database.all(needsOf, [[...nids]]);
    return rows.map(({ status, json, ...row }) => {
      const { auth_events: auth, prev_events: prev } = parseJson(json) as Pdu;
      const follows = status === EventStatus.Accepted || status === EventStatus.SoftFailed;
      return { ...row, names: follows ? [...auth, ...prev] : auth };
    });
  }

  /** The largest number of an event. */
  async newestEvent(): Promise<number> {
    return (await this.#database.get(newestEvent, []))?.nid ?? 0;
  }

  /** Those of some events by which somebody is a member of a room. */
  async memberEvents(roomNid: number, nids: readonly number[]): Promise<number[]> {
    return (await this.#database.all(memberEvents, [roomNid, [...nids]])).map(({ nid }) => nid);
  }

  /** The first stored states of a room, by number. */
  async snapshots(roomNid: number, afterNid: number): Promise<StoredSnapshot[]> {
    const rows = await this.#database.all(snapshotPage, [roomNid, afterNid, SNAPSHOTS_AT_ONCE]);
    return rows.map(({ nid, blocks }) => ({ nid, blocks: JSON.parse(blocks) as SnapshotBlocks }));
  }

  /** The numbers of all stored states of a room: those of new ones may be smaller, as each process has its own. */
  async snapshotNids(roomNid: number): Promise<number[]> {
    return (await this.#database.all(snapshotNids, [roomNid])).map(({ nid }) => nid);
  }

  /** Deletes events with everything that belongs to them, in a unit. */
  deleteEvents(unit: UnitOfWork, nids: readonly number[]): void {
    deleteEvents(unit, nids);
  }

  /** Takes events out of their room's timeline, in a unit: they stay as outliers, which others can name. */
  makeOutliers(unit: UnitOfWork, nids: readonly number[]): void {
    makeOutliers(unit, nids);
  }

  /** Deletes states, in a unit, with those of their blocks that are given. */
  deleteSnapshots(unit: UnitOfWork, nids: readonly number[], blockNids: readonly number[]): void {
    deleteSnapshots(unit, this.#states, nids, blockNids);
  }

  /**
   * Deletes, in a unit, some of what speaks of a room's timeline before a position: how its state moved, and receipts.
   * All that is left of the timeline is after them.
   *
   * @param kept positions of events that stay all the same.
   * @returns whether there was any.
   */
  async deleteTraces(
    unit: UnitOfWork,
    roomNid: number,
    position: number,
    kept: readonly number[],
  ): Promise<boolean> {
    const moves = await this.#database.all(oldMoves, [roomNid, position, PURGED_AT_ONCE]);
    const receipts = await this.#database.all(oldReceipts, [roomNid, position, [...kept], PURGED_AT_ONCE]);
    runOnList(
      unit,
      'DELETE FROM log WHERE position IN (?list)',
      moves.map((row) => row.position),
    );
    for (const { userNid, type, threadId } of receipts) {
      unit.write(deleteReceipt, {
        room_nid: roomNid,
        user_nid: userNid,
        receipt_type: type,
        thread_id: threadId,
      });
    }
    return moves.length + receipts.length > 0;
  }

  /** Takes from events, in a unit, what they took the place of: it is deleted. */
  clearReplaced(unit: UnitOfWork, nids: readonly number[]): void {
    runOnList(unit, 'UPDATE events SET replaces_nid = NULL WHERE nid IN (?list)', nids);
    for (const nid of nids) unit.invalidate('events', nid);
  }
}
