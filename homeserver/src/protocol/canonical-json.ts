import { MatrixError } from './errors.ts';
import { isRawNumber, lenientNumberText } from './json-numbers.ts';

/**
 * Canonical JSON: the one byte sequence that is hashed and signed.
 *
 * Source: specification v1.19, Appendices, "Canonical JSON"; Room versions 1 and 6, "Canonical JSON".
 */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** The value has no canonical form. To a client that sent it: 400 `M_BAD_JSON`. */
export class CanonicalJsonError extends MatrixError {
  constructor(message: string) {
    super(400, 'M_BAD_JSON', message);
  }
}

/** Nesting beyond this is refused: Synapse cannot parse it either, and recursion needs an end. */
const MAX_JSON_DEPTH = 900;

/**
 * Serialises a value as canonical JSON: keys ordered by Unicode code point, no white space, integers only.
 * Keys whose value is undefined are skipped.
 * @throws {CanonicalJsonError} for fractions, numbers that were written as such (`1.0`, `1e3`; see `parseJson`),
 * integers beyond ±(2^53-1), lone surrogates, values that JSON does not have, and nesting deeper than 900.
 */
export function canonicalJson(value: unknown): string {
  return serialise(value, true, 0);
}

/**
 * As `canonicalJson`, for events of room versions 1 to 5: any number that a double or an integer can be is allowed.
 * @throws {CanonicalJsonError} as `canonicalJson`, but for numbers only if they are infinite.
 */
export function lenientCanonicalJson(value: unknown): string {
  return serialise(value, false, 0);
}

function serialise(value: unknown, strict: boolean, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (Number.isSafeInteger(value)) return String(value);
      return serialiseUnusualNumber(value, strict);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_JSON_DEPTH) throw new CanonicalJsonError(`Nested deeper than ${MAX_JSON_DEPTH}`);
      if (Array.isArray(value)) return serialiseArray(value, strict, depth + 1);
      return serialiseObject(value as Record<string, unknown>, strict, depth + 1);
    default:
      throw new CanonicalJsonError(`JSON has no ${typeof value}`);
  }
}

function serialiseArray(items: readonly unknown[], strict: boolean, depth: number): string {
  let out = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) out += ',';
    out += serialise(items[index], strict, depth);
  }
  return `${out}]`;
}

function serialiseObject(object: Record<string, unknown>, strict: boolean, depth: number): string {
  const keys = Object.keys(object);
  // The one key of a RawNumber; the question itself costs too much to ask of every object.
  if (keys.length === 1 && keys[0] === 'rawJSON' && isRawNumber(object)) {
    return serialiseUnusualNumber(object, strict);
  }
  sortByCodePoint(keys);
  let out = '{';
  for (const key of keys) {
    const value = object[key];
    if (value === undefined) continue;
    if (out.length > 1) out += ',';
    out += quoteKey(key);
    out += serialise(value, strict, depth);
  }
  return `${out}}`;
}

function serialiseUnusualNumber(number: Parameters<typeof lenientNumberText>[0], strict: boolean): string {
  const text = strict ? undefined : lenientNumberText(number);
  if (text !== undefined) return text;
  const shown = typeof number === 'number' ? String(number) : number.rawJSON.slice(0, 40);
  throw new CanonicalJsonError(`${shown} is not an integer between -(2^53-1) and 2^53-1`);
}

function quote(text: string): string {
  if (!text.isWellFormed()) throw new CanonicalJsonError('A string has a lone surrogate');
  return JSON.stringify(text);
}

const MAX_CACHED_KEYS = 4096;
const MAX_CACHED_KEY_LENGTH = 64;
/** Keys, quoted and with their colon: events use the same few again and again. */
const quotedKeys = new Map<string, string>();

function quoteKey(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const quoted = `${quote(key)}:`;
  if (key.length <= MAX_CACHED_KEY_LENGTH) {
    if (quotedKeys.size >= MAX_CACHED_KEYS) quotedKeys.clear();
    quotedKeys.set(key, quoted);
  }
  return quoted;
}

/** Orders the keys of an object by Unicode code point, in place. JavaScript's own order is that of UTF-16 code units. */
function sortByCodePoint(keys: string[]): void {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] as string) > (keys[index] as string)) {
      keys.sort();
      break;
    }
  }
  // Only surrogates make the two orders differ.
  for (const key of keys) {
    if (SURROGATE.test(key)) {
      keys.sort(compareCodePoints);
      return;
    }
  }
}

const SURROGATE = /[\ud800-\udfff]/;

/** Compares two strings by Unicode code point: negative, zero or positive. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Moves the surrogates, which stand for code points from U+10000 on, behind U+E000 to U+FFFF. */
function rank(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit;
  return codeUnit < 0xe000 ? codeUnit + 0x2000 : codeUnit - 0x800;
}
