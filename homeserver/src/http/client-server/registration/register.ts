import { addressGroup } from '../../client-address.ts';
import { endpoint } from '../../endpoint.ts';
import { enumQuery } from '../../request-values.ts';
import { presentSession } from '../login/present-session.ts';

/** Makes an account. Only what may make one counts as a registration: clients ask first what is wanted of them. */
export const register = endpoint('register', { limit: 'usernameCheck' }, async (call) => {
  const { query, body, services } = call;
  const device = {
    deviceId: body.device_id,
    displayName: body.initial_device_display_name,
    wantsRefresh: body.refresh_token,
  };
  if (enumQuery(query, 'kind', ['user', 'guest']) === 'guest') {
    call.takeFromLimit('registration', addressGroup(call.ip));
    // As Synapse: whatever else the body says, a guest's device has an ID of the server's choice.
    const { deviceId: _ignored, ...guestDevice } = device;
    return presentSession(
      await services.accounts.registration.registerGuest(guestDevice),
      services.serverName,
    );
  }
  if (body.auth?.type !== undefined) call.takeFromLimit('registration', addressGroup(call.ip));
  const { userId, session } = await services.accounts.registration.register({
    username: body.username,
    password: body.password,
    device,
    inhibitLogin: body.inhibit_login,
    auth: body.auth,
  });
  if (session !== undefined) return presentSession(session, services.serverName);
  return { user_id: userId, home_server: services.serverName };
});
