import { type PusherKey, type StoredPusher, UnitOfWork } from '../../storage/index.ts';
import { type MissedMessagesMails, mailMissedMessages } from './mail-missed-messages.ts';
import { type Notified, notificationFor } from './notification.ts';
import type { PushContext } from './push-context.ts';
import type { PushGateway } from './push-gateway.ts';
import { pusherOfJob } from './pusher-job.ts';
import { stillNotified } from './still-notified.ts';

/** How many notifications somebody gets who was out of reach: the newest. */
const MOST_AT_ONCE = 50;

/**
 * Does what a pusher has to do: tells of each event that its user is to be told of, in order, then of the number of
 * rooms with something unread if that has changed. It has come as far as it has told; what failed is told again.
 *
 * @param mails undefined on a server that sends no mail.
 * @param jobKey as `pusherJobKey` gives it.
 * @throws when the gateway does not take a notification: the job is run again later.
 */
export async function deliverPushes(
  context: PushContext,
  gateway: PushGateway,
  mails: MissedMessagesMails | undefined,
  jobKey: string,
): Promise<void> {
  const { storage } = context;
  const key = pusherOfJob(jobKey);
  const pusher = await storage.pushers.get(key);
  if (pusher?.enabled !== 1) return;
  const userId = (await storage.strings.valuesOf([pusher.userNid])).get(pusher.userNid);
  if (userId === undefined) return;
  const user = { userId, userNid: pusher.userNid };
  if (pusher.kind === 'email') {
    if (mails !== undefined) await mailMissedMessages(context, mails, pusher, user);
    return;
  }
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
