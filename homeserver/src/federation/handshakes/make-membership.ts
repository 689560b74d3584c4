import type { JsonObject } from '../../protocol/canonical-json.ts';
import { forbidden } from '../../protocol/errors.ts';
import { domainOf, type RoomId, type ServerName, type UserId } from '../../protocol/identifiers.ts';
import { type HandshakeMembership, proposeMembership } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';

/** Who wants what where. */
export interface MakeRequest {
  readonly origin: ServerName;
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly membership: HandshakeMembership;
  /** Room versions that the other server knows; undefined where it does not matter. */
  readonly versions: readonly string[] | undefined;
}

/**
 * Gives another server the event with which one of its users joins a room, knocks on it or leaves it.
 *
 * Source: Server-Server API v1.19, `GET /make_join`, `GET /make_knock`, `GET /make_leave`.
 * @throws MatrixError 403 `M_FORBIDDEN` for a user of a third server, and as `proposeMembership`.
 */
export async function makeMembership(
  { rooms, serverName }: FederationContext,
  { origin, roomId, userId, membership, versions }: MakeRequest,
): Promise<{ room_version: string; event: JsonObject }> {
  if (domainOf(userId) !== origin) throw forbidden(`${userId} is not a user of ${origin}`);
  const { roomVersion, event } = await proposeMembership(rooms, roomId, userId, membership, versions);
  return { room_version: roomVersion, event: { ...event, origin: serverName } };
}
