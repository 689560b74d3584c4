import fc from 'fast-check';
import type { Endpoint } from '../src/http/endpoint.ts';
import type { JsonSchema } from '../src/http/specification/json-schema.ts';
import { allOperations } from '../src/http/specification/specification.ts';
import { type Samples, sampleParam, typesOf } from '../tests/malformed-input/sample-values.ts';

/** A request, before it is known which things there are. */
export interface FuzzRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Names things as `{roomId}`, which `fillIn` replaces. */
  readonly path: string;
  readonly body: string | undefined;
  readonly withToken: boolean;
}

/** Texts that break what was not written with them in mind. */
const ODD_TEXTS = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '/',
    '\\',
    '%',
    '%00',
    '\u0000',
    '\ud800',
    '😀',
    'é',
    '\u202e',
    '\n',
    "'",
    '"',
    '*',
    '?',
  ],
  ...[
    'null',
    'true',
    '0',
    '-1',
    '1e400',
    '9007199254740993',
    '__proto__',
    'constructor',
    'toString',
    '{}',
    '[]',
  ],
  ...[
    '@',
    '!',
    '#',
    '$',
    '@:',
    '!:',
    '#:',
    '@a:b',
    '!a:b',
    '#a:b',
    '$a',
    'm.',
    'm.room.create',
    'x'.repeat(300),
  ],
];
const ODD_NUMBERS = [
  0,
  -0,
  -1,
  0.5,
  1e21,
  -1e21,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  Number.MAX_VALUE,
  Number.MIN_VALUE,
];

const oddText = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ maxLength: 40, unit: 'binary' }));
const oddNumber = fc.oneof(fc.constantFrom(...ODD_NUMBERS), fc.integer());

/** A thing of the world, by the name that path parameters have. */
const THINGS = ['userId', 'deviceId', 'roomId', 'eventId', 'guildId', 'code', 'mediaId', 'filterId'] as const;
const thing = fc.constantFrom(...THINGS).map((name) => `{${name}}`);

const EVENT_TYPES = [
  ...[
    'm.room.message',
    'm.room.member',
    'm.room.power_levels',
    'm.room.join_rules',
    'm.room.name',
    'm.space.child',
  ],
  ...[
    'm.room.canonical_alias',
    'm.room.history_visibility',
    'm.reaction',
    'm.room.redaction',
    'm.room.tombstone',
  ],
  ...[
    'm.room.server_acl',
    'm.room.encryption',
    'm.room.create',
    'm.direct',
    'm.push_rules',
    'm.ignored_user_list',
  ],
];

const text = fc.oneof(
  { weight: 4, arbitrary: thing },
  { weight: 2, arbitrary: oddText },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...EVENT_TYPES),
  },
);

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(text, fc.oneof(text, oddNumber, fc.jsonValue({ maxDepth: 2 })), { maxKeys: 5 }),
  oddNumber,
  text,
);

/** What content of events is looked into for. */
const eventContent = fc.record(
  {
    msgtype: fc.constantFrom('m.text', 'm.image', 'm.notice'),
    body: text,
    membership: fc.constantFrom('join', 'invite', 'leave', 'ban', 'knock'),
    users: fc.dictionary(thing, oddNumber, { maxKeys: 3 }),
    'm.relates_to': fc.record(
      {
        rel_type: fc.constantFrom('m.thread', 'm.replace', 'm.annotation', 'm.reference'),
        event_id: thing,
        key: text,
      },
      { requiredKeys: [] },
    ),
    'm.mentions': junk,
    'm.new_content': junk,
    join_rule: fc.constantFrom('public', 'invite', 'knock', 'restricted', 'knock_restricted'),
    allow: junk,
    history_visibility: fc.constantFrom('joined', 'invited', 'shared', 'world_readable'),
    alias: text,
    redacts: thing,
    via: junk,
    more: junk,
  },
  { requiredKeys: [] },
);

/** Values of a schema, and now and then others. */
function someValueOf(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: rightValueOf(schema, depth) }, { weight: 1, arbitrary: junk });
}

