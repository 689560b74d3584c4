import type { JsonObject } from '../../protocol/canonical-json.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import { isServerIn } from '../intake/enter-room.ts';
import { existingRoom } from '../room-access.ts';
import { refuseBanned } from './bans.ts';
import { findEntrance, serversToAsk } from './join.ts';

/**
 * Asks to be let into a room. Somebody who has knocked already stays so, unless they say something else.
 *
 * Source: Client-Server API v1.19, `POST /knock/{roomIdOrAlias}`.
 * @returns the ID of the member event.
 * @throws MatrixError 404 `M_NOT_FOUND`; 403 `M_FORBIDDEN` for a room that takes no knocks, for members and for those
 * who are invited; 403 `M_BAD_STATE` for the banned; for a room that this server is not in, what the servers say that are.
 */
export async function knockOnRoom(
  context: RoomsContext,
  userId: string,
  roomIdOrAlias: string,
  { reason, via }: { readonly reason?: string | undefined; readonly via?: readonly string[] } = {},
): Promise<string> {
  const entrance = await findEntrance(context, roomIdOrAlias, via);
  const { roomId } = entrance;
  const profile = await context.profiles.profileOf(userId);
  const content: JsonObject = {
    ...profile,
    ...(reason === undefined ? {} : { reason }),
    membership: 'knock',
  };
  const known = await context.registry.byId(roomId);
  const isElsewhere = known?.createEvent === undefined || (!isServerIn(known) && known.joinedCount > 0);
  const servers = isElsewhere ? await serversToAsk(context, known, userId, entrance) : [];
  if (servers.length > 0 && context.otherServers !== undefined) {
    return context.otherServers.knock({ roomId, userId, servers, content });
  }
  const room = await existingRoom(context, roomId);
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
