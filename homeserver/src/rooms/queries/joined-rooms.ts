import type { Membership } from '../../storage/index.ts';
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

/**
 * Every room that a user has a membership in, by ID: nothing for a user that is not known here.
 *
 * Source: Synapse's admin API, "List room memberships of a user".
 */
export async function getMembershipsOf(
  { storage, userRooms }: RoomsContext,
  userId: string,
): Promise<Readonly<Record<string, Membership>>> {
  const userNid = await storage.strings.find(userId);
  const memberships = userNid === undefined ? [] : [...(await userRooms.of(userNid)).values()];
  const roomIds = await storage.rooms.idsOf(memberships.map(({ roomNid }) => roomNid));
  return Object.fromEntries(
    memberships.map(({ roomNid, membership }) => [roomIds.get(roomNid) ?? '', membership]),
  );
}
