import { MatrixError } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';
import { enumQuery } from '../../request-values.ts';
import { presentSession } from '../login/present-session.ts';

/** Makes an account. */
export const register = endpoint('register', { limit: 'registration' }, async ({ query, body, services }) => {
  if (enumQuery(query, 'kind', ['user', 'guest']) === 'guest') {
    throw new MatrixError(403, 'M_GUEST_ACCESS_FORBIDDEN', 'There are no guest accounts on this server');
  }
  const { userId, session } = await services.accounts.registration.register({
    username: body.username,
    password: body.password,
    device: { deviceId: body.device_id, displayName: body.initial_device_display_name },
    inhibitLogin: body.inhibit_login,
    auth: body.auth,
  });
  if (session !== undefined) return presentSession(session, services.serverName);
  return { user_id: userId, home_server: services.serverName };
});
