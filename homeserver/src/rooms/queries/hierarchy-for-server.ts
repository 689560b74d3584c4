import { notFound } from '../../protocol/errors.ts';
import type { RoomId, ServerName } from '../../protocol/identifiers.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { childrenOf, type HierarchyRoom, hierarchyRoom } from './hierarchy.ts';
import { type FullRoomCard, fullRoomCard, mayPreview } from './room-card.ts';
import { mayTakePart } from './server-acl.ts';
import { isServerJoined } from './server-visibility.ts';

/** A space as another server sees it, one level deep. */
export interface ServedHierarchy {
  readonly room: HierarchyRoom;
  readonly children: readonly FullRoomCard[];
  /** Children that are here, and not for the server. Those that are not here are in neither list. */
  readonly inaccessible_children: readonly RoomId[];
}

/** As many children as are told, so that nobody has this server read a whole database. */
const MOST_CHILDREN = 1_000;

/**
 * A space and the rooms in it that people of a server could join or look into.
 *
 * Source: Server-Server API v1.19, `GET /hierarchy/{roomId}`.
 * @throws MatrixError 404 `M_NOT_FOUND` for a room that is not here, or not for people of that server.
 */
export async function getHierarchyForServer(
  context: RoomsContext,
  roomId: RoomId,
  server: ServerName,
  { suggestedOnly }: { readonly suggestedOnly: boolean },
): Promise<ServedHierarchy> {
  const space = await context.registry.byId(roomId);
  if (space === undefined || !(await mayServerPreview(context, space, server))) {
    throw notFound('There is no such space here, or it is not for people of your server');
  }
  const children: FullRoomCard[] = [];
  const inaccessible: RoomId[] = [];
  for (const { pdu } of childrenOf(space, suggestedOnly).slice(0, MOST_CHILDREN)) {
    const child = await context.registry.byId(pdu.state_key ?? '');
    if (child === undefined || child.localJoined.size === 0) continue;
    if (await mayServerPreview(context, child, server)) children.push(fullRoomCard(context, child));
    else inaccessible.push(child.roomId);
  }
  return {
    room: hierarchyRoom(context, space, suggestedOnly),
    children,
    inaccessible_children: inaccessible,
  };
}

/** Whether somebody of a server may know of a room: as `mayPreview`, for anybody who could be there. */
async function mayServerPreview(context: RoomsContext, room: Room, server: ServerName): Promise<boolean> {
  if (room.localJoined.size === 0 || !mayTakePart(room, server)) return false;
  if (await mayPreview(context, room, undefined)) return true;
  for (const [userId, { membership }] of room.members) {
    if ((membership === 'join' || membership === 'invite') && domainOf(userId) === server) return true;
  }
  const { allowed_room_ids: allowed = [] } = fullRoomCard(context, room);
  for (const roomId of allowed) {
    const other = await context.registry.byId(roomId);
    if (other !== undefined && isServerJoined(other, server)) return true;
  }
  return false;
}
