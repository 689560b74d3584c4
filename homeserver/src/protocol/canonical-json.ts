/**
 * Canonical JSON: the one byte sequence that is hashed and signed.
 *
 * Source: specification v1.19, Appendices, "Canonical JSON"; the strict form is enforced from room version 6 on.
 */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** The value has no canonical form. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError';
}

/** Nesting beyond this is refused: other servers cannot parse it either, and recursion needs an end. */
const MAX_DEPTH = 900;

/**
 * Serialises a value as canonical JSON: keys ordered by Unicode code point, no white space, integers only.
 * Keys whose value is undefined are skipped.
 * @throws {CanonicalJsonError} for fractions, integers beyond ±(2^53-1), lone surrogates, values that JSON does not
 * have, and nesting deeper than 900.
 */
export function canonicalJson(value: unknown): string {
  return serialise(value, 0);
}

function serialise(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isSafeInteger(value)) {
        throw new CanonicalJsonError(`${value} is not an integer between -(2^53-1) and 2^53-1`);
      }
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw new CanonicalJsonError(`Nested deeper than ${MAX_DEPTH}`);
      return Array.isArray(value)
        ? serialiseArray(value, depth + 1)
        : serialiseObject(value as Record<string, unknown>, depth + 1);
    default:
      throw new CanonicalJsonError(`JSON has no ${typeof value}`);
  }
}

function serialiseArray(items: readonly unknown[], depth: number): string {
  let out = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) out += ',';
    out += serialise(items[index], depth);
  }
  return `${out}]`;
}

function serialiseObject(object: Record<string, unknown>, depth: number): string {
  const keys = Object.keys(object);
  sortByCodePoint(keys);
  let out = '{';
  for (const key of keys) {
    const value = object[key];
    if (value === undefined) continue;
    if (out.length > 1) out += ',';
    out += quote(key);
    out += ':';
    out += serialise(value, depth);
  }
  return `${out}}`;
}

function quote(text: string): string {
  if (!text.isWellFormed()) throw new CanonicalJsonError('A string has a lone surrogate');
  return JSON.stringify(text);
}

const SURROGATE = /[\ud800-\udfff]/;

/** Orders strings by Unicode code point, in place. JavaScript's own order is that of UTF-16 code units. */
function sortByCodePoint(keys: string[]): void {
  let sorted = true;
  for (let index = 1; index < keys.length && sorted; index++) {
    sorted = (keys[index - 1] as string) < (keys[index] as string);
  }
  if (!sorted) keys.sort();
  if (keys.some((key) => SURROGATE.test(key))) keys.sort(compareCodePoints);
}

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
