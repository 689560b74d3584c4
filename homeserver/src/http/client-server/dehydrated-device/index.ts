import type { Endpoint } from '../../endpoint.ts';
import { deleteDehydratedDevice, getDehydratedDevice, putDehydratedDevice } from './device.ts';
import { getDehydratedDeviceEvents } from './events.ts';

/** Devices that wait on the server and receive keys meanwhile. */
export const dehydratedDeviceEndpoints: readonly Endpoint[] = [
  putDehydratedDevice,
  getDehydratedDevice,
  deleteDehydratedDevice,
  getDehydratedDeviceEvents,
];
