import type { Database } from '../database/database.ts';
import { defineQuery } from '../database/sql.ts';
import { LogKind, type UnitOfWork } from '../database/unit-of-work.ts';

/** A user whose keys changed. */
export interface DeviceListChange {
  readonly userNid: number;
  /** Set where the user only signed keys of the user with this number, which nobody else sees. */
  readonly signedNid: number | null;
}

/** A row of the log that tells of a membership. */
export interface MembershipRow {
  readonly roomNid: number;
  readonly userNid: number;
  /** The event; for a move of the room's state, that which brought it about, or null. */
  readonly eventNid: number | null;
  readonly kind: LogKind;
}

const changes = defineQuery<[number, number], DeviceListChange>(
  `SELECT DISTINCT user_nid AS "userNid", ref AS "signedNid" FROM log
   WHERE kind = 5 AND position > ? AND position <= ?`,
);
const memberships = defineQuery<[number[], number, number], MembershipRow>(
  `SELECT room_nid AS "roomNid", user_nid AS "userNid", ref AS "eventNid", kind FROM log
   WHERE room_nid = ANY(?:bigint[]) AND kind IN (1, 6) AND user_nid IS NOT NULL AND position > ? AND position <= ?`,
);
const lastChange = defineQuery<[number, number], { position: number }>(
  `SELECT position FROM log WHERE kind = 5 AND user_nid = ? AND position < ? AND key IS NOT NULL AND ref IS NULL
   ORDER BY position DESC LIMIT 1`,
);

/** What the log tells of the keys of users: who has to look at them anew. */
export class DeviceListStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes, in a unit, that a user's device changed, or without one their cross-signing keys. */
  noteChange(unit: UnitOfWork, userNid: number, deviceId?: string): void {
    const entry = { kind: LogKind.DeviceList, user: userNid };
    unit.append(deviceId === undefined ? entry : { ...entry, key: deviceId });
  }

  /** Notes, in a unit, that a user signed keys of another one. */
  noteSigning(unit: UnitOfWork, userNid: number, signedNid: number): void {
    unit.append({ kind: LogKind.DeviceList, user: userNid, ref: signedNid });
  }

  /** Whose keys changed after a position and at or before another, each once. */
  changes(after: number, until: number): Promise<DeviceListChange[]> {
    return this.#database.all(changes, [after, until]);
  }

  /** What the log tells of memberships of some rooms in that stretch, in no order. */
  async memberships(roomNids: readonly number[], after: number, until: number): Promise<MembershipRow[]> {
    return roomNids.length === 0 ? [] : this.#database.all(memberships, [[...roomNids], after, until]);
  }

  /** The position of the last change of a user's devices before a position; undefined if there is none. */
  async lastChange(userNid: number, before: number): Promise<number | undefined> {
    return (await this.#database.get(lastChange, [userNid, before]))?.position;
  }
}
