import { notFound } from '../protocol/errors.ts';
import { ExpectationFailed, type Storage, type StoredDevice, UnitOfWork } from '../storage/index.ts';
import type { Confirmation } from './confirmation.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import type { AuthAnswer } from './interactive-auth.ts';
import { checkDeviceId, checkDeviceName } from './names.ts';
import type { Requester } from './requester.ts';
import type { Sessions } from './sessions.ts';

/** The devices that a user is logged in with. */
export class Devices {
  readonly #storage: Storage;
  readonly #sessions: Sessions;
  readonly #confirmation: Confirmation;
  readonly #keeper: DeviceKeeper;

  constructor(storage: Storage, sessions: Sessions, confirmation: Confirmation, keeper: DeviceKeeper) {
    this.#storage = storage;
    this.#sessions = sessions;
    this.#confirmation = confirmation;
    this.#keeper = keeper;
  }

  /** The requester's devices, by ID. */
  list({ userNid }: Pick<Requester, 'userNid'>): Promise<StoredDevice[]> {
    return this.#storage.devices.list(userNid);
  }

  /**
   * One of the requester's devices.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async get({ userNid }: Pick<Requester, 'userNid'>, deviceId: string): Promise<StoredDevice> {
    const device = await this.#storage.devices.get(userNid, deviceId);
    if (device === undefined) throw notFound('You have no such device');
    return device;
  }

  /**
   * Renames one of the requester's devices; without a name nothing changes.
   * @throws {MatrixError} 404 `M_NOT_FOUND`; 400 for a name that cannot be.
   */
  async rename(
    requester: Pick<Requester, 'userNid'>,
    deviceId: string,
    displayName: string | undefined,
  ): Promise<void> {
    if (displayName === undefined) {
      await this.get(requester, deviceId);
      return;
    }
    checkDeviceName(displayName);
    const { userNid } = requester;
    const unit = new UnitOfWork();
    this.#storage.devices.rename(unit, userNid, deviceId, displayName);
    this.#keeper.deviceRenamed(unit, userNid, deviceId);
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? notFound('You have no such device') : error;
    }
  }

  /**
   * Gives a device of the requester a name; an application service makes one that its user does not have (MSC4190).
   *
   * Source: Client-Server API v1.19, `PUT /devices/{deviceId}`.
   * @returns whether the device is new.
   * @throws {MatrixError} as `rename`; 400 `M_INVALID_PARAM` for a device ID of the wrong form.
   */
  async put(requester: Requester, deviceId: string, displayName: string | undefined): Promise<boolean> {
    const { userNid, appService } = requester;
    const isThere =
      appService === undefined || (await this.#storage.devices.get(userNid, deviceId)) !== undefined;
    if (isThere) {
      await this.rename(requester, deviceId, displayName);
      return false;
    }
    await this.add({ userNid }, deviceId, displayName);
    return true;
  }

  /** Adds a device without a session; one that is there stays as it is. @throws {MatrixError} 400 for its ID or name. */
  async add({ userNid }: Pick<Requester, 'userNid'>, deviceId: string, displayName?: string): Promise<void> {
    checkDeviceId(deviceId);
    if (displayName !== undefined) checkDeviceName(displayName);
    const unit = new UnitOfWork();
    this.#storage.devices.addIfNew(unit, userNid, deviceId, displayName ?? null);
    this.#keeper.deviceRenamed(unit, userNid, deviceId);
    await this.#storage.database.commit(unit);
  }

  /**
   * Deletes some of the requester's devices and ends their sessions. Unknown ones count as deleted.
   * @throws {MatrixError} 401 that asks for the password.
   */
  async delete(
    requester: Requester,
    deviceIds: readonly string[],
    auth: AuthAnswer | undefined,
  ): Promise<void> {
    const sorted = [...new Set(deviceIds)].filter((deviceId) => !deviceId.includes('\0')).sort();
    await this.#confirmation.require(requester, ['delete-devices', ...sorted], auth);
    const unit = new UnitOfWork();
    this.#sessions.endDevices(unit, requester.userNid, sorted);
    await this.#storage.database.commit(unit);
  }
}
