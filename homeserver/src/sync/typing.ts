import type { JsonObject } from '../protocol/canonical-json.ts';
import type { RoomOfUser } from '../storage/index.ts';
import type { JoinedEntry, Memberships } from './affected-rooms.ts';
import type { Frame, SyncContext } from './frame.ts';

/** The joined rooms where the list of those who type has changed. */
export async function roomsWithTyping(
  { realtime, rooms }: SyncContext,
  { since }: Frame,
  memberships: Memberships,
): Promise<RoomOfUser[]> {
  // In an initial sync every room is looked at anyway.
  if (since === undefined) return [];
  const changes = realtime.log.changesSince(since.ephemeral);
  const found: RoomOfUser[] = [];
  if (changes !== undefined) {
    for (const roomId of changes.rooms) {
      const room = await rooms.registry.byId(roomId);
      const mine = room && memberships.get(room.nid);
      if (mine?.membership === 'join') found.push(mine);
    }
    return found;
  }
  // The token is of an earlier process, or old. Where somebody has typed lately, the room is in memory.
  for (const mine of memberships.values()) {
    const room = mine.membership === 'join' ? rooms.registry.loaded(mine.roomNid) : undefined;
    const typing = room && realtime.typing.typingSince(room.roomId, since.ephemeral);
    if (typing !== undefined) found.push(mine);
  }
  return found;
}

/**
 * The `m.typing` event of each room where there is something to tell: always the full list.
 *
 * Source: Client-Server API v1.19, "Typing Notifications".
 */
export function typingOf(
  { realtime }: SyncContext,
  { filter, since }: Frame,
  entries: readonly JoinedEntry[],
): Map<number, JsonObject> {
  const found = new Map<number, JsonObject>();
  for (const { room, isNew } of entries) {
    if (!filter.wantsEphemeral(room.roomId, 'm.typing')) continue;
    const users = realtime.typing.typingSince(room.roomId, isNew ? undefined : since?.ephemeral);
    if (users !== undefined) found.set(room.nid, { type: 'm.typing', content: { user_ids: users } });
  }
  return found;
}
