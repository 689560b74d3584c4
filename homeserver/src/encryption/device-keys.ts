import type { Requester } from '../accounts/index.ts';
import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam, tooLarge } from '../protocol/errors.ts';
import {
  type DeviceAddress,
  type Storage,
  type StoredFallbackKey,
  type StoredOneTimeKey,
  UnitOfWork,
} from '../storage/index.ts';
import {
  checkSignature,
  isSameKey,
  parseObject,
  signingKeyOf,
  splitKeyName,
  storedForm,
} from './key-objects.ts';

/** What a device publishes of itself; each part may be absent. */
export interface KeyUpload {
  /** Its identity keys, signed by itself. */
  readonly deviceKeys?: JsonObject | undefined;
  /** By `algorithm:ID`. */
  readonly oneTimeKeys?: JsonObject | undefined;
  /** By `algorithm:ID`, one of each algorithm. */
  readonly fallbackKeys?: JsonObject | undefined;
}

type Device = Pick<Requester, 'userId' | 'userNid' | 'deviceId'>;

/** Clients keep 50 to 100 of them here. */
const MOST_ONE_TIME_KEYS = 1_000;
const MOST_FALLBACK_KEYS = 20;
/** What everybody looks at, also when there is none: a client with no count at all uploads nothing. */
const USUAL_ALGORITHM = 'signed_curve25519';

/** The keys that devices publish. */
export class DeviceKeys {
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /**
   * Publishes keys of a device.
   *
   * Source: Client-Server API v1.19, `POST /keys/upload`.
   * @returns how many one-time keys the device has then, by algorithm.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for keys of another device, and for a one-time key whose ID belongs to
   * another key; `M_INVALID_SIGNATURE`, `M_BAD_JSON`, `M_TOO_LARGE`. Then nothing is stored.
   */
  async upload(device: Device, upload: KeyUpload): Promise<Record<string, number>> {
    const unit = new UnitOfWork();
    if (upload.deviceKeys !== undefined) await this.addDeviceKeys(unit, device, upload.deviceKeys);
    const added = await this.addOneTimeKeys(unit, device, upload.oneTimeKeys ?? {});
    await this.addFallbackKeys(unit, device, upload.fallbackKeys ?? {});
    if (unit.log.length > 0) await this.#storage.database.commit(unit);
    // Another request of the same device may have come between: then its keys are there, and these are not.
    if (added.length > 0) await this.#newOnes(device, added);
    return this.counts(device);
  }

  /** How many one-time keys a device has, by algorithm. */
  async counts(device: DeviceAddress): Promise<Record<string, number>> {
    const counts = await this.#storage.oneTimeKeys.counts(device);
    return { [USUAL_ALGORITHM]: 0, ...Object.fromEntries(counts) };
  }

  /** The algorithms for which a device has a fallback key that nobody was given yet. */
  async unusedFallbackTypes(device: DeviceAddress): Promise<string[]> {
    const keys = await this.#storage.oneTimeKeys.fallbacks(device);
    return keys.filter(({ used }) => !used).map(({ algorithm }) => algorithm);
  }

  /**
   * Sets the identity keys of a device, in a unit, unless they are what is there.
   * @throws {MatrixError} as `upload`.
   */
  async addDeviceKeys(unit: UnitOfWork, device: Device, keys: JsonObject): Promise<void> {
    const { userId, userNid, deviceId } = device;
    const json = storedForm(keys);
    if (keys.user_id !== userId || keys.device_id !== deviceId) {
      throw invalidParam('The device keys are those of another user or device');
    }
    const signingKey = signingKeyOf(keys);
    if (signingKey === undefined) throw invalidParam(`The device keys have no ed25519:${deviceId}`);
    checkSignature(keys, userId, `ed25519:${deviceId}`, signingKey);
    const before = await this.#storage.deviceKeys.get(device);
    if (before?.keys === json) return;
    this.#storage.deviceKeys.put(unit, device, json);
    this.#storage.deviceLists.noteChange(unit, userNid, deviceId);
    if (before !== undefined && !isSameKey(parseObject(before.keys), keys)) {
      this.#storage.crossSigning.deleteSignaturesOn(unit, userNid, deviceId);
    }
  }

  /**
   * Adds one-time keys, in a unit; those that are there already count as uploaded.
   * @returns what was added.
   * @throws {MatrixError} as `upload`.
   */
  async addOneTimeKeys(
    unit: UnitOfWork,
    device: DeviceAddress,
    keys: JsonObject,
  ): Promise<StoredOneTimeKey[]> {
    const uploaded = parseKeys(keys);
    const added = uploaded.length === 0 ? [] : await this.#newOnes(device, uploaded);
    if (added.length === 0) return [];
    const counts = await this.#storage.oneTimeKeys.counts(device);
    const total = [...counts.values()].reduce((sum, count) => sum + count, added.length);
    if (total > MOST_ONE_TIME_KEYS) {
      throw tooLarge(`A device has at most ${MOST_ONE_TIME_KEYS} one-time keys`);
    }
    this.#storage.oneTimeKeys.add(unit, device, added, this.#clock.now());
    return added;
  }

  /**
   * Sets fallback keys, in a unit. One that is there already stays as used as it is.
   * @throws {MatrixError} as `upload`.
   */
  async addFallbackKeys(unit: UnitOfWork, device: DeviceAddress, keys: JsonObject): Promise<void> {
    const uploaded = parseKeys(keys);
    if (uploaded.length > MOST_FALLBACK_KEYS) {
      throw tooLarge(`A device uploads at most ${MOST_FALLBACK_KEYS} fallback keys at once`);
    }
    const known = uploaded.length === 0 ? [] : await this.#storage.oneTimeKeys.fallbacks(device);
    const added = uploaded.filter((key) => !known.some((other) => isSame(key, other)));
    const unused = added.map((key): StoredFallbackKey => ({ ...key, used: false }));
    if (unused.length > 0) this.#storage.oneTimeKeys.putFallbacks(unit, device, unused);
  }

  /**
   * Those of some one-time keys that are not stored.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` if another key of the same ID is.
   */
  async #newOnes(device: DeviceAddress, keys: readonly StoredOneTimeKey[]): Promise<StoredOneTimeKey[]> {
    const ids = keys.map(({ keyId }) => keyId);
    const stored = await this.#storage.oneTimeKeys.withIds(device, ids);
    const known = new Map(stored.map((key) => [nameOf(key), key]));
    return keys.filter((key) => {
      const other = known.get(nameOf(key));
      // As Synapse: one who has been given the key that is there would not understand the other one.
      if (other !== undefined && !isSame(key, other)) {
        throw invalidParam(`There is another one-time key ${nameOf(key)} already`);
      }
      return other === undefined;
    });
  }
}

/** The name under which a one-time or fallback key goes. */
export function nameOf({ algorithm, keyId }: Pick<StoredOneTimeKey, 'algorithm' | 'keyId'>): string {
  return `${algorithm}:${keyId}`;
}

function parseKeys(keys: JsonObject): StoredOneTimeKey[] {
  const entries = Object.entries(keys);
  if (entries.length > MOST_ONE_TIME_KEYS) {
    throw tooLarge(`At most ${MOST_ONE_TIME_KEYS} keys are uploaded at once`);
  }
  return entries.map(([name, key]) => ({ ...splitKeyName(name), key: storedForm(key) }));
}

function isSame(one: StoredOneTimeKey, other: StoredOneTimeKey): boolean {
  return one.algorithm === other.algorithm && one.keyId === other.keyId && one.key === other.key;
}
