import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';

/**
 * For somebody who has come into a room that replaces another: what they had set for that one holds for this one too.
 * What goes wrong is logged; they are in the room all the same.
 *
 * Source: Client-Server API v1.19, "Room upgrades", "Server behaviour".
 */
export async function takeSettingsAlong(context: RoomsContext, userId: string, room: Room): Promise<void> {
  const { predecessor } = room.content('m.room.create') ?? {};
  if (typeof predecessor !== 'object' || predecessor === null || Array.isArray(predecessor)) return;
  if (typeof predecessor.room_id !== 'string') return;
  const old = await context.registry.byId(predecessor.room_id);
  const user = old?.members.get(userId);
  // Both rooms have to say so: anybody may claim to replace a room.
  const isReplaced = old?.content('m.room.tombstone')?.replacement_room === room.roomId;
  if (old === undefined || user === undefined || !isReplaced) return;
  try {
    await context.roomSettings.carry({ userId, userNid: user.userNid }, old, room);
  } catch (error) {
    context.logger.error('settings not taken along into a new room', { room: room.roomId, userId, error });
  }
}
