import { asArray, asObject, asString, type JsonObject } from '../parse.ts';
import { HomeserverError, requestJson } from './http.ts';
import type { Session } from './session.ts';

const deviceName = 'Guildhall on the web';

function readSession(body: JsonObject, baseUrl: string): Session {
  const userId = asString(body.user_id);
  const deviceId = asString(body.device_id);
  const accessToken = asString(body.access_token);
  if (userId === undefined || deviceId === undefined || accessToken === undefined) {
    throw new HomeserverError(200, { errcode: 'M_UNKNOWN', error: 'The server answered without a session.' });
  }
  return { userId, deviceId, accessToken, baseUrl };
}

async function requestSession(baseUrl: string, proof: JsonObject): Promise<Session> {
  const body = { ...proof, initial_device_display_name: deviceName };
  return readSession(await requestJson('POST', '/_matrix/client/v3/login', { baseUrl, body }), baseUrl);
}

/** Logs in with a password (Matrix 1.19, POST /login, m.login.password). */
export function logIn(baseUrl: string, username: string, password: string): Promise<Session> {
  const identifier = { type: 'm.id.user', user: username };
  return requestSession(baseUrl, { type: 'm.login.password', identifier, password });
}

/** Logs in with the token that single sign-on has given (Matrix 1.19, POST /login, m.login.token). */
export function logInWithToken(baseUrl: string, token: string): Promise<Session> {
  return requestSession(baseUrl, { type: 'm.login.token', token });
}

/** How this server lets people in: freely, with a registration token, or not at all. */
export type RegistrationMode = 'open' | 'token' | 'closed';

const stageDummy = 'm.login.dummy';
const stageToken = 'm.login.registration_token';

/** Asks the server how it lets people in (docs/guildhall-api.md, GET /registration). */
export async function findRegistrationMode(signal?: AbortSignal): Promise<RegistrationMode> {
  const { mode } = await requestJson('GET', '/_guildhall/client/v1/registration', signal ? { signal } : {});
  return mode === 'open' || mode === 'token' ? mode : 'closed';
}

/** Whether a registration token, or an invite code in its place, would be taken now (Matrix 1.19). */
export async function isTokenValid(token: string, signal?: AbortSignal): Promise<boolean> {
  const path = `/_matrix/client/v1/register/m.login.registration_token/validity?${new URLSearchParams({ token })}`;
  const { valid } = await requestJson('GET', path, signal ? { signal } : {});
  return valid === true;
}

export interface RegistrationRequest {
  readonly username: string;
  readonly password: string;
  /** The registration token, for servers that ask for one and for the link that makes the first admin. */
  readonly token?: string;
}

/**
 * Registers an account (Matrix 1.19, POST /register with user-interactive authentication).
 * Begins with the stage that servers ask for first, and goes on with what is left until the server is content. A
 * refused token is M_UNAUTHORIZED.
 */
export async function register(request: RegistrationRequest): Promise<Session> {
  const account = {
    username: request.username,
    password: request.password,
    initial_device_display_name: deviceName,
    inhibit_login: false,
  };
  const { token } = request;
  let auth: JsonObject = token === undefined ? { type: stageDummy } : { type: stageToken, token };
  for (let attempt = 0; attempt < 4; attempt += 1) {
    try {
      const body = await requestJson('POST', '/_matrix/client/v3/register', {
        body: { ...account, auth },
      });
      return readSession(body, window.location.origin);
    } catch (error) {
      if (!(error instanceof HomeserverError) || error.httpStatus !== 401) throw error;
      auth = nextStage(error, token);
    }
  }
  throw new HomeserverError(401, { errcode: 'M_FORBIDDEN', error: 'The server asks for more than it says.' });
}

/** The answer to the next stage that is still open; throws the server's error when it refused the last one. */
function nextStage(error: HomeserverError, token: string | undefined): JsonObject {
  if (asString(error.body.errcode)) {
    throw token === undefined
      ? error
      : new HomeserverError(401, { ...error.body, errcode: 'M_UNAUTHORIZED' });
  }
  const session = asString(error.body.session) ?? '';
  const completed = asArray(error.body.completed).map(String);
  const flows = asArray(error.body.flows).map((flow) => asArray(asObject(flow)?.stages).map(String));
  const wantsToken = token !== undefined && flows.some((stages) => stages.includes(stageToken));
  if (wantsToken && !completed.includes(stageToken)) return { type: stageToken, token, session };
  if (flows.some((stages) => stages.includes(stageDummy)) && !completed.includes(stageDummy)) {
    return { type: stageDummy, session };
  }
  throw new HomeserverError(403, { errcode: 'M_FORBIDDEN', error: 'This server does not take new people.' });
}
