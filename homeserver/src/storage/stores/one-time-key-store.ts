import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, defineUpsert } from '../database/sql.ts';
import { LogKind, type UnitOfWork } from '../database/unit-of-work.ts';
import type { DeviceAddress } from './device-key-store.ts';

/** A key that a device uploaded for others to begin a conversation with. */
export interface StoredOneTimeKey {
  readonly algorithm: string;
  readonly keyId: string;
  /** The key as it was uploaded, as JSON. */
  readonly key: string;
}

/** The key that is given when no one-time keys are left. */
export interface StoredFallbackKey extends StoredOneTimeKey {
  /** Whether it was given since it was uploaded. */
  readonly used: boolean;
}

const device = { user_nid: 'bigint', device_id: 'text' } as const;
const insertKey = defineInsertIgnore('one_time_keys', {
  ...device,
  algorithm: 'text',
  key_id: 'text',
  key: 'text',
  created_ts: 'bigint',
});
const takeKey = defineDelete('one_time_keys', { ...device, algorithm: 'text', key_id: 'text' });
const deleteKeys = defineDelete('one_time_keys', device);
const upsertFallback = defineUpsert(
  'fallback_keys',
  { ...device, algorithm: 'text', key_id: 'text', key: 'text', used: 'integer' },
  ['user_nid', 'device_id', 'algorithm'],
);
const deleteFallbacks = defineDelete('fallback_keys', device);

const OF_DEVICE = 'WHERE user_nid = ? AND device_id = ?';
const KEY = `SELECT algorithm, key_id AS "keyId", key FROM one_time_keys ${OF_DEVICE}`;
const withIds = defineQuery<[number, string, string[]], StoredOneTimeKey>(
  `${KEY} AND key_id = ANY(?:text[])`,
);
const oldest = defineQuery<[number, string, string, number], StoredOneTimeKey>(
  `${KEY} AND algorithm = ? ORDER BY created_ts, key_id LIMIT ?`,
);
const counts = defineQuery<[number, string], { algorithm: string; count: number }>(
  `SELECT algorithm, count(*) AS count FROM one_time_keys ${OF_DEVICE} GROUP BY algorithm`,
);
const fallbacks = defineQuery<[number, string], Omit<StoredFallbackKey, 'used'> & { used: number }>(
  `SELECT algorithm, key_id AS "keyId", key, used FROM fallback_keys ${OF_DEVICE} ORDER BY algorithm`,
);

/** One-time keys, each of which is given out once, and fallback keys. Each change gets a row in the log. */
export class OneTimeKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those of a device's keys that have one of these IDs, in whatever algorithm. */
  withIds({ userNid, deviceId }: DeviceAddress, keyIds: readonly string[]): Promise<StoredOneTimeKey[]> {
    return this.#database.all(withIds, [userNid, deviceId, [...keyIds]]);
  }

  /** The keys of one algorithm that have been there for longest. */
  oldest(
    { userNid, deviceId }: DeviceAddress,
    algorithm: string,
    limit: number,
  ): Promise<StoredOneTimeKey[]> {
    return this.#database.all(oldest, [userNid, deviceId, algorithm, limit]);
  }

  /** How many keys a device has, by algorithm; those that it has none of are left out. */
  async counts({ userNid, deviceId }: DeviceAddress): Promise<Map<string, number>> {
    const rows = await this.#database.all(counts, [userNid, deviceId]);
    return new Map(rows.map((row) => [row.algorithm, row.count]));
  }

  /** The fallback keys of a device, by algorithm. */
  async fallbacks({ userNid, deviceId }: DeviceAddress): Promise<StoredFallbackKey[]> {
    const rows = await this.#database.all(fallbacks, [userNid, deviceId]);
    return rows.map((row) => ({ ...row, used: row.used === 1 }));
  }

  /** Adds keys, in a unit; where there is one of the same ID already, that one stays. */
  add(unit: UnitOfWork, address: DeviceAddress, keys: readonly StoredOneTimeKey[], createdTs: number): void {
    for (const { algorithm, keyId, key } of keys) {
      unit.write(insertKey, { ...row(address), algorithm, key_id: keyId, key, created_ts: createdTs });
    }
    appendToLog(unit, address);
  }

  /** Takes a key away, in a unit, which fails with `ExpectationFailed` when somebody has taken it already. */
  take(unit: UnitOfWork, address: DeviceAddress, { algorithm, keyId }: StoredOneTimeKey): void {
    unit.writeOnce(takeKey, { ...row(address), algorithm, key_id: keyId });
    appendToLog(unit, address);
  }

  /** Sets fallback keys, in a unit; each replaces the one of its algorithm. */
  putFallbacks(unit: UnitOfWork, address: DeviceAddress, keys: readonly StoredFallbackKey[]): void {
    for (const { algorithm, keyId, key, used } of keys) {
      unit.write(upsertFallback, { ...row(address), algorithm, key_id: keyId, key, used: used ? 1 : 0 });
    }
    appendToLog(unit, address);
  }

  /** Deletes all of a device's keys, in a unit. */
  deleteOfDevice(unit: UnitOfWork, address: DeviceAddress): void {
    unit.write(deleteKeys, row(address)).write(deleteFallbacks, row(address));
  }
}

function row({ userNid, deviceId }: DeviceAddress): { user_nid: number; device_id: string } {
  return { user_nid: userNid, device_id: deviceId };
}

function appendToLog(unit: UnitOfWork, { userNid, deviceId }: DeviceAddress): void {
  unit.append({ kind: LogKind.ToDevice, user: userNid, key: deviceId });
}
