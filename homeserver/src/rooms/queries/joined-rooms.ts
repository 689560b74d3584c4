import type { RoomsContext } from '../context.ts';

/**
 * The IDs of the rooms that a user is joined to.
 *
 * Source: Client-Server API v1.19, `GET /joined_rooms`.
 */
export async function getJoinedRooms(context: RoomsContext, userNid: number): Promise<string[]> {
  const nids = await context.userRooms.joined(userNid);
  return [...(await context.storage.rooms.idsOf(nids)).values()];
}
