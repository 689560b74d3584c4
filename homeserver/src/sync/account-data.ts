import { type AccountDataEntry, NO_ROOM } from '../accounts/index.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import type { JoinedEntry } from './affected-rooms.ts';
import type { Changes } from './changes.ts';
import type { Frame, SyncContext } from './frame.ts';

/**
 * The viewer's account data that belongs to no room, as far as it is news.
 *
 * Source: Client-Server API v1.19, "Client Config".
 */
export async function globalAccountData(
  { accountData }: SyncContext,
  { viewer, filter, since }: Frame,
  changes: Changes,
): Promise<JsonObject[]> {
  if (since === undefined) {
    const entries = await accountData.global(viewer.userNid);
    return entries.filter(({ type }) => filter.wantsAccountData(type)).map(toEvent);
  }
  const events: JsonObject[] = [];
  for (const type of changes.accountData) {
    const content = filter.wantsAccountData(type) && (await accountData.get(viewer.userNid, NO_ROOM, type));
    if (content) events.push({ type, content });
  }
  return events;
}

/** The viewer's account data of each room where there is some: all of it for a room that is new to the client. */
export async function roomAccountData(
  { accountData }: SyncContext,
  { viewer, filter }: Frame,
  entries: readonly JoinedEntry[],
): Promise<Map<number, JsonObject[]>> {
  const found = new Map<number, JsonObject[]>();
  const fresh = new Map(entries.filter((entry) => entry.isNew).map(({ room }) => [room.nid, room]));
  for (const { roomNid, ...entry } of fresh.size > 0 ? await accountData.ofRooms(viewer.userNid) : []) {
    const room = fresh.get(roomNid);
    if (room === undefined || !filter.wantsRoomAccountData(room.roomId, entry.type)) continue;
    found.set(roomNid, [...(found.get(roomNid) ?? []), toEvent(entry)]);
  }
  for (const { room, changes, isNew } of entries) {
    for (const type of isNew ? [] : changes.accountData) {
      if (!filter.wantsRoomAccountData(room.roomId, type)) continue;
      const content = await accountData.get(viewer.userNid, room.nid, type);
      if (content !== undefined) found.set(room.nid, [...(found.get(room.nid) ?? []), { type, content }]);
    }
  }
  return found;
}

function toEvent({ type, content }: AccountDataEntry): JsonObject {
  return { type, content };
}
