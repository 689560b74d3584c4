import type { RoomsContext } from '../context.ts';
import { notInRoom } from '../room-access.ts';
import { isWorldReadable } from './history-visibility.ts';

/**
 * The aliases of a room on this server: for its members, and for everybody if the room is world-readable.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/aliases`.
 * @throws MatrixError 403 `M_FORBIDDEN`.
 */
export async function getLocalAliases(
  context: RoomsContext,
  roomId: string,
  userId: string,
): Promise<string[]> {
  const room = await context.registry.byId(roomId);
  if (room === undefined) throw notInRoom();
  if (room.membershipOf(userId) !== 'join' && !isWorldReadable(room)) throw notInRoom();
  return context.storage.rooms.aliasesOf(room.nid);
}
