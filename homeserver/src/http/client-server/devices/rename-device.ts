import { endpoint } from '../../endpoint.ts';
import { Reply } from '../../reply.ts';

/** Gives one of the user's devices another name, or makes one for a user of an application service. */
export const renameDevice = endpoint('updateDevice', {}, async ({ params, body, requester, services }) => {
  const isNew = await services.accounts.devices.put(requester, params.deviceId, body.display_name);
  return isNew ? new Reply({ status: 201 }) : {};
});
