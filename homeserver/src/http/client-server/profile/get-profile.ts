import { endpoint } from '../../endpoint.ts';

/** What a user shows of itself. */
export const getProfile = endpoint(
  'getUserProfile',
  { auth: 'optional' },
  async ({ params, requester, services }) => services.accounts.profiles.show(params.userId, requester),
);

/** One field of a user's profile. */
export const getProfileField = endpoint(
  'getProfileField',
  { auth: 'optional' },
  async ({ params, requester, services }) => ({
    [params.keyName]: await services.accounts.profiles.showField(params.userId, params.keyName, requester),
  }),
);
