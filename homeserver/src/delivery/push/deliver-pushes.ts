import {
  EventStatus,
  type PendingPush,
  type PusherKey,
  type StoredPusher,
  UnitOfWork,
} from '../../storage/index.ts';
import { type Notified, notificationFor } from './notification.ts';
import type { PushContext, PushedUser } from './push-context.ts';
import type { PushGateway } from './push-gateway.ts';
import { pusherOfJob } from './pusher-job.ts';

/** How many notifications somebody gets who was out of reach: the newest. */
const MOST_AT_ONCE = 50;

/**
 * Does what a pusher has to do: tells of each event that its user is to be told of, in order, then of the number of
 * rooms with something unread if that has changed. It has come as far as it has told; what failed is told again.
 *
 * @param jobKey as `pusherJobKey` gives it.
 * @throws when the gateway does not take a notification: the job is run again later.
 */
export async function deliverPushes(
  context: PushContext,
  gateway: PushGateway,
  jobKey: string,
): Promise<void> {
  const { storage } = context;
  const key = pusherOfJob(jobKey);
  const pusher = await storage.pushers.get(key);
  if (pusher?.enabled !== 1) return;
  const userId = (await storage.strings.valuesOf([pusher.userNid])).get(pusher.userNid);
  if (userId === undefined) return;
  const user = { userId, userNid: pusher.userNid };
  let badge = pusher.lastBadge;
  const pending = await storage.pushers.pendingOf(pusher.userNid, pusher.lastPosition, MOST_AT_ONCE);
  for (const push of pending) {
    const notified = await stillNotified(context, user, push);
    if (notified !== undefined) {
      badge = await context.badgeOf(user);
      if (!(await tell(context, gateway, pusher, notified, badge))) return;
    }
    await advance(context, key, push.position, badge);
  }
  const current = await context.badgeOf(user);
  if (current === badge) return;
  if (!(await tell(context, gateway, pusher, undefined, current))) return;
  await advance(context, key, pending.at(-1)?.position ?? pusher.lastPosition, current);
}

/** @returns false if the gateway knows the pusher no more, which is removed then. */
async function tell(
  { storage, logger }: PushContext,
  gateway: PushGateway,
  pusher: StoredPusher,
  notified: Notified | undefined,
  badge: number,
): Promise<boolean> {
  const isTaken = await gateway.send(pusher, notificationFor(pusher, notified, badge));
  if (isTaken) return true;
  logger.info('a pusher is not known to its gateway any more, and goes', { app: pusher.appId });
  const unit = new UnitOfWork();
  storage.pushers.delete(unit, pusher);
  await storage.database.commit(unit);
  return false;
}

async function advance(
  { storage }: PushContext,
  key: PusherKey,
  position: number,
  badge: number,
): Promise<void> {
  const unit = new UnitOfWork();
  storage.pushers.advance(unit, key, position, badge);
  await storage.database.commit(unit);
}

/** What to tell of an event, unless its user has read it meanwhile, has left, or it was redacted. */
async function stillNotified(
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
