import { DEVICE_GRANT, OAuthError, POLL_SECONDS } from '../../accounts/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { customEndpoint, type Endpoint } from '../endpoint.ts';
import { readForm } from '../form-body.ts';
import { Reply } from '../reply.ts';
import { readJson } from '../request-body.ts';
import { PATHS } from './paths.ts';

const MAX_METADATA_BYTES = 65_536;
const NO_STORE = { 'Cache-Control': 'no-store' };

/** An app registers itself. */
const postClient = customEndpoint(
  {
    name: 'guildhallOAuthRegister',
    method: 'POST',
    path: PATHS.register,
    auth: 'none',
    limit: 'oauthRegistration',
    body: 'stream',
  },
  ({ request, services }) =>
    answerApp(async () => {
      const body = await readJson(request, MAX_METADATA_BYTES);
      const { clientId, metadata } = await services.accounts.oauth.clients.register(body?.value);
      const issued = Math.floor(services.clock.now() / 1_000);
      return new Reply({
        status: 201,
        headers: NO_STORE,
        body: { client_id: clientId, client_id_issued_at: issued, ...metadata },
      });
    }),
);

/** An app gets tokens. */
const postToken = customEndpoint(
  {
    name: 'guildhallOAuthToken',
    method: 'POST',
    path: PATHS.token,
    auth: 'none',
    limit: 'tokenRefresh',
    body: 'stream',
  },
  ({ request, services }) =>
    answerApp(async () => {
      const { 'content-type': type = '', authorization } = request.headers;
      const form = await readForm(request);
      // The library wants to see that there is a body, and of which type.
      const headers = {
        'content-type': type,
        'content-length': '1',
        ...(authorization !== undefined && { authorization }),
      };
      return services.accounts.oauth.tokenEndpoint.answer(headers, form);
    }),
);

/** An app ends a session. */
const postRevoke = customEndpoint(
  {
    name: 'guildhallOAuthRevoke',
    method: 'POST',
    path: PATHS.revoke,
    auth: 'none',
    limit: 'tokenRefresh',
    body: 'stream',
  },
  ({ request, services }) =>
    answerApp(async () => {
      const form = await readForm(request);
      const token = form.get('token');
      if (token === null) throw new OAuthError('invalid_request', 'The token is missing');
      await services.accounts.oauth.grants.revoke(token, form.get('client_id') ?? undefined);
      return {};
    }),
);

/** An app on a device without a browser begins to sign in. */
const postDeviceAuthorization = customEndpoint(
  {
    name: 'guildhallOAuthDevice',
    method: 'POST',
    path: PATHS.deviceAuthorization,
    auth: 'none',
    limit: 'oauthRegistration',
    body: 'stream',
  },
  ({ request, services }) =>
    answerApp(async () => {
      const { grants } = services.accounts.oauth;
      const begun = await grants.beginDevice(await readForm(request), DEVICE_GRANT);
      const userCode = `${begun.userCode.slice(0, 4)}-${begun.userCode.slice(4)}`;
      const page = `${services.publicUrl}${PATHS.device}`;
      return {
        device_code: begun.deviceCode,
        user_code: userCode,
        verification_uri: page,
        verification_uri_complete: `${page}?code=${userCode}`,
        expires_in: Math.floor(begun.expiresInMs / 1_000),
        interval: POLL_SECONDS,
      };
    }),
);

/** What apps call. */
export const appEndpoints: readonly Endpoint[] = [postClient, postToken, postRevoke, postDeviceAuthorization];

/** Answers as OAuth has it. Errors have an errcode besides, like every error of this server. */
async function answerApp(answer: () => Promise<object>): Promise<object> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof OAuthError) return errorReply(error.code, error.message, error.status);
    if (error instanceof MatrixError && error.status === 400)
      return errorReply('invalid_request', error.message, 400);
    throw error;
  }
}

function errorReply(code: string, message: string, status: number): Reply {
  const body = { errcode: 'M_UNKNOWN', error: code, error_description: message };
  return new Reply({ status, headers: NO_STORE, body });
}
