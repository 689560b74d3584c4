import type { JsonValue } from '../../protocol/canonical-json.ts';
import { invalidParam } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';

/**
 * Which events of a room a client wants: a `RoomEventFilter`.
 *
 * Source: Client-Server API v1.19, "Filtering".
 */
export interface RoomEventFilter {
  readonly limit?: number;
  readonly types?: readonly string[];
  readonly not_types?: readonly string[];
  readonly senders?: readonly string[];
  readonly not_senders?: readonly string[];
  readonly rooms?: readonly string[];
  readonly not_rooms?: readonly string[];
  readonly contains_url?: boolean;
  readonly lazy_load_members?: boolean;
}

const LISTS = ['types', 'not_types', 'senders', 'not_senders', 'rooms', 'not_rooms'] as const;
const SWITCHES = ['contains_url', 'lazy_load_members'] as const;

/**
 * Checks a filter that a client sent.
 *
 * @throws MatrixError 400 `M_INVALID_PARAM` naming what is wrong.
 */
export function readEventFilter(value: unknown): RoomEventFilter {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidParam('filter must be a JSON object');
  }
  const filter = value as Readonly<Record<string, unknown>>;
  for (const key of LISTS) {
    const list = filter[key] ?? [];
    if (!Array.isArray(list) || list.some((item) => typeof item !== 'string')) {
      throw invalidParam(`filter.${key} must be a list of strings`);
    }
  }
  for (const key of SWITCHES) {
    if (typeof (filter[key] ?? false) !== 'boolean')
      throw invalidParam(`filter.${key} must be true or false`);
  }
  const limit = filter.limit ?? 0;
  if (!Number.isSafeInteger(limit) || Number(limit) < 0) {
    throw invalidParam('filter.limit must be an integer of at least 0');
  }
  const given = Object.entries(filter).filter(([, wanted]) => wanted !== null);
  return Object.fromEntries(given) as RoomEventFilter;
}

/** Whether a filter lets an event through; its `limit` and the loading of members are the caller's. */
export function passesFilter(
  filter: RoomEventFilter,
  roomId: string,
  { type, sender, content }: Pick<Pdu, 'type' | 'sender' | 'content'>,
): boolean {
  const { contains_url: containsUrl } = filter;
  if (filter.not_rooms?.includes(roomId) || filter.rooms?.includes(roomId) === false) return false;
  if (filter.not_senders?.includes(sender) || filter.senders?.includes(sender) === false) return false;
  if (filter.not_types?.some((pattern) => matchesGlob(pattern, type))) return false;
  if (filter.types?.some((pattern) => matchesGlob(pattern, type)) === false) return false;
  return containsUrl === undefined || containsUrl === isText(content.url);
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === 'string';
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
