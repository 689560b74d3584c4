import type { JsonObject } from '../protocol/canonical-json.ts';
import { type Room, stateKeyOf, strippedEvent, strippedStateOf } from '../rooms/index.ts';
import type { StoredEvent } from '../storage/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import type { EventList } from './response-shapes.ts';

/** What tells somebody which room they are invited to. Source: Client-Server API v1.19, "Stripped state". */
const SHOWN = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.encryption',
];

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
  const { ignored, blocksInvites } = await context.settings.of(viewer);
  for (const room of rooms) {
    const own = await membership(context, room, viewer.userId);
    if (own === undefined || ignored.has(own.pdu.sender)) continue;
    if (blocksInvites && own.pdu.content.membership === 'invite') continue;
    // Of a room of other servers, what came with the invite is all that is known.
    const events = strippedStateOf(own) ?? (await describeRoom(context, room, viewer, own));
    found[room.roomId] = { events: [...events, strippedEvent(room, own)] };
  }
  return found;
}

async function describeRoom(
  context: SyncContext,
  room: Room,
  viewer: Frame['viewer'],
  own: StoredEvent,
): Promise<JsonObject[]> {
  const shown = SHOWN.flatMap((type) => room.state.get(stateKeyOf(type, '')) ?? []);
  // Who invites is shown by name; Synapse tells of them as well.
  const inviter =
    own.pdu.sender === viewer.userId ? undefined : await membership(context, room, own.pdu.sender);
  return [...shown, ...(inviter ? [inviter] : [])].map((event) => strippedEvent(room, event));
}

async function membership(
  { rooms: { storage } }: SyncContext,
  room: Room,
  userId: string,
): Promise<StoredEvent | undefined> {
  const nid = room.members.get(userId)?.eventNid;
  return nid === undefined ? undefined : storage.events.get(nid);
}
