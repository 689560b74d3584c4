import { type RoomVersionRules, roomVersionRules } from '../../protocol/room-versions.ts';
import type { Database } from '../database/database.ts';
import { defineQuery } from '../database/sql.ts';

/** What a check reads: a database that a server runs on, or one moment of it. */
export type CheckedDatabase = Pick<Database, 'dialect' | 'all'>;

/** Takes one contradiction, in words that lead an admin to the rows. */
export type Report = (contradiction: string) => void;

/** Something that holds in every sound database. Checks are independent of each other. */
export interface Check {
  /** What holds, as a sentence. */
  readonly holds: string;
  /** Reports every place where it does not. */
  readonly run: (database: CheckedDatabase, report: Report) => Promise<void>;
}

/** A room as the checks need it. */
export interface CheckedRoom {
  readonly nid: number;
  readonly roomId: string;
  readonly rules: RoomVersionRules;
  readonly version: number;
  readonly depth: number;
  readonly snapshotNid: number;
  /** Its events up to this position of the log may have been purged; 0 if none were. */
  readonly purgedUntil: number;
  /** Whether it was joined with a part of its state, and the rest is yet to come. */
  readonly isPartial: boolean;
  /** Numbers of events. */
  readonly extremities: readonly number[];
}

interface RoomRow {
  nid: number;
  roomId: string;
  roomVersion: string;
  version: number;
  depth: number;
  snapshotNid: number;
  purgedUntil: number;
  partial: number;
  extremities: string;
}

const allRooms = defineQuery<[], RoomRow>(
  `SELECT nid, room_id AS "roomId", room_version AS "roomVersion", version, depth, snapshot_nid AS "snapshotNid",
     purged_until AS "purgedUntil", partial_state AS partial, extremities
   FROM rooms ORDER BY nid`,
);

/**
 * Every room by its number, but for those of a version that does not exist (`eventsAreGenuine` reports these), and those
 * that are gone and whose rows are still being deleted.
 */
export async function readRooms(database: CheckedDatabase): Promise<Map<number, CheckedRoom>> {
  const rooms = new Map<number, CheckedRoom>();
  for (const { extremities, partial, ...row } of await database.all(allRooms, [])) {
    const rules = roomVersionRules(row.roomVersion);
    if (rules === undefined) continue;
    const newest = JSON.parse(extremities) as number[];
    rooms.set(row.nid, { ...row, rules, isPartial: partial === 1, extremities: newest });
  }
  return rooms;
}

const serverName = defineQuery<[], { value: string }>("SELECT value FROM meta WHERE key = 'server_name'");

/** This server's name; undefined in a database that no server was started on. */
export async function readServerName(database: CheckedDatabase): Promise<string | undefined> {
  return (await database.all(serverName, []))[0]?.value;
}
