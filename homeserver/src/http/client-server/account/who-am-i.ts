import { endpoint } from '../../endpoint.ts';

/** Whom the access token belongs to. */
export const whoAmI = endpoint('getTokenOwner', {}, ({ requester }) => ({
  user_id: requester.userId,
  ...(requester.deviceId === '' ? {} : { device_id: requester.deviceId }),
  is_guest: requester.restriction === 'guest',
}));
