import { missingParam } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';

/** Sets a field of the user's own profile. */
export const setProfileField = endpoint(
  'setProfileField',
  { limit: 'profile' },
  async ({ params, body, requester, services }) => {
    const { userId, keyName } = params;
    if (!Object.hasOwn(body, keyName)) throw missingParam(`The body lacks ${keyName}`);
    await services.accounts.profiles.setField(requester, userId, keyName, body[keyName]);
    return {};
  },
);

/** Takes a field out of the user's own profile. */
export const deleteProfileField = endpoint(
  'deleteProfileField',
  { limit: 'profile' },
  async ({ params, requester, services }) => {
    await services.accounts.profiles.setField(requester, params.userId, params.keyName, undefined);
    return {};
  },
);
