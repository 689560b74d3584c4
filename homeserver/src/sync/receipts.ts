import type { JsonObject } from '../protocol/canonical-json.ts';
import { type Receipt, receiptContent } from '../realtime/index.ts';
import type { JoinedEntry } from './affected-rooms.ts';
import type { Frame, SyncContext } from './frame.ts';

/**
 * The `m.receipt` event of each room where there is something to tell: every receipt of a room that is new to the
 * client, of the others those that have moved. Private ones are told to their owner alone.
 *
 * Source: Client-Server API v1.19, "Receipts".
 */
export async function receiptsOf(
  { realtime }: SyncContext,
  { viewer, filter }: Frame,
  entries: readonly JoinedEntry[],
): Promise<Map<number, JsonObject>> {
  const wanted = entries.filter(({ room }) => filter.wantsEphemeral(room.roomId, 'm.receipt'));
  const found = new Map<number, JsonObject>();
  const fresh = wanted.filter((entry) => entry.isNew).map((entry) => entry.room.nid);
  if (fresh.length > 0) {
    const receipts = await realtime.receipts.receiptsOfRooms(fresh, viewer.userNid);
    for (const [roomNid, ofRoom] of receipts) found.set(roomNid, receiptEvent(ofRoom));
  }
  for (const { room, changes, isNew } of wanted) {
    if (isNew || changes.receipts.length === 0) continue;
    const ofRoom = await realtime.receipts.receiptsFor(room.nid, changes.receipts, viewer.userNid);
    if (ofRoom.length > 0) found.set(room.nid, receiptEvent(ofRoom));
  }
  return found;
}

function receiptEvent(receipts: readonly Receipt[]): JsonObject {
  return { type: 'm.receipt', content: receiptContent(receipts) };
}
