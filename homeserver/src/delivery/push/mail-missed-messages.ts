import {
  JobKind,
  type MailPause,
  type PendingPush,
  type StoredPusher,
  UnitOfWork,
} from '../../storage/index.ts';
import { type MissedRoom, writeMissedMessagesMail } from '../mail/missed-messages-mail.ts';
import type { Mail } from '../mail/smtp-mail-sender.ts';
import type { Notified } from './notification.ts';
import type { PushContext, PushedUser } from './push-context.ts';
import { pusherJobKey } from './pusher-job.ts';
import { stillNotified } from './still-notified.ts';

/** How mails are sent, and how somebody gets rid of them. */
export interface MissedMessagesMails {
  readonly serverName: string;
  readonly send: (mail: Mail) => Promise<void>;
  /** The link that removes a pusher, without a log-in. */
  readonly unsubscribeLink: (pusher: StoredPusher) => Promise<string>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As Synapse: who reads within ten minutes gets no mail. */
const DELAY_MS = 10 * MINUTE_MS;
/** As Synapse: the second mail about a room comes a day after the first, while the talk goes on. */
const LONGEST_PAUSE_MS = 24 * HOUR_MS;
/** As Synapse: a talk that begins again after so long is worth a mail again. */
const FORGOTTEN_AFTER_MS = 12 * HOUR_MS;
/** How many events a mail tells of at most: the newest. */
const MOST_EVENTS = 50;
const MOST_SHOWN_OF_A_ROOM = 10;
const LONGEST_TEXT = 500;

/**
 * Mails somebody what they have missed, when it has waited for long enough; else sees to it that this is asked again
 * when it has. One mail tells of everything that waits. Who has read meanwhile gets none.
 *
 * Source: Client-Server API v1.19, `POST /pushers/set`, kind `email`; delays and pauses are Synapse's.
 * @throws when the mail could not be sent: the job is run again later.
 */
export async function mailMissedMessages(
  context: PushContext,
  mails: MissedMessagesMails,
  pusher: StoredPusher,
  user: PushedUser,
): Promise<void> {
  const { storage, clock } = context;
  const pending = await storage.pushers.pendingOf(pusher.userNid, pusher.lastPosition, MOST_EVENTS);
  const waiting = await unreadOf(context, user, pending);
  const newest = pending.at(-1)?.position;
  const pauses = await storage.mailPauses.ofUser(pusher.userNid);
  const now = clock.now();
  const dueAt = waiting.map((notified) => dueTime(notified, pauses.get(notified.room.nid), now));
  const unit = new UnitOfWork();
  if (waiting.length > 0 && Math.min(...dueAt) > now) {
    const runAt = Math.min(...dueAt);
    storage.jobs.enqueue(unit, { kind: JobKind.Push, key: pusherJobKey(pusher), runAt });
  } else if (waiting.length > 0) {
    await send(context, mails, pusher, waiting);
    for (const [room, [first]] of roomsOf(waiting)) {
      if (first === undefined) continue;
      const pause = nextPause(first, pauses.get(room.nid), now);
      storage.mailPauses.put(unit, pusher.userNid, room.nid, pause);
    }
  }
  const isDone = waiting.length === 0 || Math.min(...dueAt) <= now;
  if (isDone && newest !== undefined) storage.pushers.advance(unit, pusher, newest, pusher.lastBadge);
  if (!unit.isEmpty) await storage.database.commit(unit);
}

async function unreadOf(
  context: PushContext,
  user: PushedUser,
  pending: readonly PendingPush[],
): Promise<Notified[]> {
  const unread: Notified[] = [];
  for (const push of pending) {
    const notified = await stillNotified(context, user, push);
    if (notified !== undefined) unread.push(notified);
  }
  return unread;
}

/** Clocks elsewhere may be ahead of ours. */
function sentTime({ event }: Notified, now: number): number {
  return Math.min(event.pdu.origin_server_ts, now);
}

function dueTime(notified: Notified, pause: MailPause | undefined, now: number): number {
  const untilPaused = pause === undefined ? 0 : pause.sentTs + pause.pauseMs;
  return Math.max(sentTime(notified, now) + DELAY_MS, untilPaused);
}

function nextPause(first: Notified, before: MailPause | undefined, now: number): MailPause {
  const isFresh = before === undefined || sentTime(first, now) - before.sentTs > FORGOTTEN_AFTER_MS;
  return { sentTs: now, pauseMs: isFresh ? DELAY_MS : LONGEST_PAUSE_MS };
}

function roomsOf(waiting: readonly Notified[]): Map<Notified['room'], Notified[]> {
  return Map.groupBy(waiting, ({ room }) => room);
}

async function send(
  context: PushContext,
  mails: MissedMessagesMails,
  pusher: StoredPusher,
  waiting: readonly Notified[],
): Promise<void> {
  const rooms = [...roomsOf(waiting).values()].map(missedRoom);
  const link = await mails.unsubscribeLink(pusher);
  await mails.send({
    to: pusher.pushkey,
    ...writeMissedMessagesMail(mails.serverName, rooms, link),
    headers: { 'List-Unsubscribe': `<${link}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  });
  context.logger.info('a mail about missed messages was sent', { app: pusher.appId, rooms: rooms.length });
}

function missedRoom(events: readonly Notified[]): MissedRoom {
  const shown = events.slice(-MOST_SHOWN_OF_A_ROOM);
  const [{ room } = {}] = events;
  return {
    name: nameOf(events),
    link: `https://matrix.to/#/${encodeURIComponent(room?.roomId ?? '')}`,
    messages: shown.map((notified) => ({ sender: senderOf(notified), text: textOf(notified) })),
    further: events.length - shown.length,
  };
}

function nameOf(events: readonly Notified[]): string {
  const [first] = events;
  const { name } = first?.room.content('m.room.name') ?? {};
  const { alias } = first?.room.content('m.room.canonical_alias') ?? {};
  if (typeof name === 'string' && name !== '') return name;
  if (typeof alias === 'string') return alias;
  return `a conversation with ${[...new Set(events.map(senderOf))].join(', ')}`;
}

function senderOf({ senderName, event }: Notified): string {
  return senderName ?? event.pdu.sender;
}

function textOf({ event }: Notified): string {
  const { type, content } = event.pdu;
  if (type === 'm.room.encrypted') return '(an encrypted message)';
  if (type === 'm.room.member') return '(an invite)';
  return typeof content.body === 'string' ? content.body.slice(0, LONGEST_TEXT) : '(something new)';
}
