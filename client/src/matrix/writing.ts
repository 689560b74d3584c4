import {
  EventStatus,
  EventTimeline,
  type MatrixClient,
  MatrixError,
  type MatrixEvent,
  type Room,
} from 'matrix-js-sdk';
import { asString } from '../lib/parse.ts';
import { isMessageEvent, readState, slowModeType } from './read-room.ts';
import type { SlowMode, WritingBar } from './types.ts';

/** As on the server, which takes longer times for none: in seconds. */
const longestSlowMode = 6 * 60 * 60;

/** As on the server: who moderates need not wait, unless the channel says otherwise. */
const exemptLevel = 50;

const noticeTag = 'm.server_notice';

/** What keeps us from writing in a room; undefined when nothing does. */
export function readWritingBar(room: Room, ownId: string): WritingBar | undefined {
  const tombstone = readState(room, 'm.room.tombstone');
  const replacementId = asString(tombstone?.getContent().replacement_room);
  if (tombstone && replacementId) {
    const server = tombstone.getSender()?.replace(/^[^:]*:/, '');
    return { kind: 'replaced', channelId: replacementId, via: server ? [server] : [] };
  }
  const state = room.getLiveTimeline().getState(EventTimeline.FORWARDS);
  if (state?.maySendMessage(ownId)) return undefined;
  if (room.tags[noticeTag]) return { kind: 'notices' };
  return { kind: isMutedIn(room, ownId) ? 'muted' : 'readOnly' };
}

/** Whether somebody was put below the level that everybody has: then others may write here. */
function isMutedIn(room: Room, userId: string): boolean {
  const usersDefault: unknown = readState(room, 'm.room.power_levels')?.getContent().users_default;
  const level = room.getMember(userId)?.powerLevel ?? 0;
  return level < (typeof usersDefault === 'number' ? usersDefault : 0);
}

/** How often we may speak in a room; undefined when as often as we want. */
export function readSlowMode(client: MatrixClient, room: Room): SlowMode | undefined {
  const { seconds, exempt_pl: exempt }: Record<string, unknown> =
    readState(room, slowModeType)?.getContent() ?? {};
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) return undefined;
  if (seconds <= 0 || seconds > longestSlowMode) return undefined;
  const ownId = client.getSafeUserId();
  const level = room.getMember(ownId)?.powerLevel ?? 0;
  const isExempt = level >= (typeof exempt === 'number' ? exempt : exemptLevel);
  // Which of our messages was the last is known as far as the timeline is loaded; the server knows the others.
  const last = isExempt ? undefined : findLastOwn(room, ownId);
  return { seconds, isExempt, readyAt: last === undefined ? 0 : last.localTimestamp + seconds * 1000 };
}

/** What we said last, or are about to say. */
function findLastOwn(room: Room, ownId: string): MatrixEvent | undefined {
  const isOwn = (event: MatrixEvent): boolean => event.getSender() === ownId && isMessageEvent(event);
  const onItsWay = room
    .getPendingEvents()
    .findLast((event) => isOwn(event) && (event.status !== EventStatus.NOT_SENT || isHeldUp(event)));
  return onItsWay ?? room.getLiveTimeline().getEvents().findLast(isOwn);
}

/** Whether the server did not take an event because it came too soon. */
export function isHeldUp(event: MatrixEvent): boolean {
  return event.error instanceof MatrixError && event.error.errcode === 'M_LIMIT_EXCEEDED';
}
