import type { Pdu } from './events.ts';

/** How an event refers to another: a reaction to it, an edit of it, an answer in its thread. */
export interface EventRelation {
  readonly relType: string;
  /** The event that it refers to, its parent. */
  readonly eventId: string;
  /** What reactions are counted by. */
  readonly key: string | undefined;
}

/**
 * The relation that an event's content states (`m.relates_to`). A reply alone is none.
 *
 * Source: Client-Server API v1.19, "Forming relationships between events".
 * @returns undefined for an event without one, and for one whose relation has not the right form.
 */
export function relationOf({ content }: Pick<Pdu, 'content'>): EventRelation | undefined {
  const relation = content['m.relates_to'];
  if (typeof relation !== 'object' || relation === null || Array.isArray(relation)) return undefined;
  const { rel_type: relType, event_id: eventId, key } = relation;
  if (!isName(relType) || !isName(eventId)) return undefined;
  return { relType, eventId, key: isText(key) ? key : undefined };
}

/** Text that a database keeps. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

/** No type and no event ID is longer. */
function isName(value: unknown): value is string {
  return isText(value) && Buffer.byteLength(value) <= 255;
}
