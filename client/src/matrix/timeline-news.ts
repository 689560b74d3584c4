import type { MatrixEvent } from 'matrix-js-sdk';
import type { Message, News, Notice } from './types.ts';

type Entry = Message | Notice;

/**
 * The last event that was read and is shown: a receipt may stand at a reaction or an edit, which are no entries of
 * their own. An event that is not loaded comes back as it is.
 */
export function findLastRead(
  events: readonly MatrixEvent[],
  entries: readonly Entry[],
  readUpTo: string | undefined,
): string | undefined {
  const place = events.findLastIndex((event) => event.getId() === readUpTo);
  if (place === -1) return readUpTo;
  const shown = new Set(entries.map(({ eventId }) => eventId));
  return (
    events.findLast((event, index) => index <= place && shown.has(event.getId() ?? ''))?.getId() ?? readUpTo
  );
}

/** What others said since a channel was read last. Nothing is new to those who have spoken since. */
export function readNews(entries: readonly Entry[], readUpTo: string | undefined): News | undefined {
  if (readUpTo === undefined) return undefined;
  const last = entries.findLastIndex((entry) => entry.eventId === readUpTo);
  const since = entries.slice(last + 1).filter((entry) => entry.kind === 'message');
  const [first] = since;
  if (!first || since.some(({ isOwn }) => isOwn)) return undefined;
  return { readUpTo, count: since.length, since: first.timestamp, isComplete: last !== -1 };
}

/** The message at an event or next to it, the later one first. */
export function findMessageAt(
  events: readonly MatrixEvent[],
  entries: readonly Entry[],
  eventId: string,
): string | undefined {
  const messages = new Set(entries.flatMap((entry) => (entry.kind === 'message' ? [entry.eventId] : [])));
  const isMessage = (event: MatrixEvent): boolean => messages.has(event.getId() ?? '');
  const place = events.findIndex((event) => event.getId() === eventId);
  const found = events.slice(place).find(isMessage) ?? events.slice(0, place).findLast(isMessage);
  return found?.getId();
}
