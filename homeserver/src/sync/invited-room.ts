import { describeRoom, type Room, strippedEvent } from '../rooms/index.ts';
import type { StoredEvent } from '../storage/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import type { EventList } from './response-shapes.ts';

/**
 * The rooms that the viewer is invited to, or has knocked on, by ID: stripped state with their own membership, and that
 * of whoever invites.
 */
export async function strippedRooms(
  context: SyncContext,
  { viewer }: Frame,
  rooms: readonly Room[],
): Promise<Record<string, EventList>> {
  const found: Record<string, EventList> = {};
  if (rooms.length === 0) return found;
  const { ignored, invites } = await context.settings.of(viewer);
  for (const room of rooms) {
    const own = await membership(context, room, viewer.userId);
    if (own === undefined || ignored.has(own.pdu.sender)) continue;
    const isInvite = own.pdu.content.membership === 'invite';
    if (isInvite && invites(own.pdu.sender) !== 'allow') continue;
    const events = await describeRoom(context.rooms, room, own);
    found[room.roomId] = { events: [...events, strippedEvent(room, own)] };
  }
  return found;
}

async function membership(
  { rooms: { storage } }: SyncContext,
  room: Room,
  userId: string,
): Promise<StoredEvent | undefined> {
  const nid = room.members.get(userId)?.eventNid;
  return nid === undefined ? undefined : storage.events.get(nid);
}
