import type { Database } from '../database/database.ts';
import { defineDelete, defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** A device of a local user. */
export interface DeviceAddress {
  readonly userNid: number;
  readonly deviceId: string;
}

/** The identity keys of a device. */
export interface StoredDeviceKeys extends DeviceAddress {
  /** The signed object as it was uploaded, as JSON. */
  readonly keys: string;
  readonly displayName: string | null;
}

/** A device that waits for its user to take it over. */
export interface DehydratedDevice {
  readonly deviceId: string;
  /** The encrypted private part, as JSON. */
  readonly deviceData: string;
}

const upsertKeys = defineUpsert('device_keys', { user_nid: 'bigint', device_id: 'text', keys: 'text' }, [
  'user_nid',
  'device_id',
]);
const deleteKeys = defineDelete('device_keys', { user_nid: 'bigint', device_id: 'text' });
const upsertDehydrated = defineUpsert(
  'dehydrated_devices',
  { user_nid: 'bigint', device_id: 'text', device_data: 'text' },
  ['user_nid'],
);
const deleteDehydrated = defineDelete('dehydrated_devices', { user_nid: 'bigint', device_id: 'text' });

// Keys count for as long as their device is there.
const KEYS = `SELECT k.user_nid AS "userNid", k.device_id AS "deviceId", k.keys, d.display_name AS "displayName"
  FROM device_keys AS k JOIN devices AS d ON d.user_nid = k.user_nid AND d.device_id = k.device_id`;
const ofDevice = defineQuery<[number, string], StoredDeviceKeys>(
  `${KEYS} WHERE k.user_nid = ? AND k.device_id = ?`,
);
const ofUsers = defineQuery<[number[]], StoredDeviceKeys>(
  `${KEYS} WHERE k.user_nid = ANY(?:bigint[]) ORDER BY k.user_nid, k.device_id`,
);
const dehydrated = defineQuery<[number], DehydratedDevice>(
  `SELECT device_id AS "deviceId", device_data AS "deviceData" FROM dehydrated_devices WHERE user_nid = ?`,
);

/** Identity keys of devices, and the devices that are stored encrypted to be taken over. */
export class DeviceKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The keys of one device. */
  get({ userNid, deviceId }: DeviceAddress): Promise<StoredDeviceKeys | undefined> {
    return this.#database.get(ofDevice, [userNid, deviceId]);
  }

  /** The keys of all devices of some users. */
  async ofUsers(userNids: readonly number[]): Promise<StoredDeviceKeys[]> {
    return userNids.length === 0 ? [] : this.#database.all(ofUsers, [[...userNids]]);
  }

  /** Sets the keys of a device, in a unit. */
  put(unit: UnitOfWork, { userNid, deviceId }: DeviceAddress, keys: string): void {
    unit.write(upsertKeys, { user_nid: userNid, device_id: deviceId, keys });
  }

  /** Deletes the keys of a device, in a unit. */
  delete(unit: UnitOfWork, { userNid, deviceId }: DeviceAddress): void {
    unit.write(deleteKeys, { user_nid: userNid, device_id: deviceId });
  }

  /** The user's dehydrated device. */
  dehydrated(userNid: number): Promise<DehydratedDevice | undefined> {
    return this.#database.get(dehydrated, [userNid]);
  }

  /** Makes a device the user's only dehydrated one, in a unit. */
  putDehydrated(unit: UnitOfWork, userNid: number, { deviceId, deviceData }: DehydratedDevice): void {
    unit.write(upsertDehydrated, { user_nid: userNid, device_id: deviceId, device_data: deviceData });
  }

  /** Forgets that a device is dehydrated, in a unit. */
  deleteDehydrated(unit: UnitOfWork, { userNid, deviceId }: DeviceAddress): void {
    unit.write(deleteDehydrated, { user_nid: userNid, device_id: deviceId });
  }
}
