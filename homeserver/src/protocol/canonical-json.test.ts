import { expect } from 'chai';
import fc from 'fast-check';
import {
  CanonicalJsonError,
  canonicalJson,
  compareCodePoints,
  lenientCanonicalJson,
} from './canonical-json.ts';
import { parseJson } from './json-numbers.ts';

/** Input and output of the examples in the specification (v1.19, Appendices, "Canonical JSON"). */
const PUBLISHED: [string, string][] = [
  ['{}', '{}'],
  ['{"one": 1, "two": "Two"}', '{"one":1,"two":"Two"}'],
  ['{"b": "2", "a": "1"}', '{"a":"1","b":"2"}'],
  ['{"b":"2","a":"1"}', '{"a":"1","b":"2"}'],
  [
    `{"auth": {"success": true, "mxid": "@john.doe:example.com", "profile": {"display_name": "John Doe",
      "three_pids": [{"medium": "email", "address": "john.doe@example.org"},
                     {"medium": "msisdn", "address": "123456789"}]}}}`,
    '{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":[{"address":"john.doe@example.org","medium":"email"},{"address":"123456789","medium":"msisdn"}]},"success":true}}',
  ],
  ['{"a": "日本語"}', '{"a":"日本語"}'],
  ['{"本": 2, "日": 1}', '{"日":1,"本":2}'],
  ['{"a": "\\u65E5"}', '{"a":"日"}'],
  ['{"a": null}', '{"a":null}'],
  ['{"a": -0, "b": 1e10}', '{"a":0,"b":10000000000}'],
];

describe('canonical JSON', () => {
  for (const [input, output] of PUBLISHED) {
    it(`serialises the published example ${input.slice(0, 30)}`, () => {
      expect(canonicalJson(JSON.parse(input))).to.equal(output);
    });
  }

  it('orders keys by code point where UTF-16 would order them otherwise', () => {
    expect(canonicalJson({ '\u{10000}': 1, '\uffff': 2, a: 3 })).to.equal('{"a":3,"\uffff":2,"\u{10000}":1}');
  });

  it('orders keys that look like integers as text', () => {
    expect(canonicalJson({ 10: 1, 9: 2, a: 3 })).to.equal('{"10":1,"9":2,"a":3}');
  });

  it('treats __proto__ as a key like any other', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1},"a":2}'))).to.equal('{"__proto__":{"a":1},"a":2}');
  });

  it('escapes control characters with lower-case digits, and nothing that needs no escape', () => {
    expect(canonicalJson('\u0000\u001f\b\t\n\f\r"\\/\u007f\u2028é')).to.equal(
      '"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028é"',
    );
  });

  it('skips keys without a value', () => {
    expect(canonicalJson({ a: undefined, b: 1, c: undefined })).to.equal('{"b":1}');
  });

  it('refuses what has no canonical form', () => {
    const wrong = [1.5, 2 ** 53, -(2 ** 53), Number.NaN, '\ud800', { '\udc00': 1 }, [undefined], 1n, () => 1];
    for (const value of wrong) expect(() => canonicalJson(value), String(value)).to.throw(CanonicalJsonError);
  });

  it('refuses numbers that were written with a fraction or an exponent', () => {
    for (const text of ['1.0', '1e3', '-0.0', '9007199254740992', '[1,2.0]']) {
      expect(() => canonicalJson(parseJson(text)), text).to.throw(CanonicalJsonError);
    }
  });

  it('tells clients that such JSON is bad', () => {
    expect(() => canonicalJson(0.5))
      .to.throw()
      .that.includes({ status: 400, errcode: 'M_BAD_JSON' });
  });

  it('refuses nesting that would end the stack', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(() => canonicalJson(deep)).to.throw(CanonicalJsonError);
  });

  it('allows any number in rooms of versions 1 to 5, as Synapse has always hashed it', () => {
    const text =
      '{"a":1.0,"b":1e3,"c":-0,"d":-0.0,"e":1E+16,"f":0.00001,"g":12345678901234567890,"h":1.50,"i":1e22}';
    expect(lenientCanonicalJson(parseJson(text))).to.equal(
      '{"a":1.0,"b":1000.0,"c":0,"d":-0.0,"e":1e+16,"f":1e-05,"g":12345678901234567890,"h":1.5,"i":1e+22}',
    );
    expect(() => lenientCanonicalJson(parseJson('1e400'))).to.throw(CanonicalJsonError);
  });

  it('does not take an object with a rawJSON key for a number', () => {
    expect(canonicalJson(parseJson('{"rawJSON":"1.0"}'))).to.equal('{"rawJSON":"1.0"}');
  });

  it('has keys in code point order, and parses back to what it was', () => {
    const integers = fc.maxSafeInteger();
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme' }),
        integers,
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(
          fc.string({ unit: 'binary' }).filter((key) => key.isWellFormed()),
          tie('value'),
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        const text = canonicalJson(given);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(given)));
        expect(canonicalJson(JSON.parse(text))).to.equal(text);
      }),
      { seed: 1 },
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: 'binary' }).filter((key) => key.isWellFormed())),
        (keys) => {
          const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
          const found = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(
            ([quoted]) => JSON.parse(quoted) as string,
          );
          const utf8 = keys.map((key) => Buffer.from(key)).sort(Buffer.compare);
          expect(found).to.deep.equal(utf8.map(String));
        },
      ),
      { seed: 2 },
    );
  });

  it('compares strings as their UTF-8 bytes compare', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
        expect(Math.sign(compareCodePoints(left, right))).to.equal(bytes);
      }),
      { seed: 3 },
    );
  });
});
