import type { JsonSchema } from '../../src/http/specification/json-schema.ts';
import type { JsonObject, JsonValue } from '../../src/protocol/canonical-json.ts';

/** Things that exist, so that what is malformed beside them reaches the code behind the first check. */
export interface Samples {
  readonly userId: string;
  readonly deviceId: string;
  readonly roomId: string;
  readonly eventId: string;
  readonly guildId: string;
  readonly code: string;
  readonly mediaId: string;
  readonly filterId: string;
  /** Of a key backup. */
  readonly version: string;
}

/** A value for a path parameter of this name. */
export function sampleParam(name: string, samples: Samples): string {
  const byName: Readonly<Record<string, string>> = {
    ...samples,
    roomIdOrAlias: samples.roomId,
    roomAlias: '#nothing:test',
    eventType: 'm.room.message',
    stateKey: '',
    type: 'org.example.test',
    tag: 'u.test',
    keyName: 'displayname',
    receiptType: 'm.read',
    serverName: 'test',
    kind: 'override',
  };
  return byName[name] ?? 'sample';
}

/** A body with the properties that the schema requires, and no other. */
export function sampleBody(schema: JsonSchema, samples: Samples): JsonObject {
  const body: JsonObject = {};
  for (const key of schema.required ?? []) {
    const property = schema.properties?.[key];
    if (property) body[key] = sampleValue(key, property, samples);
  }
  const { minProperties = 0, additionalProperties } = schema;
  if (minProperties > 0 && typeof additionalProperties === 'object') {
    body.sample = sampleValue('sample', additionalProperties, samples);
  }
  return body;
}

/** A value that the schema allows. */
export function sampleValue(key: string, schema: JsonSchema, samples: Samples): JsonValue {
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  const [type] = typesOf(schema);
  switch (type) {
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return sampleBody(schema, samples);
    default:
      return sampleText(key, schema, samples);
  }
}

function sampleText(key: string, { pattern }: JsonSchema, samples: Samples): string {
  if (pattern === '^@' || key === 'user_id') return samples.userId;
  if (pattern === '^!' || key === 'room_id') return samples.roomId;
  if (key === 'version') return samples.version;
  return 'sample';
}

/** The JSON types that a schema allows; none if it does not say. */
export function typesOf({ type }: JsonSchema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}
