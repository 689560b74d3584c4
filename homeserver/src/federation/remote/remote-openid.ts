import { MatrixError } from '../../protocol/errors.ts';
import { domainOf, isUserId, type RoomId, type ServerName, type UserId } from '../../protocol/identifiers.ts';
import { findRoom, serversIn } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';

const TIME_LIMIT_MS = 10_000;
const LARGEST_ANSWER_BYTES = 10_000;

/** What somebody of another server shows who they are with. */
export interface RemoteOpenId {
  /** Only servers with somebody in this room are asked: whoever is named here is not known yet. */
  readonly roomId: RoomId;
  readonly server: ServerName;
  readonly token: string;
}

/**
 * Asks another server whose OpenID token it is.
 *
 * Source: Server-Server API v1.19, `GET /openid/userinfo`.
 * @throws MatrixError 401 `M_UNAUTHORIZED` if nobody of the server is in the room, or it does not say so.
 */
export async function getRemoteOpenIdUser(
  { client, logger, rooms }: FederationContext,
  { roomId, server, token }: RemoteOpenId,
): Promise<UserId> {
  const room = await findRoom(rooms, roomId, (found) => serversIn(found).has(server));
  if (room === undefined) throw unauthorized(`Nobody of ${server} is in this room, or it does not exist`);
  try {
    const { sub } = await client.request({
      destination: server,
      method: 'GET',
      path: `/_matrix/federation/v1/openid/userinfo?access_token=${encodeURIComponent(token)}`,
      maxBytes: LARGEST_ANSWER_BYTES,
      timeLimitMs: TIME_LIMIT_MS,
      isUrgent: true,
    });
    if (isUserId(sub) && domainOf(sub) === server) return sub;
    throw new FederationError(server, 'malformed', 'it names no user of its own');
  } catch (error) {
    if (!(error instanceof FederationError)) throw error;
    logger.info('a server did not say whose token it is', { server, error });
    throw unauthorized(`${server} did not say that this token is of one of its users`);
  }
}

function unauthorized(message: string): MatrixError {
  return new MatrixError(401, 'M_UNAUTHORIZED', message);
}
