import type { Requester } from '../accounts/index.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { forbidden, invalidParam, notFound, tooLarge } from '../protocol/errors.ts';
import { type Storage, UnitOfWork } from '../storage/index.ts';
import type { DeviceKeys } from './device-keys.ts';
import type { DeviceLists } from './device-lists.ts';
import type { MessageBatch, ToDevice } from './to-device.ts';

/** A device that a client stores on the server, its private part encrypted. */
export interface DehydratedUpload {
  readonly deviceId: string;
  readonly deviceData: JsonObject;
  readonly displayName?: string | undefined;
  readonly deviceKeys: JsonObject;
  readonly oneTimeKeys?: JsonObject | undefined;
  readonly fallbackKeys?: JsonObject | undefined;
}

const MAX_DATA_BYTES = 262_144;
const MAX_DEVICE_ID_BYTES = 255;
const MAX_NAME_LENGTH = 100;

/**
 * Devices that wait on the server and receive keys meanwhile: one for each user, which a new device takes over.
 *
 * Source: MSC3814.
 */
export class DehydratedDevices {
  readonly #storage: Storage;
  readonly #deviceKeys: DeviceKeys;
  readonly #deviceLists: DeviceLists;
  readonly #toDevice: ToDevice;

  constructor(storage: Storage, deviceKeys: DeviceKeys, deviceLists: DeviceLists, toDevice: ToDevice) {
    this.#storage = storage;
    this.#deviceKeys = deviceKeys;
    this.#deviceLists = deviceLists;
    this.#toDevice = toDevice;
  }

  /**
   * Stores a device; the one before it goes.
   * @throws {MatrixError} 400 for keys of the wrong form, or a device that the user is logged in with; 413 `M_TOO_LARGE`.
   */
  async put({ userId, userNid }: Requester, upload: DehydratedUpload): Promise<void> {
    const { deviceId } = upload;
    const deviceData = JSON.stringify(upload.deviceData);
    checkForm(deviceId, deviceData);
    const before = await this.#storage.deviceKeys.dehydrated(userNid);
    const isKnown = (await this.#storage.devices.get(userNid, deviceId)) !== undefined;
    if (isKnown && before?.deviceId !== deviceId) {
      throw invalidParam('There is another device of this ID');
    }
    const unit = new UnitOfWork();
    if (before !== undefined && before.deviceId !== deviceId) this.#end(unit, userNid, before.deviceId);
    const name = upload.displayName?.replaceAll('\0', '').slice(0, MAX_NAME_LENGTH).toWellFormed() ?? null;
    this.#storage.devices.addIfNew(unit, userNid, deviceId, name);
    this.#storage.deviceKeys.putDehydrated(unit, userNid, { deviceId, deviceData });
    const device = { userId, userNid, deviceId };
    await this.#deviceKeys.addDeviceKeys(unit, device, upload.deviceKeys);
    await this.#deviceKeys.addOneTimeKeys(unit, device, upload.oneTimeKeys ?? {});
    await this.#deviceKeys.addFallbackKeys(unit, device, upload.fallbackKeys ?? {});
    await this.#storage.database.commit(unit);
  }

  /** @throws {MatrixError} 404 `M_NOT_FOUND` */
  async get({ userNid }: Requester): Promise<{ deviceId: string; deviceData: JsonObject }> {
    const found = await this.#storage.deviceKeys.dehydrated(userNid);
    if (found === undefined) throw notFound('You have no dehydrated device');
    return { deviceId: found.deviceId, deviceData: JSON.parse(found.deviceData) as JsonObject };
  }

  /**
   * Deletes the device.
   * @returns its ID.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async delete(requester: Requester): Promise<string> {
    const { deviceId } = await this.get(requester);
    const unit = new UnitOfWork();
    this.#end(unit, requester.userNid, deviceId);
    await this.#storage.database.commit(unit);
    return deviceId;
  }

  /**
   * What the device received. It stays until the device is deleted, so that a client that breaks off can begin again.
   *
   * @param after where the batch before this one ended; 0 to begin.
   * @throws {MatrixError} 403 `M_FORBIDDEN` for another device, as Synapse; 404 `M_NOT_FOUND` if there is none.
   */
  async events(requester: Requester, deviceId: string, after: number): Promise<MessageBatch> {
    const dehydrated = await this.get(requester);
    if (dehydrated.deviceId !== deviceId) throw forbidden('This is not your dehydrated device');
    const { userNid } = requester;
    return this.#toDevice.waiting({ userNid, deviceId }, after, await this.#storage.log.newest());
  }

  #end(unit: UnitOfWork, userNid: number, deviceId: string): void {
    this.#storage.devices.delete(unit, userNid, deviceId);
    this.#deviceLists.devicesEnded(unit, userNid, [deviceId]);
  }
}

function checkForm(deviceId: string, deviceData: string): void {
  const bytes = Buffer.byteLength(deviceId);
  if (bytes === 0 || bytes > MAX_DEVICE_ID_BYTES)
    throw invalidParam('The device ID must have 1 to 255 bytes');
  if (Buffer.byteLength(deviceData) > MAX_DATA_BYTES) {
    throw tooLarge(`device_data has at most ${MAX_DATA_BYTES} bytes`);
  }
}
