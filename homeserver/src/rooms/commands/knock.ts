import type { JsonObject } from '../../protocol/canonical-json.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import { refuseBanned } from './bans.ts';
import { resolveEnterable } from './join.ts';

/**
 * Asks to be let into a room. Somebody who has knocked already stays so, unless they say something else.
 *
 * Source: Client-Server API v1.19, `POST /knock/{roomIdOrAlias}`.
 * @returns the ID of the member event.
 * @throws MatrixError 404 `M_NOT_FOUND`; 403 `M_FORBIDDEN` for a room that takes no knocks, for members and for those
 * who are invited; 403 `M_BAD_STATE` for the banned.
 */
export async function knockOnRoom(
  context: RoomsContext,
  userId: string,
  roomIdOrAlias: string,
  reason?: string,
): Promise<string> {
  const room = await resolveEnterable(context, roomIdOrAlias);
  const profile = await context.profiles.profileOf(userId);
  const content: JsonObject = {
    ...profile,
    ...(reason === undefined ? {} : { reason }),
    membership: 'knock',
  };
  return changeRoom(context, room, async (chain) => {
    await refuseBanned(chain, userId);
    const event = await chain.appendState({
      type: 'm.room.member',
      sender: userId,
      stateKey: userId,
      content,
    });
    return event.eventId;
  });
}
