import { asString } from '../parse.ts';
import { requestJson } from './http.ts';
import { postForm } from './oauth.ts';
import type { Session } from './session.ts';

/** Ends a session at its server, by whichever way it was begun. */
export async function logOut({ baseUrl, accessToken, oauth }: Session): Promise<void> {
  if (oauth === undefined) {
    await requestJson('POST', '/_matrix/client/v3/logout', { baseUrl, accessToken, body: {} });
    return;
  }
  const metadata = await requestJson('GET', '/_matrix/client/v1/auth_metadata', { baseUrl });
  const endpoint = asString(metadata.revocation_endpoint);
  if (endpoint === undefined) return;
  const { clientId, refreshToken } = oauth;
  // The access token ends with the one that would renew it.
  await postForm(endpoint, {
    token: refreshToken,
    token_type_hint: 'refresh_token',
    client_id: clientId,
  });
}
