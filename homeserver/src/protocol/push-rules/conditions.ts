import type { JsonValue } from '../canonical-json.ts';
import { compileGlob, compileWordGlob, containsWord } from './glob.ts';
import { type PushEvent, parsePropertyPath } from './push-event.ts';
import type { PushCondition } from './ruleset.ts';

/** Whose rules are evaluated. */
export interface PushUser {
  readonly userId: string;
  /** The user's display name in the room. */
  readonly displayName?: string | undefined;
}

/** A condition made ready. */
export type Matcher = (event: PushEvent, user: PushUser) => boolean;

/**
 * Makes a condition ready; undefined if it can never match: an unknown kind, or a parameter that is missing or makes
 * no sense.
 *
 * Source: Client-Server API v1.19, "Push Rules", "Conditions".
 */
export function compileCondition(condition: PushCondition): Matcher | undefined {
  switch (condition.kind) {
    case 'event_match':
      return compileEventMatch(condition);
    case 'event_property_is':
      return compilePropertyIs(condition);
    case 'event_property_contains':
      return compilePropertyContains(condition);
    case 'room_member_count':
      return compileMemberCount(condition);
    case 'sender_notification_permission': {
      const { key } = condition;
      return key === undefined ? undefined : (event) => event.room.senderMayNotify(key);
    }
    case 'contains_display_name':
      return containsDisplayName;
    default:
      return undefined;
  }
}

function compileEventMatch({ key, pattern }: PushCondition): Matcher | undefined {
  if (key === undefined || pattern === undefined) return undefined;
  const path = parsePropertyPath(key);
  const matches = key === 'content.body' ? compileWordGlob(pattern) : compileGlob(pattern);
  return (event) => {
    const text = event.lowerCaseAt(path);
    return text !== undefined && matches(text);
  };
}

function compilePropertyIs({ key, value }: PushCondition): Matcher | undefined {
  if (key === undefined || !isScalar(value)) return undefined;
  const path = parsePropertyPath(key);
  return (event) => event.valueAt(path) === value;
}

function compilePropertyContains({ key, value }: PushCondition): Matcher | undefined {
  if (key === undefined || !isScalar(value)) return undefined;
  const path = parsePropertyPath(key);
  return (event) => {
    const list = event.valueAt(path);
    return Array.isArray(list) && list.includes(value);
  };
}

function isScalar(value: JsonValue | undefined): value is string | number | boolean | null {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}

function compileMemberCount({ is }: PushCondition): Matcher | undefined {
  const [, operator, digits] = /^(==|<=|>=|<|>|)([0-9]+)$/.exec(is ?? '') ?? [];
  if (operator === undefined) return undefined;
  const count = Number(digits);
  switch (operator) {
    case '<':
      return (event) => event.room.memberCount < count;
    case '>':
      return (event) => event.room.memberCount > count;
    case '<=':
      return (event) => event.room.memberCount <= count;
    case '>=':
      return (event) => event.room.memberCount >= count;
    default:
      return (event) => event.room.memberCount === count;
  }
}

const BODY = ['content', 'body'];

/** Deprecated, and in none of the default rules since v1.17; users may still have rules with it. */
function containsDisplayName(event: PushEvent, { displayName }: PushUser): boolean {
  if (displayName === undefined || displayName === '') return false;
  const body = event.lowerCaseAt(BODY);
  return body !== undefined && containsWord(body, displayName.toLowerCase());
}
