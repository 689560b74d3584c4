import { presentSession } from '../client-server/login/present-session.ts';
import { customEndpoint } from '../endpoint.ts';

const path = '/_synapse/admin/v1/register';

/** The word that the next shared-secret registration is signed with. */
export const getRegistrationNonce = customEndpoint(
  { name: 'getSharedSecretNonce', method: 'GET', path, auth: 'none' },
  ({ services }) => ({ nonce: services.accounts.sharedSecretRegistration.createNonce() }),
);

/** Makes an account for whoever knows the shared secret. */
export const registerWithSharedSecret = customEndpoint(
  {
    name: 'registerWithSharedSecret',
    method: 'POST',
    path,
    auth: 'none',
    bodySchema: {
      type: 'object',
      required: ['nonce', 'username', 'password', 'mac'],
      properties: {
        nonce: { type: 'string' },
        username: { type: 'string' },
        displayname: { type: 'string' },
        password: { type: 'string' },
        admin: { type: 'boolean' },
        user_type: { type: 'string' },
        mac: { type: 'string' },
        inhibit_login: { type: 'boolean' },
      },
    },
  },
  async ({ body, services }) => {
    const { userId, session } = await services.accounts.sharedSecretRegistration.register({
      nonce: body.nonce,
      username: body.username,
      displayName: body.displayname,
      password: body.password,
      admin: body.admin,
      userType: body.user_type,
      mac: body.mac,
      inhibitLogin: body.inhibit_login,
    });
    if (session !== undefined) return presentSession(session, services.serverName);
    return { user_id: userId, home_server: services.serverName };
  },
);
