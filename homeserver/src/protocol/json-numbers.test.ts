import { expect } from 'chai';
import fc from 'fast-check';
import { isRawNumber, lenientNumberText, parseJson } from './json-numbers.ts';

describe('JSON numbers', () => {
  it('keeps the text of numbers that JavaScript would change', () => {
    for (const text of [
      '1.0',
      '[1e3]',
      '{"a":-12345678901234567890}',
      '{"a":[1, 2.50]}',
      '9007199254740993',
    ]) {
      expect(JSON.stringify(parseJson(text))).to.equal(text.replaceAll(' ', ''));
    }
  });

  it('gives ordinary numbers as numbers, beside others too', () => {
    expect(parseJson('{"a":1,"b":1700000000000}')).to.deep.equal({ a: 1, b: 1_700_000_000_000 });
    expect((parseJson('{"a":1,"b":9007199254740991,"c":1.5}') as { b: unknown }).b).to.equal(
      Number.MAX_SAFE_INTEGER,
    );
  });

  it('is not misled by numbers in strings', () => {
    const text = '{"a":"x, 1.5 and 12345678901234567890"}';
    expect(parseJson(text)).to.deep.equal(JSON.parse(text));
  });

  it('throws a SyntaxError for nesting that the stack cannot hold', () => {
    const text = `${'['.repeat(100_000)}1.5${']'.repeat(100_000)}`;
    expect(() => parseJson(text)).to.throw(SyntaxError);
  });

  it('parses any JSON to a text that means the same', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(JSON.stringify(parseJson(text)))).to.deep.equal(JSON.parse(text));
      }),
      { seed: 1 },
    );
  });

  it('finds every number that is no safe integer', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        const text = JSON.stringify(number);
        const parsed = (parseJson(`{"a":${text}}`) as { a: unknown }).a;
        expect(isRawNumber(parsed)).to.equal(!Number.isSafeInteger(number) || !/^-?\d+$/.test(text));
      }),
      { seed: 2 },
    );
  });

  it('writes doubles so that they read back as the same double', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        expect(Number(lenientNumberText(number))).to.equal(number);
      }),
      { seed: 3 },
    );
  });

  it('uses an exponent from 16 digits on and below 0.0001, as Python does', () => {
    expect(lenientNumberText({ rawJSON: '1234567890123456.0' })).to.equal('1234567890123456.0');
    expect(lenientNumberText({ rawJSON: '12345678901234567.0' })).to.equal('1.2345678901234568e+16');
    expect(lenientNumberText(0.0001)).to.equal('0.0001');
    expect(lenientNumberText(0.000012)).to.equal('1.2e-05');
  });
});
