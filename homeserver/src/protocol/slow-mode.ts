import type { JsonObject } from './canonical-json.ts';
import { ownValue } from './json-values.ts';
import { relationOf } from './relations.ts';

/** The state event that says how often one may speak in a room; documented in docs/guildhall-api.md. */
export const SLOW_MODE = 'io.guildhall.slowmode';

/** Nobody waits for longer than six hours, as on Discord; in seconds. */
export const LONGEST_SLOW_MODE = 6 * 60 * 60;

/** Who moderates a room need not wait, unless it says otherwise. */
const EXEMPT_LEVEL = 50;

/** How often one may speak in a room. */
export interface SlowMode {
  /** How long somebody waits from one message to the next. */
  readonly intervalMs: number;
  /** The power level from which on one need not wait. */
  readonly exemptLevel: number;
}

/** What people say, other than what they add to it. Of what is encrypted, nobody can see which it is. */
const SPOKEN: ReadonlySet<string> = new Set([
  'm.room.message',
  'm.room.encrypted',
  'm.sticker',
  'm.poll.start',
  'org.matrix.msc3381.poll.start',
]);

/** The slow mode that a state event sets; undefined for none, and for content that is of the wrong form. */
export function slowModeOf(content: JsonObject | undefined): SlowMode | undefined {
  if (content === undefined || !isSlowMode(content)) return undefined;
  const seconds = ownValue(content, 'seconds');
  if (typeof seconds !== 'number' || seconds === 0) return undefined;
  const level = ownValue(content, 'exempt_pl');
  return { intervalMs: seconds * 1000, exemptLevel: typeof level === 'number' ? level : EXEMPT_LEVEL };
}

/** Whether content sets a slow mode or, being empty or of 0 seconds, ends it. */
export function isSlowMode(content: JsonObject): boolean {
  const seconds = ownValue(content, 'seconds');
  const level = ownValue(content, 'exempt_pl');
  const isInTime = Number.isInteger(seconds) && Number(seconds) >= 0 && Number(seconds) <= LONGEST_SLOW_MODE;
  return (seconds === undefined || isInTime) && (level === undefined || Number.isSafeInteger(level));
}

/** Whether an event says something, so that its sender has to wait before the next. Edits of one's own do not. */
export function isSpoken(event: { readonly type: string }): boolean {
  return SPOKEN.has(event.type);
}

/** The event that an edit says anew; undefined for what is no edit. */
export function editedBy(event: { readonly content: JsonObject }): string | undefined {
  const relation = relationOf(event);
  return relation?.relType === 'm.replace' ? relation.eventId : undefined;
}
