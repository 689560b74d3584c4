import type { IssuedTokens, OpenedSession } from '../../../accounts/index.ts';
import type { ServerName } from '../../../protocol/identifiers.ts';

/** A new session, as `/login` and `/register` answer. `home_server` is deprecated, and old clients read it. */
export function presentSession(session: OpenedSession, serverName: ServerName): object {
  return {
    user_id: session.userId,
    ...presentTokens(session),
    device_id: session.deviceId,
    home_server: serverName,
  };
}

/** Tokens, as clients get them. */
export function presentTokens({ accessToken, refreshToken, expiresInMs }: IssuedTokens): object {
  return {
    access_token: accessToken,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(expiresInMs !== undefined && { expires_in_ms: expiresInMs }),
  };
}
