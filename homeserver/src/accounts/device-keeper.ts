import type { UnitOfWork } from '../storage/index.ts';

/**
 * Who keeps things for devices: the encryption room. It is told in the unit that changes a device, so that what it adds
 * there happens with the change or not at all.
 */
export interface DeviceKeeper {
  /** Devices go, and all that was kept for them. */
  devicesEnded(unit: UnitOfWork, userNid: number, deviceIds: readonly string[]): void;
  /** A device has another name. */
  deviceRenamed(unit: UnitOfWork, userNid: number, deviceId: string): void;
  /** An account ends for good; its devices are told of by themselves. */
  accountEnded(unit: UnitOfWork, userNid: number): void;
}

/** Keeps nothing. */
export const NO_DEVICE_KEEPER: DeviceKeeper = {
  devicesEnded() {},
  deviceRenamed() {},
  accountEnded() {},
};
