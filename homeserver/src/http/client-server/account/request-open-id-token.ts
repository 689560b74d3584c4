import { endpoint } from '../../endpoint.ts';
import { checkOwnUser } from '../own-user.ts';

/** A token with which another service finds out who the user is. */
export const requestOpenIdToken = endpoint(
  'requestOpenIdToken',
  { limit: 'shortToken' },
  async ({ params, requester, services }) => {
    checkOwnUser(params.userId, requester);
    const { token, expiresInSeconds } = await services.accounts.openId.issue(requester);
    return {
      access_token: token,
      token_type: 'Bearer',
      matrix_server_name: services.serverName,
      expires_in: expiresInSeconds,
    };
  },
);
