import { customEndpoint } from '../endpoint.ts';

/** How people get an account here. Matrix tells by refusing a registration, which browsers note as an error. */
export const getRegistration = customEndpoint(
  {
    name: 'guildhallRegistration',
    method: 'GET',
    path: '/_guildhall/client/v1/registration',
    auth: 'none',
    limit: 'usernameCheck',
  },
  async ({ services }) => ({ mode: await services.accounts.registration.currentMode() }),
);
