/**
 * JSON whose numbers are more than JavaScript's: `1.0`, `1e3` and integers beyond 2^53 stay what they are.
 *
 * Rooms of versions 1 to 5 have such numbers in events, and their hashes cover the text; from version 6 on they have to
 * be told from `1` and `1000` in order to be refused. `JSON.parse` alone loses the difference.
 */

/** A number that is no safe integer, as its JSON text. `JSON.stringify` writes the text unchanged. */
export interface RawNumber {
  readonly rawJSON: string;
}

// Not in TypeScript's library yet (TC39 "JSON.parse source text access"; in Node from 22 on).
const json = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Text that may have such a number: 16 digits, or digits before a dot or an exponent, where a value begins. */
const UNUSUAL_NUMBER = /[:,[\s]-?(?:[0-9]{16}|[0-9]{1,15}[.eE])/;
const NOTHING_BUT_NUMBER = /^-?[0-9]/;

/**
 * Parses JSON as `JSON.parse` does, but numbers that are no integers within ±(2^53-1), and those written with a
 * fraction or an exponent, become a `RawNumber`. Two threads cannot exchange a `RawNumber`; send the text.
 * @throws {SyntaxError} if the text is not JSON, or is nested beyond what the stack holds.
 */
export function parseJson(text: string): unknown {
  if (!UNUSUAL_NUMBER.test(text) && !NOTHING_BUT_NUMBER.test(text)) return JSON.parse(text);
  try {
    return json.parse(text, keepUnusualNumber);
  } catch (error) {
    if (error instanceof RangeError) throw new SyntaxError('The JSON is nested too deeply', { cause: error });
    throw error;
  }
}

function keepUnusualNumber(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  return Number.isSafeInteger(value) && /^-?[0-9]+$/.test(source) ? value : json.rawJSON(source);
}

/** Whether a value is a `RawNumber`. An object with a `rawJSON` key that a client sent is none. */
export function isRawNumber(value: unknown): value is RawNumber {
  return json.isRawJSON(value);
}

/**
 * The text of a number in the canonical JSON of room versions 1 to 5, which leave it open. What counts is what
 * Synapse, a Python program, has always hashed: integers of any size in full, everything else as the shortest text
 * that stands for the same double, written as Python's `repr` does (`1.0`, `1e+16`, `1e-05`).
 * @returns undefined for numbers beyond the range of a double.
 */
export function lenientNumberText(number: number | RawNumber): string | undefined {
  if (typeof number !== 'number') {
    if (/^-?[0-9]+$/.test(number.rawJSON)) return BigInt(number.rawJSON).toString();
    return floatText(Number(number.rawJSON));
  }
  return Number.isSafeInteger(number) ? String(number) : floatText(number);
}

function floatText(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (Object.is(value, -0)) return '-0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  // Below 10^21 and from 10^-6 on JavaScript writes no exponent either.
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}
