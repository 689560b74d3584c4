import { asArray, asObject, asString, type JsonObject } from '../parse.ts';
import { HomeserverError, requestJson } from './http.ts';
import type { Session } from './session.ts';

const deviceName = 'Guildhall on the web';

function readSession(body: JsonObject): Session {
  const userId = asString(body.user_id);
  const deviceId = asString(body.device_id);
  const accessToken = asString(body.access_token);
  if (userId === undefined || deviceId === undefined || accessToken === undefined) {
    throw new HomeserverError(200, { errcode: 'M_UNKNOWN', error: 'The server answered without a session.' });
  }
  return { userId, deviceId, accessToken };
}

/** Logs in with a password (Matrix 1.19, POST /login, m.login.password). */
export async function logIn(username: string, password: string): Promise<Session> {
  const body = await requestJson('POST', '/_matrix/client/v3/login', {
    body: {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: username },
      password,
      initial_device_display_name: deviceName,
    },
  });
  return readSession(body);
}

export async function logOut(session: Session): Promise<void> {
  await requestJson('POST', '/_matrix/client/v3/logout', { accessToken: session.accessToken, body: {} });
}

/** How this server lets people in: freely, with a registration token, or not at all. */
export type RegistrationMode = 'open' | 'token' | 'closed';

const stageDummy = 'm.login.dummy';
const stageToken = 'm.login.registration_token';

/** Which mode the flows of user-interactive authentication amount to; stages we cannot do count as closed. */
export function chooseRegistrationMode(flows: unknown): RegistrationMode {
  const stageLists = asArray(flows).map((flow) => asArray(asObject(flow)?.stages));
  const canDo = (known: readonly string[]): boolean =>
    stageLists.some((stages) => stages.every((stage) => known.includes(String(stage))));
  if (canDo([stageDummy])) return 'open';
  if (canDo([stageDummy, stageToken])) return 'token';
  return 'closed';
}

/** Asks the server how it lets people in, without registering anyone. */
export async function findRegistrationMode(signal?: AbortSignal): Promise<RegistrationMode> {
  try {
    await requestJson('POST', '/_matrix/client/v3/register', { body: {}, ...(signal && { signal }) });
    return 'closed';
  } catch (error) {
    if (!(error instanceof HomeserverError)) throw error;
    if (error.httpStatus === 401) return chooseRegistrationMode(error.body.flows);
    if (error.httpStatus === 403) return 'closed';
    throw error;
  }
}

export interface RegistrationRequest {
  readonly username: string;
  readonly password: string;
  /** The registration token, for servers that ask for one and for the link that makes the first admin. */
  readonly token?: string;
}

/**
 * Registers an account (Matrix 1.19, POST /register with user-interactive authentication).
 * Runs the stages one after the other until the server is content; a refused token is M_UNAUTHORIZED.
 */
export async function register(request: RegistrationRequest): Promise<Session> {
  const account = {
    username: request.username,
    password: request.password,
    initial_device_display_name: deviceName,
    inhibit_login: false,
  };
  let auth: JsonObject | undefined;
  for (let attempt = 0; attempt < 4; attempt += 1) {
    try {
      const body = await requestJson('POST', '/_matrix/client/v3/register', {
        body: auth ? { ...account, auth } : account,
      });
      return readSession(body);
    } catch (error) {
      if (!(error instanceof HomeserverError) || error.httpStatus !== 401) throw error;
      auth = nextStage(error, request.token);
    }
  }
  throw new HomeserverError(401, { errcode: 'M_FORBIDDEN', error: 'The server asks for more than it says.' });
}

/** The answer to the next stage that is still open; throws the server's error when it refused the last one. */
function nextStage(error: HomeserverError, token: string | undefined): JsonObject {
  if (asString(error.body.errcode)) throw error;
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
