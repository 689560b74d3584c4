import type { StoredEvent } from '../storage/index.ts';
import type { Viewer } from './client-event.ts';
import type { RoomsContext } from './context.ts';

/**
 * Those events, by number, whose senders wanted to be forgotten when they left, and at which the viewer was not in the
 * room: they are shown as if they were redacted. So does Synapse; the specification leaves it to the server (Client-Server
 * API v1.19, `POST /account/deactivate`, `erase`).
 */
export async function hiddenByErasure(
  { storage }: RoomsContext,
  events: readonly StoredEvent[],
  viewer: Pick<Viewer, 'userNid'>,
): Promise<ReadonlySet<number>> {
  const hidden = new Set<number>();
  const erased = await storage.users.erased();
  if (erased.size === 0) return hidden;
  const memberTypeNid = await storage.strings.find('m.room.member');
  const wasJoined = new Map<number, boolean>();
  for (const { nid, pdu, snapshotNid } of events) {
    if (!erased.has(pdu.sender)) continue;
    let joined = wasJoined.get(snapshotNid);
    if (joined === undefined) {
      const member = await storage.states.entryOf(snapshotNid, memberTypeNid ?? 0, viewer.userNid);
      const event = member === undefined ? undefined : await storage.events.get(member);
      joined = event?.pdu.content.membership === 'join';
      wasJoined.set(snapshotNid, joined);
    }
    if (!joined) hidden.add(nid);
  }
  return hidden;
}
