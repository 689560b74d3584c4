import {
  isMissed,
  JobKind,
  LogKind,
  type LogRow,
  type StoredEvent,
  type UnitOfWork,
} from '../../storage/index.ts';
import type { PushContext } from './push-context.ts';
import { pusherJobKey } from './pusher-job.ts';

/**
 * Finds out of some rows of the log whom they are to be pushed to, and writes it down in a unit, with a job for each
 * pusher that has something to do. Nothing is looked at for rooms in which nobody has a pusher.
 */
export async function collectPushes(
  context: PushContext,
  rows: readonly LogRow[],
  unit: UnitOfWork,
): Promise<void> {
  const { storage } = context;
  const users = await storage.pushers.usersWithPushers();
  if (users.size === 0) return;
  const told = new Set<number>();
  for (const row of rows) {
    const { kind, user, ref, position } = row;
    // Who reads elsewhere wants the number on the phone to go down.
    if (kind === LogKind.Receipt && user !== undefined && users.has(user)) told.add(user);
    if (kind !== LogKind.Event || ref === undefined || isMissed(row)) continue;
    const event = await storage.events.get(ref);
    if (event === undefined) continue;
    for (const userNid of await notifiedBy(context, event, users)) {
      storage.pushers.addPending(unit, userNid, { position, eventNid: ref });
      told.add(userNid);
    }
  }
  for (const pusher of await storage.pushers.enabledOf([...told])) {
    storage.jobs.enqueue(unit, { kind: JobKind.Push, key: pusherJobKey(pusher) });
  }
}

/** Those of some users whom an event notifies. */
async function notifiedBy(
  { rooms, storage, settings, evaluator }: PushContext,
  event: StoredEvent,
  users: ReadonlySet<number>,
): Promise<number[]> {
  const room = await rooms.registry.byNid(event.roomNid);
  if (room === undefined) return [];
  const { pdu } = event;
  const candidates = new Set([...room.localJoined].filter((userNid) => users.has(userNid)));
  const isInvite = pdu.type === 'm.room.member' && pdu.content.membership === 'invite';
  const invited = isInvite ? room.members.get(pdu.state_key ?? '')?.userNid : undefined;
  if (invited !== undefined && users.has(invited)) candidates.add(invited);
  const names = await storage.strings.valuesOf([...candidates]);
  const notified: number[] = [];
  for (const [userNid, userId] of names) {
    if (userId === pdu.sender) continue;
    const own = await settings.of({ userId, userNid });
    if (own.ignored.has(pdu.sender) || (userNid === invited && own.invites(pdu.sender) !== 'allow')) continue;
    const user = await evaluator.userIn(room, userId);
    if (evaluator.outcome(room, event, user, own).notify) notified.push(userNid);
  }
  return notified;
}
