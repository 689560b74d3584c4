import { expect } from 'chai';
import fc from 'fast-check';
import { parseJson } from './json-numbers.ts';
import { JsonPieces } from './json-pieces.ts';

/** Reads a text that comes in parts of so many bytes. */
function read(text: string, size = text.length || 1): unknown {
  const bytes = Buffer.from(text);
  const pieces = new JsonPieces();
  for (let at = 0; at < bytes.length; at += size) pieces.add(bytes.subarray(at, at + size));
  return pieces.end();
}

function outcome(parse: () => unknown): unknown {
  try {
    return JSON.stringify(parse());
  } catch (error) {
    expect(error).to.be.instanceOf(SyntaxError);
    return 'no JSON';
  }
}

describe('JsonPieces', () => {
  it('reads what parseJson reads, however the text is divided', () => {
    const property = fc.property(fc.json(), fc.integer({ min: 1, max: 20 }), (text, size) => {
      expect(outcome(() => read(text, size))).to.equal(outcome(() => parseJson(text)));
    });
    fc.assert(property);
  });

  for (const text of [
    '{"a":[1,{"b":["]",","]},"\\"]",[],[2]],"c":[],"d":{"e":[1,2]},"f":"[1]"}',
    '{"a":[ 1.0 , 12345678901234567890 ], "a" : [ 2 ]}',
    '{"__proto__":[1],"é":["ü\\u00e4"],"1":[3],"0":[4]}',
    '[200,{"a":[1]}]',
    '[[1,[2]],[]]',
    '5',
  ]) {
    it(`reads ${text}`, () => {
      for (let size = 1; size < 9; size += 1) {
        expect(JSON.stringify(read(text, size))).to.equal(JSON.stringify(parseJson(text)));
      }
    });
  }

  for (const text of [
    '',
    '{',
    '{"a":[1,]}',
    '{"a":[,1]}',
    '{"a":[,]}',
    '{"a":[1 2]}',
    '{"a":[1}',
    '{"a":[1]]}',
    '{"a":[{]}]}',
    '{"a":["]}',
    '{"a":[1',
    '{"a":[1]}}',
  ]) {
    it(`refuses ${text || 'nothing'}`, () => {
      expect(() => parseJson(text)).to.throw(SyntaxError);
      expect(() => read(text)).to.throw(SyntaxError);
    });
  }
});
