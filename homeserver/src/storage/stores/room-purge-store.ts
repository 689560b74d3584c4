import type { Database } from '../database/database.ts';
import { runOnList } from '../database/run-on-list.ts';
import { defineInsert, defineQuery } from '../database/sql.ts';
import { LogKind, type UnitOfWork } from '../database/unit-of-work.ts';
import { deleteEvents, deleteSnapshots, PURGED_AT_ONCE, SNAPSHOTS_AT_ONCE } from './purged-events.ts';
import { TABLES_OF_ROOMS } from './room-rows.ts';
import type { SnapshotBlocks, StateStore } from './state-store.ts';

const leftIn = TABLES_OF_ROOMS.map(({ table, column, by }) => ({
  query: defineQuery<[number], { found: number }>(
    `SELECT 1 AS found FROM ${table} WHERE ${column} = ? LIMIT 1`,
  ),
  deletion: `DELETE FROM ${table} WHERE ${column} = ?
    AND ${by} IN (SELECT ${by} FROM ${table} WHERE ${column} = ? LIMIT ${PURGED_AT_ONCE})`,
}));
const lastOfOthers = defineQuery<[number], { position: number }>(
  'SELECT position FROM log WHERE room_nid IS NULL OR room_nid <> ? ORDER BY position DESC LIMIT 1',
);
const logRows = defineQuery<[number, number], { position: number; kind: LogKind; ref: number | null }>(
  `SELECT position, kind, ref FROM log WHERE room_nid = ? ORDER BY kind, position LIMIT ?`,
);
const offTimeline = defineQuery<[number, number], { nid: number }>(
  'SELECT nid FROM events WHERE room_nid = ? AND status <> 0 ORDER BY nid LIMIT ?',
);
const snapshots = defineQuery<[number, number], { nid: number; blocks: string }>(
  'SELECT nid, blocks FROM state_snapshots WHERE room_nid = ? ORDER BY nid LIMIT ?',
);
const insertPurged = defineInsert('purged_rooms', { nid: 'bigint', room_id: 'text' });
const purgedById = defineQuery<[string], { nid: number }>('SELECT nid FROM purged_rooms WHERE room_id = ?');

/** A room, and the version that it must still have. */
interface PurgedRoom {
  readonly nid: number;
  readonly roomId: string;
  readonly version: number;
}

/** Rooms on their way out: gone for everybody at once, their rows some hundred at a time. */
export class RoomPurgeStore {
  readonly #database: Database;
  readonly #states: StateStore;

  constructor(database: Database, states: StateStore) {
    this.#database = database;
    this.#states = states;
  }

  /**
   * Makes a room unknown, in a unit, which fails with `ExpectationFailed` when the room has another version. Whoever
   * works on the room finds its row gone; the rest is left for `deleteSome`.
   */
  begin(unit: UnitOfWork, { nid, roomId, version }: PurgedRoom): void {
    unit.run('DELETE FROM rooms WHERE nid = ? AND version = ?', [nid, version], 1);
    unit.write(insertPurged, { nid, room_id: roomId });
  }

  /** Whether rows of a room with this ID are still being deleted. */
  async isUnderWay(roomId: string): Promise<boolean> {
    return (await this.#database.get(purgedById, [roomId])) !== undefined;
  }

  /**
   * Deletes some of the rows of a room whose own row is gone, in a unit.
   * @returns whether there were any.
   */
  async deleteSome(unit: UnitOfWork, roomNid: number): Promise<boolean> {
    for (const { query, deletion } of leftIn) {
      if ((await this.#database.get(query, [roomNid])) === undefined) continue;
      unit.run(deletion, [roomNid, roomNid]);
      return true;
    }
    return (
      (await this.#deleteLog(unit, roomNid)) ||
      (await this.#deleteOffTimeline(unit, roomNid)) ||
      this.#deleteStates(unit, roomNid)
    );
  }

  /** Notes, in a unit, that nothing of a room is left. */
  end(unit: UnitOfWork, roomNid: number): void {
    unit.run('DELETE FROM purged_rooms WHERE nid = ?', [roomNid]);
  }

  /** The newest row of the log is never deleted: its position would be given again. */
  async #deleteLog(unit: UnitOfWork, roomNid: number): Promise<boolean> {
    const rows = await this.#database.all(logRows, [roomNid, PURGED_AT_ONCE]);
    if (rows.length === 0) return false;
    const bound = (await this.#database.get(lastOfOthers, [roomNid]))?.position ?? 0;
    const older = rows.filter(({ position }) => position < bound);
    if (older.length === 0) {
      unit.append({ kind: LogKind.RoomGone, ref: roomNid });
      return true;
    }
    const events = older.flatMap(({ kind, ref }) => (kind === LogKind.Event && ref !== null ? [ref] : []));
    if (events.length > 0) deleteEvents(unit, events);
    runOnList(
      unit,
      'DELETE FROM log WHERE position IN (?list)',
      older.map(({ position }) => position),
    );
    return true;
  }

  async #deleteOffTimeline(unit: UnitOfWork, roomNid: number): Promise<boolean> {
    const rows = await this.#database.all(offTimeline, [roomNid, PURGED_AT_ONCE]);
    if (rows.length === 0) return false;
    deleteEvents(
      unit,
      rows.map(({ nid }) => nid),
    );
    return true;
  }

  async #deleteStates(unit: UnitOfWork, roomNid: number): Promise<boolean> {
    const rows = await this.#database.all(snapshots, [roomNid, SNAPSHOTS_AT_ONCE]);
    if (rows.length === 0) return false;
    const blocks = new Set(rows.flatMap((row) => JSON.parse(row.blocks) as SnapshotBlocks));
    deleteSnapshots(
      unit,
      this.#states,
      rows.map(({ nid }) => nid),
      [...blocks],
    );
    return true;
  }
}
