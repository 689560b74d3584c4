import { joinNames } from '../lib/i18n/join-names.ts';
import { t } from '../lib/i18n/translate.ts';
import type { Message, Notice, NoticeChange, TimelineItem } from './types.ts';

/** Messages of one author this close together share one head, in milliseconds. */
const groupingWindow = 7 * 60_000;

export interface TimelineLayout {
  /** The last event that was read when the channel was opened; a line is drawn below it. */
  readonly readUpTo: string | undefined;
  /** Whether older events exist that are not loaded: nothing is said about the day of the first one then. */
  readonly hasOlder: boolean;
  /**
   * Keys of the first event of each loaded piece. A group or fold never crosses one, so that what is on the screen
   * keeps its height when older events arrive above it.
   */
  readonly pieceStarts: ReadonlySet<string>;
  /** The calendar day of a timestamp, in the reader's time zone. */
  readonly dayOf: (timestamp: number) => string;
}

/** Lays out what happened in a channel, oldest first, as the items of its timeline. */
export function buildTimelineItems(
  entries: readonly (Message | Notice)[],
  layout: TimelineLayout,
): TimelineItem[] {
  const items: TimelineItem[] = [];
  const marker = findUnreadMarker(entries, layout.readUpTo);
  let fold: Notice[] = [];
  let previous: Message | Notice | undefined;
  const closeFold = (): void => {
    if (fold[0]) items.push(foldNotices(fold[0], fold));
    fold = [];
  };
  const moments = listMoments(entries);
  let momentBefore: number | undefined;
  for (const [index, entry] of entries.entries()) {
    const moment = moments[index] ?? entry.timestamp;
    const newDay =
      momentBefore === undefined ? !layout.hasOlder : layout.dayOf(momentBefore) !== layout.dayOf(moment);
    momentBefore = moment;
    const broken = newDay || entry === marker || layout.pieceStarts.has(entry.key);
    if (broken || entry.kind === 'message') closeFold();
    // Keyed by the event below it: the same day may begin at another event once older ones are loaded.
    if (newDay) items.push({ type: 'day', key: `day:${entry.key}`, timestamp: moment });
    if (entry === marker) items.push({ type: 'unread', key: 'unread' });
    if (entry.kind === 'message') items.push(placeMessage(entry, broken ? undefined : previous));
    else fold.push(entry);
    previous = entry;
  }
  closeFold();
  return items;
}

/**
 * When each entry is told to have happened. Who was let into a channel before its history was brought there came, by the
 * clock, after what was said long ago: such notices count as from the day of what follows them.
 */
function listMoments(entries: readonly (Message | Notice)[]): readonly number[] {
  const moments: number[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const entry of entries.toReversed()) {
    next = entry.kind === 'notice' ? Math.min(entry.timestamp, next) : entry.timestamp;
    moments.push(next);
  }
  return moments.toReversed();
}

function foldNotices(first: Notice, notices: readonly Notice[]): TimelineItem {
  const lines = describeChanges(notices.map((notice) => notice.change));
  return { type: 'notices', key: `notices:${first.key}`, timestamp: first.timestamp, lines };
}

/** The first message of somebody else after the last one that was read. */
function findUnreadMarker(
  entries: readonly (Message | Notice)[],
  readUpTo: string | undefined,
): Message | Notice | undefined {
  if (readUpTo === undefined) return undefined;
  const last = entries.findIndex((entry) => entry.eventId === readUpTo);
  if (last === -1) return undefined;
  return entries.find((entry, index) => index > last && entry.kind === 'message' && !entry.isOwn);
}

function placeMessage(message: Message, previous: Message | Notice | undefined): TimelineItem {
  const continued =
    previous?.kind === 'message' &&
    previous.author.userId === message.author.userId &&
    previous.author.name === message.author.name &&
    message.timestamp - previous.timestamp < groupingWindow &&
    message.reply === undefined;
  return { type: 'message', key: message.key, message, continued };
}

type MemberChange = Exclude<NoticeChange['type'], 'text'>;

/** Tells many small changes in few lines: the same thing done by several people is said once. */
export function describeChanges(changes: readonly NoticeChange[]): string[] {
  const lines: string[] = [];
  let run: { type: MemberChange; names: string[] } | undefined;
  const finishRun = (): void => {
    if (run) lines.push(t(`notice.${run.type}`, { names: joinNames(run.names), count: run.names.length }));
    run = undefined;
  };
  for (const change of changes) {
    if (change.type === 'text') {
      finishRun();
      if (lines.at(-1) !== change.text) lines.push(change.text);
    } else if (run?.type === change.type) {
      if (!run.names.includes(change.name)) run.names.push(change.name);
    } else {
      finishRun();
      run = { type: change.type, names: [change.name] };
    }
  }
  finishRun();
  return lines;
}
