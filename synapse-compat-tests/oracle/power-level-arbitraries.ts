import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../homeserver/src/protocol/canonical-json.ts';
import { parseJson } from '../../homeserver/src/protocol/json-numbers.ts';
import { isJsonObject } from '../../homeserver/src/protocol/json-values.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { USERS } from './event-maker.ts';

/** Few, so that they often meet. */
const INTEGERS = [
  ...[0, 0, 0, 50, 50, 50, 50, 100, 100, 100],
  ...[-10, 1, 25, 49, 51, 75, 99, 101, Number.MAX_SAFE_INTEGER],
];
const STRINGS = ['50', ' 100 ', '+25', '-10', '007', '\t99\n'];
/** As they are read from events, where `50.7` is not the number that JavaScript makes of it. */
const FRACTIONS = parseJson('[50.7, -0.5, 1e2, 100.0, 4.99e1]') as JsonValue[];
/** Values that the specification does not take for levels, but Python does, and what it makes of them. */
export const INTEGERS_TO_PYTHON: ReadonlyMap<JsonValue, number> = new Map<JsonValue, number>([
  ['1_000', 1000],
  ['٣', 3],
  [true, 1],
]);
const NOT_LEVELS: JsonValue[] = ['abc', '', '5 0', '50.5', null, [], {}, ...INTEGERS_TO_PYTHON.keys()];

/** The keys of single levels. */
export const LEVEL_KEYS = 'ban kick invite redact users_default events_default state_default'.split(' ');

/** The maps of levels, and keys that they may have. */
export const ENTRY_KEYS: Readonly<Record<string, readonly string[]>> = {
  users: USERS,
  events: 'm.room.name m.room.power_levels m.room.message m.room.member m.room.redaction x'.split(' '),
  notifications: ['room', 'x'],
};
const NOT_USER_IDS = [
  'nobody',
  '@',
  '@:',
  '@nobody',
  '@x:',
  '@x:bad_domain',
  '@x:a.test:port',
  `@${'x'.repeat(260)}:a.test`,
];

/** A change of the content of power levels. */
type Edit = (content: JsonObject) => void;

/** Levels that the room version knows, and now and then something else. */
function levelsOf(rules: RoomVersionRules, oddity: number): fc.Arbitrary<JsonValue> {
  const fractions = rules.strictCanonicalJson ? [] : FRACTIONS;
  const old = rules.integerPowerLevels ? INTEGERS : [...STRINGS, ...fractions];
  return fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...INTEGERS) },
    { weight: 8, arbitrary: fc.constantFrom(...old) },
    { weight: oddity, arbitrary: fc.constantFrom(...NOT_LEVELS) },
  );
}

function editsOf(rules: RoomVersionRules, oddity: number): fc.Arbitrary<Edit> {
  const levels = fc.option(levelsOf(rules, oddity), { freq: 6, nil: undefined });
  const level = fc.tuple(fc.constantFrom(...LEVEL_KEYS), levels).map(
    ([key, value]) =>
      (content: JsonObject) =>
        put(content, key, value),
  );
  const entry = fc.constantFrom('users', 'users', 'events', 'notifications').chain((map) =>
    fc.tuple(fc.constantFrom(...(ENTRY_KEYS[map] ?? [])), levels).map(
      ([key, value]) =>
        (content: JsonObject) =>
          putEntry(content, map, key, value),
    ),
  );
  const oddUser = fc
    .constantFrom(...NOT_USER_IDS)
    .map((key) => (content: JsonObject) => putEntry(content, 'users', key, 0));
  const oddMap = fc
    .tuple(fc.constantFrom(...Object.keys(ENTRY_KEYS)), fc.constantFrom<JsonValue>([], 5, 'x', null))
    .map(
      ([map, value]) =>
        (content: JsonObject) =>
          put(content, map, value),
    );
  return fc.oneof(
    { weight: 20, arbitrary: level },
    { weight: 30, arbitrary: entry },
    { weight: oddity, arbitrary: oddUser },
    { weight: oddity, arbitrary: oddMap },
  );
}

/**
 * New power levels, given the ones before.
 * @param atMost how many changes.
 * @param isVetted whether the rules allowed their form.
 */
export function powerLevelChangesOf(
  rules: RoomVersionRules,
  atMost: number,
  isVetted: boolean,
): fc.Arbitrary<(before: JsonObject) => JsonObject> {
  const oddity = isVetted && rules.integerPowerLevels ? 0 : 1;
  return fc.array(editsOf(rules, oddity), { maxLength: atMost, size: 'max' }).map((chosen) => (before) => {
    const content = copyLevels(before);
    for (const edit of chosen) edit(content);
    return content;
  });
}

/** Numbers kept as text must not be copied in depth. */
function copyLevels(content: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, isJsonObject(value) ? { ...value } : value]),
  );
}

function put(object: JsonObject, key: string, value: JsonValue | undefined): void {
  if (value === undefined) delete object[key];
  else object[key] = value;
}

function putEntry(content: JsonObject, map: string, key: string, value: JsonValue | undefined): void {
  const entries = content[map] ?? {};
  if (!isJsonObject(entries)) return;
  put(entries, key, value);
  content[map] = entries;
}
