import { asObject, asString, type JsonObject } from '../parse.ts';
import { HomeserverError, requestJson } from './http.ts';
import type { Session } from './session.ts';
import type { AuthMetadata } from './sign-in-methods.ts';

/** What has to be known when somebody comes back from the server's page. */
export interface OAuthVisit {
  readonly clientId: string;
  readonly deviceId: string;
  readonly tokenEndpoint: string;
  readonly verifier: string;
}

const wholeApi = 'urn:matrix:client:api:*';
const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Registers this client at a server and says where to send the person (Matrix 1.19, "OAuth 2.0 API": dynamic
 * registration, then the authorisation code flow with PKCE).
 * @param state comes back with the person
 */
export async function beginOAuth(
  metadata: AuthMetadata,
  redirectUri: string,
  state: string,
): Promise<{ readonly address: string; readonly visit: OAuthVisit }> {
  const registered = await requestJson('POST', '', {
    baseUrl: metadata.registrationEndpoint,
    body: describeClient(redirectUri),
  });
  const clientId = asString(registered.client_id);
  if (clientId === undefined) throw new HomeserverError(200, {});
  const verifier = makeRandomText(64);
  const deviceId = makeRandomText(10);
  const address = new URL(metadata.authorizationEndpoint);
  const query = {
    response_type: 'code',
    response_mode: 'query',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: `${wholeApi} urn:matrix:client:device:${deviceId}`,
    state,
    code_challenge: await hash(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  const { tokenEndpoint } = metadata;
  return { address: address.href, visit: { clientId, deviceId, tokenEndpoint, verifier } };
}

/** Exchanges the code with which somebody came back for a session. */
export async function finishOAuth(
  visit: OAuthVisit,
  code: string,
  redirectUri: string,
  baseUrl: string,
): Promise<Session> {
  const tokens = await postForm(visit.tokenEndpoint, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: visit.clientId,
    code_verifier: visit.verifier,
  });
  const accessToken = asString(tokens.access_token);
  const refreshToken = asString(tokens.refresh_token);
  if (accessToken === undefined) throw new HomeserverError(200, {});
  const self = await requestJson('GET', '/_matrix/client/v3/account/whoami', { baseUrl, accessToken });
  const userId = asString(self.user_id);
  if (userId === undefined) throw new HomeserverError(200, {});
  const { clientId } = visit;
  return {
    userId,
    deviceId: asString(self.device_id) ?? visit.deviceId,
    accessToken,
    baseUrl,
    ...(refreshToken !== undefined && { oauth: { clientId, refreshToken } }),
  };
}

/**
 * What this client tells of itself. On the machine of whoever develops it there is no HTTPS, and it is an app of that
 * machine, whose port is not looked at.
 */
function describeClient(redirectUri: string): JsonObject {
  const { hostname, origin, pathname } = new URL(redirectUri);
  const isLocal = redirectUri.startsWith('http:') && loopback.includes(hostname);
  return {
    client_name: 'Guildhall',
    client_uri: isLocal ? `https://${hostname}/` : `${origin}/`,
    application_type: isLocal ? 'native' : 'web',
    redirect_uris: [isLocal ? `http://${hostname}${pathname}` : redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
}

/** Sends a form to one of the endpoints of OAuth. */
export async function postForm(
  endpoint: string,
  fields: Readonly<Record<string, string>>,
): Promise<JsonObject> {
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(fields) });
  const body = asObject(await response.json().catch(() => undefined)) ?? {};
  if (!response.ok) throw new HomeserverError(response.status, { error: body.error_description });
  return body;
}

/** So many characters that nobody guesses, fit for an address and for the name of a device. */
export function makeRandomText(length: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const numbers = crypto.getRandomValues(new Uint32Array(length));
  return [...numbers].map((number) => letters[number % letters.length]).join('');
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