function rightValueOf(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((one) => rightValueOf(one, depth)));
  const types = typesOf(schema);
  if (types.length === 0 || depth > 5) return junk;
  return fc.oneof(...types.map((type) => ofType(type, schema, depth)));
}

function ofType(type: string, schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer({ min: 0, max: 100 }), oddNumber);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(schema.items ? someValueOf(schema.items, depth + 1) : junk, { maxLength: 4 });
    default:
      return objectOf(schema, depth);
  }
}

function objectOf(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties, patternProperties } = schema;
  if (properties && Object.keys(properties).length > 0) {
    const values = Object.fromEntries(
      Object.entries(properties).map(([key, property]) => [key, someValueOf(property, depth + 1)]),
    );
    const requiredKeys = required.filter((key) => Object.hasOwn(values, key));
    return fc.oneof(
      { weight: 9, arbitrary: fc.record(values, { requiredKeys }) },
      { weight: 1, arbitrary: fc.record(values, { requiredKeys: [] }) },
    );
  }
  const [ofPattern] = Object.values(patternProperties ?? {});
  const others = ofPattern ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  return others ? fc.dictionary(text, someValueOf(others, depth + 1), { maxKeys: 4 }) : eventContent;
}

/** Requests to an endpoint, most of them nearly right. */
function requestTo(endpoint: Endpoint): fc.Arbitrary<FuzzRequest> {
  const body =
    endpoint.bodySchema || endpoint.body === 'json'
      ? fc.oneof(
          {
            weight: 20,
            arbitrary: someValueOf(endpoint.bodySchema ?? {}, 0).map((value) => JSON.stringify(value)),
          },
          { weight: 1, arbitrary: oddText },
          { weight: 1, arbitrary: fc.constant(undefined) },
        )
      : fc.constantFrom(undefined, '{}');
  return fc.record({
    endpoint: fc.constant(endpoint),
    method: fc.constant(endpoint.method),
    path: fc.tuple(pathOf(endpoint), queryOf(endpoint)).map(([path, query]) => path + query),
    body,
    withToken: fc.integer({ min: 0, max: 19 }).map((roll) => roll > 0),
  });
}

function pathOf({ paths }: Endpoint): fc.Arbitrary<string> {
  return fc.constantFrom(...paths).chain((template) => {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const parts = names.map((name) =>
      fc.oneof(
        { weight: 8, arbitrary: fc.constant(`{${name}}`) },
        { weight: 1, arbitrary: thing },
        { weight: 2, arbitrary: fc.oneof(fc.constantFrom(...EVENT_TYPES), oddText).map(encode) },
      ),
    );
    return fc.tuple(...parts).map((values) => {
      let index = 0;
      return template.replace(/\{\w+\}/g, () => String(values[index++]));
    });
  });
}

function queryOf({ name }: Endpoint): fc.Arbitrary<string> {
  const described = allOperations().find(({ operationId }) => operationId === name)?.parameters ?? [];
  const names = described.filter(({ in: place }) => place === 'query').map((parameter) => parameter.name);
  const values = Object.fromEntries(
    // Nobody waits long here: what is slow shall be a fault.
    names
      .filter((known) => known !== 'timeout' && known !== 'timeout_ms')
      .map((known) => [
        known,
        fc.oneof(
          thing,
          oddText.map(encode),
          oddNumber.map(String),
          fc.constantFrom('b', 'f', 'true', 'false', '1', '10'),
          eventContent.map((value) => encode(JSON.stringify(value))),
        ),
      ]),
  );
  return fc.record(values, { requiredKeys: [] }).map((query) => {
    const written = Object.entries(query).map(([key, value]) => `&${encode(key)}=${value}`);
    return `?timeout=20&timeout_ms=20${written.join('')}`;
  });
}

/** As `encodeURIComponent`, of any text. */
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

/** Requests to any of the endpoints. */
export function anyRequest(endpoints: readonly Endpoint[]): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(...endpoints.map(requestTo));
}

/** A text with the things that it names by `{name}`. */
export function fillIn(written: string, samples: Samples, write: (value: string) => string): string {
  return written.replace(/\{(\w+)\}/g, (_whole, name: string) => write(sampleParam(name, samples)));
}
