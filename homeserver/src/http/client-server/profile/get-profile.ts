import { endpoint } from '../../endpoint.ts';

/** What a user shows of itself. */
export const getProfile = endpoint('getUserProfile', {}, async ({ params, services }) =>
  services.accounts.profiles.show(params.userId),
);

/** One field of a user's profile. */
export const getProfileField = endpoint('getProfileField', {}, async ({ params, services }) => ({
  [params.keyName]: await services.accounts.profiles.showField(params.userId, params.keyName),
}));
