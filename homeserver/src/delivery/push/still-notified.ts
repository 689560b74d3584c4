import { EventStatus, type PendingPush } from '../../storage/index.ts';
import type { Notified } from './notification.ts';
import type { PushContext, PushedUser } from './push-context.ts';

/** What to tell of an event, unless its user has read it meanwhile, has left, or it was redacted. */
export async function stillNotified(
  { storage, rooms, receipts, settings, evaluator }: PushContext,
  { userId, userNid }: PushedUser,
  { eventNid, position }: PendingPush,
): Promise<Notified | undefined> {
  const event = await storage.events.get(eventNid);
  const room = event === undefined ? undefined : await rooms.registry.byNid(event.roomNid);
  if (event === undefined || room === undefined) return undefined;
  const membership = room.membershipOf(userId);
  const isThere = membership === 'join' || membership === 'invite';
  if (event.redactedBy !== null || event.status !== EventStatus.Accepted || !isThere) return undefined;
  const read = (await receipts.readPositions(userNid, [room.nid])).get(room.nid);
  if ((read?.all ?? 0) >= position) return undefined;
  const own = await settings.of({ userId, userNid });
  const outcome = evaluator.outcome(room, event, await evaluator.userIn(room, userId), own);
  const { displayName } = await evaluator.userIn(room, event.pdu.sender);
  return { event, room, userId, senderName: displayName, outcome };
}
