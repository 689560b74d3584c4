import type { JsonObject } from '../../protocol/canonical-json.ts';
import { MatrixError, notFound } from '../../protocol/errors.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { pduToWire } from '../../protocol/wire.ts';
import { requireEnterable } from '../commands/block-room.ts';
import type { RoomsContext } from '../context.ts';
import { isServerIn } from '../intake/enter-room.ts';
import { requireServerAllowed } from '../queries/server-acl.ts';
import type { Room } from '../room.ts';
import { proposeEvent } from './propose-event.ts';
import { authorisingUserOf } from './restricted-join.ts';

/** What users of other servers do in a room through this one. */
export type HandshakeMembership = 'join' | 'knock' | 'leave';

/** A member event that another server has to complete, hash, name and sign. */
export interface MembershipProposal {
  readonly roomVersion: string;
  readonly event: JsonObject;
}

/**
 * A room that somebody of another server may deal with through this one.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a room that this server is not in; 403 `M_FORBIDDEN` for one that is
 * blocked here, or denies the server.
 */
export async function roomForServer(context: RoomsContext, roomId: string, server: string): Promise<Room> {
  const room = await context.registry.byId(roomId);
  if (room === undefined || !isServerIn(room)) throw notFound(`This server is not in ${roomId}`);
  await requireEnterable(context, roomId);
  requireServerAllowed(room, server);
  return room;
}

/**
 * Proposes the event with which a user of another server joins a room, knocks on it or leaves it.
 *
 * Source: Server-Server API v1.19, `GET /make_join`, `GET /make_knock`, `GET /make_leave`.
 * @param versions of rooms that the other server knows; undefined if it does not matter.
 * @throws MatrixError as `roomForServer`; 400 `M_INCOMPATIBLE_ROOM_VERSION`; 400 `M_UNABLE_TO_AUTHORISE_JOIN`,
 * `M_UNABLE_TO_GRANT_JOIN` and 403 `M_FORBIDDEN` for what the room does not allow.
 */
export async function proposeMembership(
  context: RoomsContext,
  roomId: string,
  userId: string,
  membership: HandshakeMembership,
  versions: readonly string[] | undefined,
): Promise<MembershipProposal> {
  const room = await roomForServer(context, roomId, domainOf(userId));
  const { rules } = room;
  if (versions !== undefined && !versions.includes(rules.version)) {
    throw new MatrixError(400, 'M_INCOMPATIBLE_ROOM_VERSION', 'Your server does not know this room version', {
      room_version: rules.version,
    });
  }
  // As Synapse: who else is in the room is not known yet, so that nobody could be told.
  if (room.isPartial && membership !== 'leave') throw notFound('The state of this room is not complete here');
  const via = membership === 'join' ? await authorisingUserOf(context, room, userId) : undefined;
  const content: JsonObject = {
    membership,
    ...(via === undefined ? {} : { join_authorised_via_users_server: via }),
  };
  const draft = { type: 'm.room.member', sender: userId, stateKey: userId, content };
  const pdu = await proposeEvent(context, room, draft);
  const { hashes: _hashes, signatures: _signatures, ...event } = pduToWire(pdu, rules);
  return { roomVersion: rules.version, event };
}
