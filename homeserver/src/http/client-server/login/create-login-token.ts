import { endpoint } from '../../endpoint.ts';

/** A token with which another device of the user logs in, once the password was given. */
export const createLoginToken = endpoint(
  'generateLoginToken',
  { limit: 'shortToken', body: 'optional-json' },
  async ({ body, requester, services }) => {
    const { token, expiresInMs } = await services.accounts.loginTokens.create(requester, body.auth);
    return { login_token: token, expires_in_ms: expiresInMs };
  },
);
