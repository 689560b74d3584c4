import { endpoint } from '../../endpoint.ts';
import { requiredQuery } from '../../request-values.ts';

/** Whether a user name could be registered now. */
export const checkUsernameAvailability = endpoint(
  'checkUsernameAvailability',
  { limit: 'usernameCheck' },
  async ({ query, services }) => {
    await services.accounts.registration.checkAvailable(requiredQuery(query, 'username'));
    return { available: true };
  },
);
