import { endpoint } from '../../endpoint.ts';

/** Gives one of the user's devices another name. */
export const renameDevice = endpoint('updateDevice', {}, async ({ params, body, requester, services }) => {
  await services.accounts.devices.rename(requester, params.deviceId, body.display_name);
  return {};
});
