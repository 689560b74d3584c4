import type { Endpoint } from '../../endpoint.ts';
import { deleteDevice, deleteDevices } from './delete-devices.ts';
import { getDevice, getDevices } from './get-devices.ts';
import { renameDevice } from './rename-device.ts';

/** The devices that a user is logged in with. */
export const deviceEndpoints: readonly Endpoint[] = [
  getDevices,
  getDevice,
  renameDevice,
  deleteDevice,
  deleteDevices,
];
