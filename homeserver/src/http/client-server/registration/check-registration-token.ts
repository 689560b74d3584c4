import { endpoint } from '../../endpoint.ts';
import { requiredQuery } from '../../request-values.ts';

/** Whether a registration token can be used now. */
export const checkRegistrationToken = endpoint(
  'registrationTokenValidity',
  { limit: 'usernameCheck' },
  async ({ query, services }) => ({
    valid: await services.accounts.registration.isTokenValid(requiredQuery(query, 'token')),
  }),
);
