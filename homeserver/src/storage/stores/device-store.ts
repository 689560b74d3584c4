import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, defineUpdate } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** A device of a user. */
export interface StoredDevice {
  readonly deviceId: string;
  readonly displayName: string | null;
  readonly lastSeenTs: number | null;
  readonly lastSeenIp: string | null;
}

/** When and from where a device was last heard of. */
export interface DeviceSighting {
  readonly userNid: number;
  readonly deviceId: string;
  readonly ts: number;
  readonly ip: string | null;
}

const key = { user_nid: 'bigint', device_id: 'text' } as const;
const insertDevice = defineInsertIgnore('devices', { ...key, display_name: 'text?' });
const renameDevice = defineUpdate('devices', { ...key, display_name: 'text?' }, ['user_nid', 'device_id']);
const setSeen = defineUpdate('devices', { ...key, last_seen_ts: 'bigint?', last_seen_ip: 'text?' }, [
  'user_nid',
  'device_id',
]);
const deleteDevice = defineDelete('devices', key);
const deleteDevices = defineDelete('devices', { user_nid: 'bigint' });

const DEVICE = `device_id AS "deviceId", display_name AS "displayName", last_seen_ts AS "lastSeenTs",
  last_seen_ip AS "lastSeenIp"`;
const devicesOf = defineQuery<[number], StoredDevice>(
  `SELECT ${DEVICE} FROM devices WHERE user_nid = ? ORDER BY device_id`,
);
const device = defineQuery<[number, string], StoredDevice>(
  `SELECT ${DEVICE} FROM devices WHERE user_nid = ? AND device_id = ?`,
);

const countOf = defineQuery<[number[]], { count: number }>(
  'SELECT count(*) AS count FROM devices WHERE user_nid = ANY(?:bigint[])',
);

/** The devices that users are, or were, logged in with. */
export class DeviceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A user's devices, by ID. */
  list(userNid: number): Promise<StoredDevice[]> {
    return this.#database.all(devicesOf, [userNid]);
  }

  /** One device. */
  get(userNid: number, deviceId: string): Promise<StoredDevice | undefined> {
    return this.#database.get(device, [userNid, deviceId]);
  }

  /** How many devices some users have together. */
  async countOf(userNids: readonly number[]): Promise<number> {
    return (await this.#database.get(countOf, [[...userNids]]))?.count ?? 0;
  }

  /** Adds a device to a unit; one that is there already stays as it is. */
  addIfNew(unit: UnitOfWork, userNid: number, deviceId: string, displayName: string | null): void {
    unit.write(insertDevice, { user_nid: userNid, device_id: deviceId, display_name: displayName });
  }

  /** Renames a device, in a unit, which fails with `ExpectationFailed` when there is none. */
  rename(unit: UnitOfWork, userNid: number, deviceId: string, displayName: string | null): void {
    unit.writeOnce(renameDevice, { user_nid: userNid, device_id: deviceId, display_name: displayName });
  }

  /** Notes a sighting, in a unit; a device that is gone stays gone. */
  setSeen(unit: UnitOfWork, { userNid, deviceId, ts, ip }: DeviceSighting): void {
    unit.write(setSeen, { user_nid: userNid, device_id: deviceId, last_seen_ts: ts, last_seen_ip: ip });
  }

  /** Deletes a device, in a unit. */
  delete(unit: UnitOfWork, userNid: number, deviceId: string): void {
    unit.write(deleteDevice, { user_nid: userNid, device_id: deviceId });
  }

  /** Deletes a user's devices, in a unit: all of them, or all but one. */
  deleteAll(unit: UnitOfWork, userNid: number, except?: string): void {
    if (except === undefined) unit.write(deleteDevices, { user_nid: userNid });
    else unit.run('DELETE FROM devices WHERE user_nid = ? AND device_id <> ?', [userNid, except]);
  }
}
