import type { Endpoint } from '../../src/http/endpoint.ts';
import type { JsonSchema } from '../../src/http/specification/json-schema.ts';
import {
  allFederationOperations,
  allOperations,
  type OperationData,
} from '../../src/http/specification/specification.ts';
import type { JsonObject, JsonValue } from '../../src/protocol/canonical-json.ts';
import {
  CONTENTS,
  EVENT_TYPES,
  garbageFor,
  MISTYPED,
  PATH_GARBAGE,
  QUERY_GARBAGE,
  wrongTypesFor,
} from './garbage.ts';
import { type Samples, sampleBody, sampleParam, sampleValue, typesOf } from './sample-values.ts';

/** One malformed request. */
export interface Probe {
  /** What is wrong with it. */
  readonly fault: string;
  readonly method: string;
  /** With the query, percent-encoded. */
  readonly path: string;
  readonly token: 'valid' | 'unknown' | 'none';
  readonly body?: string | Buffer;
  /** Announced, whatever the body has. */
  readonly contentLength?: number;
  /** Unless given, any answer below 500 will do, as long as an error has the form of one. */
  readonly expected?: { readonly status: number; readonly errcode: string };
}

const BAD_JSON = { status: 400, errcode: 'M_BAD_JSON' };
const NOT_JSON = { status: 400, errcode: 'M_NOT_JSON' };
const BAD_PARAM = { status: 400, errcode: 'M_INVALID_PARAM' };

/** What the specification says of the parameters of an endpoint, by its name. */
const PARAMETERS = new Map<string, OperationData['parameters']>([
  ...allOperations().map(({ operationId, parameters }) => [operationId, parameters] as const),
  ...allFederationOperations().map(
    ({ operationId, parameters }) => [`federation.${operationId}`, parameters] as const,
  ),
]);

/** Everything that is sent to one endpoint. */
export function* probesOf(endpoint: Endpoint, samples: Samples): Generator<Probe> {
  const path = pathWith(endpoint, samples);
  const whole = {
    method: endpoint.method,
    path,
    token: endpoint.auth === 'none' ? 'none' : 'valid',
    ...(readsJson(endpoint) && { body: JSON.stringify(sampleBody(endpoint.bodySchema ?? {}, samples)) }),
  } as const;
  yield {
    ...whole,
    fault: 'wrong method',
    method: 'PATCH',
    expected: { status: 405, errcode: 'M_UNRECOGNIZED' },
  };
  if (endpoint.auth !== 'server') yield* tokenProbes(endpoint, whole);
  yield* pathProbes(endpoint, samples, whole);
  yield* queryProbes(endpoint, samples, whole);
  if (readsJson(endpoint)) yield* bodyProbes(endpoint, samples, whole);
  // Last, since it may do what the endpoint is for.
  yield { ...whole, fault: 'nothing but required properties' };
}

function readsJson({ body }: Endpoint): boolean {
  return body === 'json' || body === 'optional-json';
}

function* tokenProbes({ auth }: Endpoint, whole: Omit<Probe, 'fault'>): Generator<Probe> {
  if (auth === 'none') return;
  const unknownToken = { status: 401, errcode: 'M_UNKNOWN_TOKEN' };
  yield { ...whole, fault: 'unknown token', token: 'unknown', expected: unknownToken };
  if (auth === 'optional') return;
  const missingToken = { status: 401, errcode: 'M_MISSING_TOKEN' };
  yield { ...whole, fault: 'missing token', token: 'none', expected: missingToken };
  yield { ...whole, fault: 'missing token and body', token: 'none', body: '{', expected: missingToken };
}

function pathWith(
  { paths: [template = ''] }: Endpoint,
  samples: Samples,
  changed: Record<string, string> = {},
): string {
  return template.replace(
    /\{(\w+)\}/g,
    (_whole, name: string) => changed[name] ?? encodeURIComponent(sampleParam(name, samples)),
  );
}

function* pathProbes(endpoint: Endpoint, samples: Samples, whole: Omit<Probe, 'fault'>): Generator<Probe> {
  for (const [, name = ''] of endpoint.paths[0]?.matchAll(/\{(\w+)\}/g) ?? []) {
    for (const [written, refused] of PATH_GARBAGE) {
      yield {
        ...whole,
        fault: `${name} in the path is ${written.slice(0, 60)}`,
        path: pathWith(endpoint, samples, { [name]: written }),
        ...(refused && { expected: BAD_PARAM }),
      };
    }
  }
}

/** Media that need no token are frozen: these say so, whatever else is wrong. */
const FROZEN = ['getContent', 'getContentOverrideName', 'getContentThumbnail'];

