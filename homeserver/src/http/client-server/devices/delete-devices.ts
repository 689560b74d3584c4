import { endpoint } from '../../endpoint.ts';

/** Deletes one of the user's devices, once the password was given. Clients ask first without a body. */
export const deleteDevice = endpoint(
  'deleteDevice',
  { limit: 'loginAccount', body: 'optional-json' },
  async ({ params, body, requester, services }) => {
    await services.accounts.devices.delete(requester, [params.deviceId], body.auth);
    return {};
  },
);

/** Deletes several of the user's devices, once the password was given. */
export const deleteDevices = endpoint(
  'deleteDevices',
  { limit: 'loginAccount' },
  async ({ body, requester, services }) => {
    await services.accounts.devices.delete(requester, body.devices, body.auth);
    return {};
  },
);
