import type { RoomEventFilter } from '../../accounts/index.ts';
import { DUMMY_EVENT, type Pdu } from '../../protocol/events.ts';

/**
 * Whether a filter lets an event of a room through; its `limit` and the loading of members are the caller's.
 *
 * Source: Client-Server API v1.19, "Filtering", `RoomEventFilter`.
 */
export function passesFilter(
  filter: RoomEventFilter,
  roomId: string,
  { type, sender, content }: Pick<Pdu, 'type' | 'sender' | 'content'>,
): boolean {
  // It says nothing to anybody.
  if (type === DUMMY_EVENT) return false;
  const { contains_url: containsUrl } = filter;
  if (filter.not_rooms?.includes(roomId) || filter.rooms?.includes(roomId) === false) return false;
  if (filter.not_senders?.includes(sender) || filter.senders?.includes(sender) === false) return false;
  if (filter.not_types?.some((pattern) => matchesGlob(pattern, type))) return false;
  if (filter.types?.some((pattern) => matchesGlob(pattern, type)) === false) return false;
  return containsUrl === undefined || containsUrl === (typeof content.url === 'string');
}

/** Whether text matches a pattern in which `*` stands for any characters. Linear, whatever the pattern. */
function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
