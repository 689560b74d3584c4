import type { StoredEvent } from '../../storage/index.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';

/**
 * What a viewer was in a room when events happened, by the events' numbers; `leave` for who never was in it. Events whose
 * place is not known are left out.
 *
 * Nearly always an event came after the viewer's last change, and their membership is what it is now. Where branches of
 * the history met it may not have been known to the event: that is not looked into.
 *
 * Source: Client-Server API v1.19, "Room event format", `unsigned.membership`.
 */
export async function viewerMemberships(
  { storage }: RoomsContext,
  room: Room,
  events: readonly StoredEvent[],
  { userId, userNid }: Viewer,
): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  if (events.length === 0) return found;
  const member = room.members.get(userId);
  const current = member && (await storage.events.get(member.eventNid));
  const earlier: StoredEvent[] = [];
  for (const event of events) {
    const { type, state_key: stateKey, content, depth } = event.pdu;
    if (type === 'm.room.member' && stateKey === userId) found.set(event.nid, String(content.membership));
    else if (
      member !== undefined &&
      current !== undefined &&
      event.nid > current.nid &&
      depth > current.pdu.depth
    ) {
      found.set(event.nid, member.membership);
    } else if (event.snapshotNid !== 0) earlier.push(event);
  }
  if (earlier.length === 0) return found;
  const memberNid = await storage.strings.find('m.room.member');
  const bySnapshot = Map.groupBy(earlier, ({ snapshotNid }) => snapshotNid);
  await Promise.all(
    [...bySnapshot].map(async ([snapshotNid, ofSnapshot]) => {
      const nid = memberNid && (await storage.states.entryOf(snapshotNid, memberNid, userNid));
      const event = nid === undefined ? undefined : await storage.events.get(nid);
      const membership = String(event?.pdu.content.membership ?? 'leave');
      for (const { nid: eventNid } of ofSnapshot) found.set(eventNid, membership);
    }),
  );
  return found;
}
