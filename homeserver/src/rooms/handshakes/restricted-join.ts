import type { JsonValue } from '../../protocol/canonical-json.ts';
import { forbidden, MatrixError } from '../../protocol/errors.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { isInAllowedRoom, localInviter, needsAuthorisation } from '../commands/join.ts';
import type { RoomsContext } from '../context.ts';
import { isServerIn } from '../intake/enter-room.ts';
import type { Room } from '../room.ts';
import { powerLevelsOfRoom } from '../room-access.ts';

/**
 * The member of this server in whose name a user of another server may join a restricted room; undefined if the join
 * needs nobody.
 *
 * Source: Server-Server API v1.19, "Restricted rooms".
 * @throws MatrixError 400 `M_UNABLE_TO_AUTHORISE_JOIN` when it is not known here who is in the rooms that count; 403
 * `M_FORBIDDEN` for somebody who is in none of them; 400 `M_UNABLE_TO_GRANT_JOIN` when nobody here may invite.
 */
export async function authorisingUserOf(
  context: RoomsContext,
  room: Room,
  userId: string,
): Promise<string | undefined> {
  if (!needsAuthorisation(room, userId)) return undefined;
  await requireInAllowedRoom(context, room, userId);
  const via = await localInviter(context, room);
  if (via !== undefined) return via;
  throw new MatrixError(400, 'M_UNABLE_TO_GRANT_JOIN', 'Nobody on this server may invite to this room');
}

/**
 * Checks, before this server signs it, a join in the name of one of its users.
 *
 * @throws MatrixError as `authorisingUserOf`.
 */
export async function requireAuthorisable(
  context: RoomsContext,
  room: Room,
  userId: string,
  via: string,
): Promise<void> {
  if (needsAuthorisation(room, userId)) await requireInAllowedRoom(context, room, userId);
  const levels = powerLevelsOfRoom(room);
  const mayInvite = room.membershipOf(via) === 'join' && levels.userLevel(via) >= levels.invite;
  if (mayInvite && domainOf(via) === context.serverName) return;
  throw new MatrixError(400, 'M_UNABLE_TO_GRANT_JOIN', `${via} may not invite to this room`);
}

async function requireInAllowedRoom(context: RoomsContext, room: Room, userId: string): Promise<void> {
  const allow = room.content('m.room.join_rules')?.allow;
  if (await isInAllowedRoom(context, allow, userId)) return;
  if (await areAllKnown(context, allow)) {
    throw forbidden('You are in none of the rooms whose members may join this one');
  }
  throw new MatrixError(
    400,
    'M_UNABLE_TO_AUTHORISE_JOIN',
    'This server does not know who is in the rooms whose members may join this one',
  );
}

/** Whether this server is in all of the rooms that an `allow` of join rules names. */
async function areAllKnown({ registry }: RoomsContext, allow: JsonValue | undefined): Promise<boolean> {
  for (const condition of Array.isArray(allow) ? allow : []) {
    if (!isJsonObject(condition) || typeof condition.room_id !== 'string') continue;
    const room = await registry.byId(condition.room_id);
    if (room === undefined || !isServerIn(room) || room.isPartial) return false;
  }
  return true;
}
