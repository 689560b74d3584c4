import type { DeviceKeeper } from '../accounts/index.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import type { UserId } from '../protocol/identifiers.ts';
import { type DeviceAddress, LogKind, type LogRow, type Storage, UnitOfWork } from '../storage/index.ts';
import type { KeyQuery } from './key-query.ts';

/** The devices of a user of this server, for another server. As with Synapse, it does not learn their names. */
export interface DeviceListSnapshot {
  /** Of the last change of the devices that is in here; 0 if there was none. */
  readonly streamId: number;
  /** Identity keys by device. */
  readonly devices: Readonly<Record<string, JsonObject>>;
  readonly masterKey: JsonObject | undefined;
  readonly selfSigningKey: JsonObject | undefined;
}

/** One change of a user's keys, for other servers and for application services. */
export type DeviceListUpdate =
  | {
      readonly kind: 'device';
      readonly userId: UserId;
      readonly deviceId: string;
      /** The position of the change in the log: it never goes back. */
      readonly streamId: number;
      /** The stream ID of the change before this one. */
      readonly previousId: number | undefined;
      /** Undefined for a device that is gone, or has published none. */
      readonly keys: JsonObject | undefined;
    }
  | {
      readonly kind: 'cross-signing';
      readonly userId: UserId;
      readonly masterKey: JsonObject | undefined;
      readonly selfSigningKey: JsonObject | undefined;
    };

/**
 * Who has which devices, and when that changed. Each change is a row of the log of the kind `DeviceList`: those who
 * have to hear of it follow the log.
 */
export class DeviceLists implements DeviceKeeper {
  readonly #storage: Storage;
  readonly #query: KeyQuery;

  constructor(storage: Storage, query: KeyQuery) {
    this.#storage = storage;
    this.#query = query;
  }

  /** Deletes, in a unit, all that is kept for devices that end, and tells of it. */
  devicesEnded(unit: UnitOfWork, userNid: number, deviceIds: readonly string[]): void {
    for (const deviceId of deviceIds) this.#forget(unit, { userNid, deviceId });
  }

  /** Tells of a device's new name, in a unit. */
  deviceRenamed(unit: UnitOfWork, userNid: number, deviceId: string): void {
    this.#storage.deviceLists.noteChange(unit, userNid, deviceId);
  }

  /** Deletes, in a unit, the keys that belong to a user and to none of their devices. */
  accountEnded(unit: UnitOfWork, userNid: number): void {
    const { crossSigning, deviceLists, keyBackups } = this.#storage;
    crossSigning.deleteKeys(unit, userNid);
    keyBackups.deleteAll(unit, userNid);
    deviceLists.noteChange(unit, userNid);
  }

  /** Tells that keys of a user of another server changed. */
  async remoteUserChanged(userId: UserId): Promise<void> {
    const unit = new UnitOfWork();
    this.#storage.deviceLists.noteChange(unit, await this.#storage.strings.intern(userId));
    await this.#storage.database.commit(unit);
  }

  /**
   * All devices of a user of this server.
   *
   * Source: Server-Server API v1.19, `GET /user/devices/{userId}`.
   */
  async snapshot(userId: UserId): Promise<DeviceListSnapshot> {
    const userNid = await this.#storage.strings.find(userId);
    // Before the devices: a change meanwhile is told of once more, and never lost.
    const last =
      userNid === undefined
        ? undefined
        : await this.#storage.deviceLists.lastChange(userNid, Number.MAX_SAFE_INTEGER);
    const keys = await this.#query.queryLocal({ [userId]: [] }, { withNames: false });
    return {
      streamId: last ?? 0,
      devices: keys.deviceKeys[userId] ?? {},
      masterKey: keys.masterKeys[userId],
      selfSigningKey: keys.selfSigningKeys[userId],
    };
  }

  /**
   * What a row of the log says of the keys of a user; undefined for a row that says nothing that others may know.
   *
   * Source: Server-Server API v1.19, `m.device_list_update`, `m.signing_key_update`.
   */
  async updateOf({ kind, user, key, ref, position }: LogRow): Promise<DeviceListUpdate | undefined> {
    if (kind !== LogKind.DeviceList || user === undefined || ref !== undefined) return undefined;
    const userId = await this.#storage.strings.valueOf(user);
    const keys = await this.#query.queryLocal(
      { [userId]: key === undefined ? [] : [key] },
      { withNames: false },
    );
    if (key === undefined) {
      const [masterKey, selfSigningKey] = [keys.masterKeys[userId], keys.selfSigningKeys[userId]];
      return { kind: 'cross-signing', userId, masterKey, selfSigningKey };
    }
    return {
      kind: 'device',
      userId,
      deviceId: key,
      streamId: position,
      previousId: await this.#storage.deviceLists.lastChange(user, position),
      keys: keys.deviceKeys[userId]?.[key],
    };
  }

  #forget(unit: UnitOfWork, device: DeviceAddress): void {
    const { deviceKeys, oneTimeKeys, toDevice, crossSigning, deviceLists } = this.#storage;
    deviceKeys.delete(unit, device);
    deviceKeys.deleteDehydrated(unit, device);
    oneTimeKeys.deleteOfDevice(unit, device);
    toDevice.deleteOfDevice(unit, device);
    crossSigning.deleteSignaturesOn(unit, device.userNid, device.deviceId);
    deviceLists.noteChange(unit, device.userNid, device.deviceId);
  }
}
