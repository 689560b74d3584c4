import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { Pdu } from '../../protocol/events.ts';
import { isJsonObject } from '../../protocol/json-values.ts';

/** Where the text is that an event is found by, as `keys` of a search name it. */
export const SEARCH_KEYS = ['content.body', 'content.name', 'content.topic'] as const;
export type SearchKey = (typeof SEARCH_KEYS)[number];

const KEY_OF_TYPE: ReadonlyMap<string, SearchKey> = new Map([
  ['m.room.message', 'content.body'],
  ['m.room.name', 'content.name'],
  ['m.room.topic', 'content.topic'],
]);

/** The key whose text an event of this type is found by. */
export function searchKeyOf({ type }: Pick<Pdu, 'type'>): SearchKey | undefined {
  return KEY_OF_TYPE.get(type);
}

/**
 * The text that an event is found by.
 *
 * Source: Client-Server API v1.19, `POST /search`, `keys`.
 * @param edit the content of the edit that counts for it.
 */
export function searchableText(pdu: Pick<Pdu, 'type' | 'content'>, edit?: JsonObject): string {
  const key = searchKeyOf(pdu);
  if (key === undefined) return '';
  const edited = edit?.['m.new_content'];
  const content = isJsonObject(edited) ? edited : pdu.content;
  const text = content[key.slice('content.'.length)];
  return typeof text === 'string' ? text : '';
}
