import { endpoint } from '../../endpoint.ts';
import { presentDevice } from './present-device.ts';

/** The user's devices. */
export const getDevices = endpoint('getDevices', {}, async ({ requester, services }) => {
  const devices = await services.accounts.devices.list(requester);
  return { devices: devices.map(presentDevice) };
});

/** One of the user's devices. */
export const getDevice = endpoint('getDevice', {}, async ({ params, requester, services }) =>
  presentDevice(await services.accounts.devices.get(requester, params.deviceId)),
);
