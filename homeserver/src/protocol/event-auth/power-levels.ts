import type { JsonObject, JsonValue } from '../canonical-json.ts';
import { isUserId } from '../identifiers.ts';
import { isJsonObject, ownValue } from '../json-values.ts';
import { integerOf } from '../power-levels.ts';
import type { RoomVersionRules } from '../room-versions.ts';
import { ALLOWED, type AuthContext, type AuthDecision, rejected } from './decision.ts';

const LEVELS = [
  'users_default',
  'events_default',
  'state_default',
  'ban',
  'redact',
  'kick',
  'invite',
] as const;

/** Rule 9 (in room version 12 rule 10): nobody changes what is above them, or grants more than they have. */
export function authorizePowerLevels(context: AuthContext): AuthDecision {
  const { pdu, rules } = context;
  const form = checkForm(pdu.content, context.creators, rules);
  if (!form.allowed) return form;
  // 9.4: The first power levels of a room may be any.
  const previous = context.state('m.room.power_levels', '');
  if (previous === undefined) return ALLOWED;
  const before = previous.content;
  const after = pdu.content;
  const senderLevel = context.senderLevel;
  const tooHigh = (level: number | undefined) => level !== undefined && level > senderLevel;

  // 9.5: Neither the current nor the new value of a changed level is above the sender's.
  for (const key of LEVELS) {
    const current = integerOf(ownValue(before, key), rules);
    const next = integerOf(ownValue(after, key), rules);
    if (current !== next && (tooHigh(current) || tooHigh(next)))
      return rejected(`The sender may not change ${key}`);
  }
  // 9.6, 9.7: Nor those of changed entries in events and (v6 and on) notifications.
  for (const map of rules.checkNotificationLevels ? ['events', 'notifications'] : ['events']) {
    for (const change of changes(ownValue(before, map), ownValue(after, map), rules)) {
      if (tooHigh(change.current) || tooHigh(change.next)) {
        return rejected(`The sender may not change ${map} of ${change.key}`);
      }
    }
  }
  for (const change of changes(ownValue(before, 'users'), ownValue(after, 'users'), rules)) {
    // 9.8: Users at the sender's level or above are out of reach, but for the sender.
    if (change.key !== pdu.sender && change.current !== undefined && change.current >= senderLevel) {
      return rejected(`The sender may not change the level of ${change.key}`);
    }
    // 9.9: Nobody is raised above the sender.
    if (tooHigh(change.next)) return rejected(`The sender may not raise ${change.key} above themselves`);
  }
  return ALLOWED;
}

/** 9.1 to 9.3 (v12: to 10.4): the types of the values. */
function checkForm(content: JsonObject, creators: readonly string[], rules: RoomVersionRules): AuthDecision {
  if (rules.integerPowerLevels) {
    // v10 9.1: The levels are integers.
    for (const key of LEVELS) {
      const level = ownValue(content, key);
      if (level !== undefined && integerOf(level, rules) === undefined)
        return rejected(`${key} must be an integer`);
    }
    // v10 9.2: events and notifications map to integers.
    for (const key of ['events', 'notifications']) {
      if (!mapsToIntegers(ownValue(content, key), rules)) return rejected(`${key} must map to integers`);
    }
  }
  // 9.3: users maps user IDs to integers.
  const users = ownValue(content, 'users');
  if (!mapsToIntegers(users, rules)) return rejected('users must map to integers');
  const userIds = isJsonObject(users) ? Object.keys(users) : [];
  if (!userIds.every(isUserId)) return rejected('users has a key that is not a user ID');
  // v12 10.4: Creators have no level.
  if (rules.creatorsHaveInfinitePower && userIds.some((userId) => creators.includes(userId))) {
    return rejected('users must not name creators');
  }
  return ALLOWED;
}

function mapsToIntegers(value: JsonValue | undefined, rules: RoomVersionRules): boolean {
  if (value === undefined) return true;
  if (!isJsonObject(value)) return false;
  return Object.values(value).every((level) => integerOf(level, rules) !== undefined);
}

interface Change {
  readonly key: string;
  readonly current: number | undefined;
  readonly next: number | undefined;
}

/** The entries that were added, changed or removed between two maps of levels. */
function changes(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  rules: RoomVersionRules,
): Change[] {
  const old = isJsonObject(before) ? before : {};
  const fresh = isJsonObject(after) ? after : {};
  const found: Change[] = [];
  for (const key of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
    const current = integerOf(ownValue(old, key), rules);
    const next = integerOf(ownValue(fresh, key), rules);
    if (current !== next) found.push({ key, current, next });
  }
  return found;
}
