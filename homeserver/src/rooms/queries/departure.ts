import type { StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';

/**
 * The event with which somebody left a room: the membership that followed their last join. Undefined for a user who
 * is joined, and for one who never was.
 */
export async function departureOf(
  context: RoomsContext,
  room: Room,
  userId: string,
): Promise<StoredEvent | undefined> {
  let later: StoredEvent | undefined;
  let nid = room.members.get(userId)?.eventNid ?? null;
  while (nid !== null) {
    const event = await context.storage.events.get(nid);
    if (event === undefined) return undefined;
    if (event.pdu.content.membership === 'join') return later;
    later = event;
    nid = event.replacesNid;
  }
  return undefined;
}
