import type { JsonSchema } from '../../src/http/specification/json-schema.ts';
import type { JsonValue } from '../../src/protocol/canonical-json.ts';
import { typesOf } from './sample-values.ts';

/** For a path parameter, percent-encoded; `true` if no endpoint may take it. */
export const PATH_GARBAGE: readonly (readonly [written: string, refused: boolean])[] = [
  ['%', true],
  ['%zz', true],
  ['%ff%fe', true],
  ['%c0%80', true],
  ['%ed%a0%80', true],
  ['%00', true],
  ['a%00b', true],
  ['x'.repeat(2_001), true],
  ['x'.repeat(2_000), false],
  ['%F0%9F%98%80'.repeat(300), false],
  ['%40', false],
  ['%40%3A', false],
  ['%40a%3Ab%3Ac%20', false],
  ['!', false],
  ['!%3A', false],
  [`!${'x'.repeat(300)}%3Aexample.org`, false],
  ['$', false],
  ['%23', false],
  ['%23%3A', false],
  ['%2E%2E%2F%2E%2E%2Fetc', false],
  ['%20', false],
  ['%0A%0D', false],
  ['%25', false],
  ['%2525', false],
  ["'%3B--", false],
  ['__proto__', false],
  ['constructor', false],
  ['-1', false],
  ['9007199254740993', false],
  ['%E2%80%AE', false],
];

/** For a query parameter, percent-encoded; `true` if no endpoint may take it. */
export const QUERY_GARBAGE: readonly (readonly [written: string, refused: boolean])[] = [
  ['%00', true],
  ['a%00', true],
  ['%', false],
  ['%ff', false],
  ['', false],
  ['-1', false],
  ['1.5', false],
  ['1e5', false],
  ['NaN', false],
  ['99999999999999999999', false],
  ['%7B', false],
  ['%7B%7D', false],
  ['null', false],
  ['%7B%22limit%22%3A%22x%22%7D', false],
  ['%5B%22a%22%5D', false],
  ['x'.repeat(3_000), false],
  ['g1.99999999999999999999.0', false],
  ['1.2.3', false],
  ['__proto__', false],
  ['%F0%9F%98%80', false],
];

/** For a query parameter of this JSON type: what is not of it. */
export const MISTYPED: Readonly<Record<string, readonly string[]>> = {
  integer: ['many', '1.5', '%7B', '0x10', 'NaN', '1e5'],
  boolean: ['maybe', 'TRUE', '1', '%7B'],
};

const VALUES: readonly (readonly [types: readonly string[], value: JsonValue])[] = [
  [['null'], null],
  [['boolean'], true],
  [['integer', 'number'], 7],
  [['number'], 1.5],
  [['string'], 'text'],
  [['array'], []],
  [['object'], {}],
];

/** One value of each JSON type that the schema does not allow. */
export function wrongTypesFor(schema: JsonSchema): JsonValue[] {
  const allowed = typesOf(schema);
  if (allowed.length === 0) return [];
  return VALUES.filter(([types]) => !types.some((type) => allowed.includes(type))).map(([, value]) => value);
}

/** Values of the right type that no handler will like. */
export function garbageFor(schema: JsonSchema): JsonValue[] {
  return typesOf(schema).flatMap((type) => GARBAGE[type] ?? []);
}

const TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  '\u202e',
  '😀'.repeat(300),
  'x'.repeat(70_000),
  '@',
  '@:',
  '@a:b:c:d',
  '@a\0:test',
  '!',
  '#a:',
  '$',
  'mxc://',
  'mxc://a/../b',
  '../../etc/passwd',
  "'; DROP TABLE users; --",
  '__proto__',
  '%00',
  '99999999999999999999',
  '{"a":1}',
];

const GARBAGE: Readonly<Record<string, readonly JsonValue[]>> = {
  string: TEXTS,
  integer: [-1, 0, 2 ** 31, 2 ** 53, -(2 ** 53), 1e300],
  number: [-1, 0, 0.1, 2 ** 53, 1e300, -1e-300],
  boolean: [],
  array: [[null], [[]], [{}], ['\0'], [1e300]],
  object: [
    { '': '' },
    { 'a\0': 'b\0' },
    { '\ud800': '\ud800' },
    { constructor: 1, toString: 2, hasOwnProperty: 3 },
    { type: 'm.login.dummy', session: 'unknown' },
    { type: '\0', session: '\0' },
    { a: 1.5 },
    { a: 2 ** 60 },
    { a: 'x'.repeat(70_000) },
  ],
};

/** Whole bodies where an endpoint takes any content: events, account data, profile fields. */
export const CONTENTS: readonly string[] = [
  '{"a":1.5}',
  '{"a":1e400}',
  '{"a":9007199254740993}',
  '{"a":-9007199254740993}',
  '{"a":"\\u0000"}',
  '{"\\u0000":1}',
  '{"a":"\\ud800"}',
  '{"\\udfff":1}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":1}}',
  '{"":""}',
  `{"a":"${'x'.repeat(70_000)}"}`,
  `{"a":${'['.repeat(190)}${']'.repeat(190)}}`,
  `{${Array.from({ length: 5_000 }, (_, index) => `"key${index}":0`).join()}}`,
  '{"m.relates_to":1}',
  '{"m.relates_to":{"rel_type":1,"event_id":{}}}',
  '{"m.relates_to":{"rel_type":"m.annotation","event_id":"\\u0000","key":[]}}',
  '{"m.mentions":{"user_ids":[1,null,{}],"room":"yes"}}',
  '{"displayname":1}',
  '{"displayname":"\\u0000"}',
  '{"avatar_url":{"a":1}}',
  '{"membership":1}',
  '{"membership":"join","displayname":[1]}',
  '{"users":[],"events":1,"ban":"x"}',
  '{"users":{"@a:b":"100","not a user":1e300}}',
  '{"join_rule":1,"allow":"x"}',
  '{"alias":1,"alt_aliases":"x"}',
  '{"redacts":1}',
  '{"via":"x","order":1}',
  '{"replacement_room":1}',
  '{"third_party_invite":{"signed":1}}',
  '{"event_id":"\\u0000","m.fully_read":{}}',
];

/** Event types whose content means something to the server. */
export const EVENT_TYPES: readonly string[] = [
  'm.room.message',
  'm.reaction',
  'm.room.redaction',
  'm.room.create',
  'm.room.member',
  'm.room.power_levels',
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.canonical_alias',
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.encryption',
  'm.room.server_acl',
  'm.room.third_party_invite',
  'm.room.tombstone',
  'm.space.child',
  'm.space.parent',
  'io.guildhall.role',
  'io.guildhall.member',
];
