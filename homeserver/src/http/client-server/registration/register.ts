import type { AppService } from '../../../accounts/index.ts';
import { badJson, MatrixError } from '../../../protocol/errors.ts';
import { accessTokenOf } from '../../access-token.ts';
import { addressGroup } from '../../client-address.ts';
import { type Call, endpoint } from '../../endpoint.ts';
import { enumQuery } from '../../request-values.ts';
import { presentSession } from '../login/present-session.ts';

/** Makes an account. Only what may make one counts as a registration: clients ask first what is wanted of them. */
export const register = endpoint('register', {}, async (call) => {
  const { query, body, services } = call;
  const device = {
    deviceId: body.device_id,
    displayName: body.initial_device_display_name,
    wantsRefresh: body.refresh_token,
  };
  const appService = appServiceOf(call);
  if (appService?.registration.isRateLimited !== false) {
    call.takeFromLimit('usernameCheck', addressGroup(call.ip));
  }
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
  const { registration } = services.accounts;
  const guestToken = guestTokenIn(body);
  const request = { username: body.username, device, inhibitLogin: body.inhibit_login };
  const { userId, session } =
    appService === undefined
      ? await registration.register({ ...request, password: body.password, auth: body.auth, guestToken })
      : await registration.registerForAppService(appService, request);
  if (session !== undefined) return presentSession(session, services.serverName);
  return { user_id: userId, home_server: services.serverName };
});

/** As clients of before v1.1 send it, and Synapse takes it: the specification's data lacks it. */
function guestTokenIn(body: object): string | undefined {
  const token = 'guest_access_token' in body ? body.guest_access_token : undefined;
  if (token === undefined || typeof token === 'string') return token;
  throw badJson('guest_access_token is a text');
}

/**
 * The application service that makes an account for one of its users; undefined for everybody else.
 *
 * Source: Client-Server API v1.19, "Server admin style permissions".
 * @throws {MatrixError} 401 `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN` for whoever says that it is one.
 */
function appServiceOf(call: Call<unknown, object, undefined>): AppService | undefined {
  if (!('type' in call.body) || call.body.type !== 'm.login.application_service') return undefined;
  const token = accessTokenOf(call);
  const service = call.services.accounts.appServices.byToken(token);
  if (service !== undefined) return service;
  if (token === undefined) throw new MatrixError(401, 'M_MISSING_TOKEN', 'The access token is missing');
  throw new MatrixError(401, 'M_UNKNOWN_TOKEN', 'This is the token of no application service');
}
