import { invalidParam, missingParam } from '../protocol/errors.ts';

/**
 * Readers of query parameters. All reject with 400 `M_INVALID_PARAM` what has the wrong form, and give `undefined`
 * for a parameter that is absent or empty.
 */

/** @throws {MatrixError} 400 `M_MISSING_PARAM` */
export function requiredQuery(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw missingParam(`The query parameter ${name} is missing`);
  return value;
}

/** The parameter's text. */
export function textQuery(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

/** A decimal integer. Less than `least` is refused, more than `most` counts as `most`. */
export function integerQuery(
  query: URLSearchParams,
  name: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { least?: number; most?: number } = {},
): number | undefined {
  const written = query.get(name);
  if (written === null || written === '') return undefined;
  const value = Number(written);
  if (!/^[+-]?\d+$/.test(written) || value < least) {
    throw invalidParam(`The query parameter ${name} must be an integer of at least ${least}`);
  }
  return Math.min(value, most);
}

/** `true` or `false`. */
export function booleanQuery(query: URLSearchParams, name: string): boolean | undefined {
  return enumQuery(query, name, ['true', 'false'])?.startsWith('t');
}

/** One of a few words. */
export function enumQuery<const Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const written = query.get(name);
  if (written === null || written === '') return undefined;
  const word = words.find((known) => known === written);
  if (word === undefined) {
    throw invalidParam(`The query parameter ${name} must be one of ${words.join(', ')}`);
  }
  return word;
}

/** JSON in a query parameter, for instance the `filter` of `/messages`. */
export function jsonQuery(query: URLSearchParams, name: string): unknown {
  const written = query.get(name);
  if (written === null || written === '') return undefined;
  try {
    return JSON.parse(written);
  } catch {
    throw invalidParam(`The query parameter ${name} is not valid JSON`);
  }
}
