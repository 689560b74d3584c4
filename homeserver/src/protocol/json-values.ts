import type { JsonObject, JsonValue } from './canonical-json.ts';
import { isRawNumber } from './json-numbers.ts';

/** Whether a value of JSON is an object: no list, not null, and no number that `parseJson` kept as text. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

/** What an object has under a key itself, not by inheritance; undefined if the value is no object. */
export function ownValue(value: unknown, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as JsonObject)[key];
}