function* queryProbes(endpoint: Endpoint, samples: Samples, whole: Omit<Probe, 'fault'>): Generator<Probe> {
  const parameters = (PARAMETERS.get(endpoint.name) ?? []).filter(({ in: place }) => place === 'query');
  const needed = parameters
    .filter(({ required }) => required)
    .map(({ name, schema }) => `&${name}=${encodeURIComponent(String(sampleValue(name, schema, samples)))}`);
  for (const { name, schema } of parameters) {
    const others = needed.filter((written) => !written.startsWith(`&${name}=`)).join('');
    const probeWith = (written: string): Omit<Probe, 'expected'> => ({
      ...whole,
      fault: `${name} in the query is ${written.slice(0, 60)}`,
      path: `${whole.path}?${encodeURIComponent(name)}=${written}${others}`,
    });
    for (const [written, refused] of QUERY_GARBAGE) {
      yield { ...probeWith(written), ...(refused && { expected: BAD_PARAM }) };
    }
    const mistyped = FROZEN.includes(endpoint.name) ? [] : MISTYPED[typesOf(schema)[0] ?? ''];
    for (const written of mistyped ?? []) yield { ...probeWith(written), expected: BAD_PARAM };
  }
}

function* bodyProbes(endpoint: Endpoint, samples: Samples, whole: Omit<Probe, 'fault'>): Generator<Probe> {
  for (const body of [
    '{',
    '{"a":',
    'a=b',
    '{"a":1}}',
    "{'a':1}",
    '\u0000',
    '{"a":01}',
    Buffer.from([0x22, 0xff, 0x22]),
  ]) {
    yield { ...whole, fault: `body is ${body}`, body, expected: NOT_JSON };
  }
  if (endpoint.body === 'json') yield { ...whole, fault: 'no body', body: '', expected: NOT_JSON };
  for (const body of ['[]', '"a"', '1', 'null', 'true', '[{}]']) {
    yield { ...whole, fault: `body is ${body}`, body, expected: BAD_JSON };
  }
  yield {
    ...whole,
    fault: 'body nested too deeply',
    body: `{"a":${'['.repeat(50_000)}`,
    expected: BAD_JSON,
  };
  const tooLarge = { status: 413, errcode: 'M_TOO_LARGE' };
  yield { ...whole, fault: 'body too large', contentLength: endpoint.maxBodyBytes + 1, expected: tooLarge };
  const schema = endpoint.bodySchema ?? {};
  const body = sampleBody(schema, samples);
  for (const key of schema.required ?? []) {
    const { [key]: _removed, ...rest } = body;
    const expected = { status: 400, errcode: 'M_MISSING_PARAM' };
    yield { ...whole, fault: `${key} is missing`, body: JSON.stringify(rest), expected };
  }
  yield* propertyProbes(schema, samples, whole, (value) => value, []);
  if (!schema.properties) yield* contentProbes(endpoint, samples, whole);
}

/** Free content; where the path names an event type, of every type that the server itself looks into. */
function* contentProbes(endpoint: Endpoint, samples: Samples, whole: Omit<Probe, 'fault'>): Generator<Probe> {
  const takesEvents = endpoint.paths[0]?.includes('{eventType}');
  for (const eventType of takesEvents ? EVENT_TYPES : ['']) {
    const path = takesEvents ? pathWith(endpoint, samples, { eventType }) : whole.path;
    for (const content of CONTENTS) {
      yield { ...whole, fault: `body is ${content.slice(0, 60)}`, path, body: content };
    }
  }
}

/** Wrong types and garbage for every property that the schema names, however deep. */
function* propertyProbes(
  schema: JsonSchema,
  samples: Samples,
  whole: Omit<Probe, 'fault'>,
  embed: (value: JsonObject) => JsonObject,
  place: readonly string[],
): Generator<Probe> {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const bodyWith = (value: JsonValue): string =>
      JSON.stringify(embed({ ...sampleBody(schema, samples), [key]: value }));
    const name = [...place, key].join('.');
    // At the top, null counts as absent where nothing is required.
    const nullable = place.length === 0 && !schema.required?.includes(key);
    for (const value of wrongTypesFor(property)) {
      if (value === null && nullable) continue;
      const fault = `${name} is ${JSON.stringify(value)}`;
      yield { ...whole, fault, body: bodyWith(value), expected: BAD_JSON };
    }
    for (const value of garbageFor(property)) {
      yield { ...whole, fault: `${name} is ${JSON.stringify(value).slice(0, 60)}`, body: bodyWith(value) };
    }
    const inner = property.type === 'array' ? property.items : property;
    if (inner?.properties) {
      yield* propertyProbes(
        inner,
        samples,
        whole,
        (value) =>
          embed({ ...sampleBody(schema, samples), [key]: property.type === 'array' ? [value] : value }),
        [...place, key],
      );
    } else if (inner && property.type === 'array') {
      for (const value of wrongTypesFor(inner)) {
        const fault = `${name} is ${JSON.stringify([value])}`;
        yield { ...whole, fault, body: bodyWith([value]), expected: BAD_JSON };
      }
      for (const value of garbageFor(inner)) {
        yield {
          ...whole,
          fault: `${name} is ${JSON.stringify([value]).slice(0, 60)}`,
          body: bodyWith([value]),
        };
      }
      const many = Array.from({ length: 2_000 }, () => sampleValue(key, inner, samples));
      yield { ...whole, fault: `${name} has 2000 elements`, body: bodyWith(many) };
    }
  }
}
