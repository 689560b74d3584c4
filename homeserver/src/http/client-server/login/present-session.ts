import type { OpenedSession } from '../../../accounts/index.ts';
import type { ServerName } from '../../../protocol/identifiers.ts';

/** A new session, as `/login` and `/register` answer. `home_server` is deprecated, and old clients read it. */
export function presentSession(session: OpenedSession, serverName: ServerName): object {
  return {
    user_id: session.userId,
    access_token: session.accessToken,
    device_id: session.deviceId,
    home_server: serverName,
  };
}
