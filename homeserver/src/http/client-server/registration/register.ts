import { MatrixError } from '../../../protocol/errors.ts';
import { addressGroup } from '../../client-address.ts';
import { endpoint } from '../../endpoint.ts';
import { enumQuery } from '../../request-values.ts';
import { presentSession } from '../login/present-session.ts';

/** Makes an account. Only what may make one counts as a registration: clients ask first what is wanted of them. */
export const register = endpoint('register', { limit: 'usernameCheck' }, async (call) => {
  const { query, body, services } = call;
  if (enumQuery(query, 'kind', ['user', 'guest']) === 'guest') {
    throw new MatrixError(403, 'M_GUEST_ACCESS_FORBIDDEN', 'There are no guest accounts on this server');
  }
  if (body.auth?.type !== undefined) call.takeFromLimit('registration', addressGroup(call.ip));
  const { userId, session } = await services.accounts.registration.register({
    username: body.username,
    password: body.password,
    device: {
      deviceId: body.device_id,
      displayName: body.initial_device_display_name,
      wantsRefresh: body.refresh_token,
    },
    inhibitLogin: body.inhibit_login,
    auth: body.auth,
  });
  if (session !== undefined) return presentSession(session, services.serverName);
  return { user_id: userId, home_server: services.serverName };
});
