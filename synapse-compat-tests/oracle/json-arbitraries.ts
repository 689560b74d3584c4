import fc from 'fast-check';
import { parseJson } from '../../homeserver/src/protocol/json-numbers.ts';

/** JSON as text, with everything in which two implementations may differ. */

const STRINGS = [
  ...[
    '',
    'a',
    'aa',
    'b',
    '9',
    '10',
    '__proto__',
    'constructor',
    'rawJSON',
    'membership',
    'signed',
    '1.5',
    ' 2e5 ',
  ],
  ...[
    '\u0000',
    '\u001f',
    '\u007f',
    '\n"\\/\b\f\r\t',
    'é',
    'e\u0301',
    '\u2028',
    '日本',
    '\ue000',
    '\uffff',
    '\u{10000}x',
  ],
];
const STRING_TEXTS = [...STRINGS.map((text) => JSON.stringify(text)), '"\\u0041\\/\\ud83d\\ude00"'];

const digits = (atMost: number) =>
  fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: atMost }).map((all) => all.join(''));
const integers = fc
  .tuple(fc.constantFrom('', '-'), digits(30))
  .map(([sign, text]) => `${sign}${BigInt(text)}`);
const fractions = fc.tuple(integers, digits(20)).map(([integer, text]) => `${integer}.${text}`);
const exponents = fc
  .tuple(
    fc.oneof(integers, fractions),
    fc.constantFrom('e', 'E'),
    fc.constantFrom('', '+', '-'),
    fc.nat({ max: 40 }),
  )
  .map(([number, e, sign, exponent]) => `${number}${e}${sign}${exponent}`);
const limits = fc.constantFrom(
  '9007199254740991',
  '9007199254740992',
  '-9007199254740991',
  '-9007199254740992',
  '-0',
  '1e400',
);
const tame = fc.integer({ min: -2000, max: 2000 }).map(String);

/** JSON texts of any numbers, and of strings that have no canonical form. */
export function wildJsonTexts(): fc.Arbitrary<string> {
  const strings = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...STRING_TEXTS) },
    { weight: 1, arbitrary: fc.constantFrom('"\\ud800"', '"\\udc00 x"') },
  );
  return jsonTexts(fc.oneof(tame, integers, fractions, exponents, limits), strings);
}

/** JSON values that may stand in events of a room version. */
export function jsonValues(strict: boolean): fc.Arbitrary<unknown> {
  const safe = fc.oneof(tame, fc.constantFrom('9007199254740991', '-9007199254740991', '0'));
  // Not beyond the range of doubles, which no version takes.
  const numbers = strict ? safe : fc.oneof(safe, integers, fractions);
  return jsonTexts(numbers, fc.constantFrom(...STRING_TEXTS)).map(parseJson);
}

function jsonTexts(numbers: fc.Arbitrary<string>, strings: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const scalars = fc.oneof(fc.constantFrom('null', 'true', 'false'), numbers, strings);
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 2, arbitrary: scalars },
      { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }).map((all) => `[${all.join(', ')}]`) },
      {
        weight: 2,
        arbitrary: fc
          .array(fc.tuple(strings, tie('value')), { maxLength: 5 })
          .map((all) => `{${all.map(([key, text]) => `${key}: ${text}`).join(',')}}`),
      },
    ),
  }));
  return value;
}
