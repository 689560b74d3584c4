import { expect } from 'chai';
import fc from 'fast-check';
import { wordsOf } from './words.ts';

describe('wordsOf', () => {
  it('finds words in any script, without case, accents and punctuation', () => {
    expect(wordsOf('Grüße, CAFÉ-Fans! (v2.0)')).to.deep.equal(['gruße', 'cafe', 'fans', 'v2', '0']);
    expect(wordsOf('Ёлка и чай')).to.deep.equal(['елка', 'и', 'чаи']);
    expect(wordsOf('snake_case')).to.deep.equal(['snake', 'case']);
  });

  it('takes each character for a word where words are not set apart', () => {
    expect(wordsOf('東京 tower塔')).to.deep.equal(['東', '京', 'tower', '塔']);
    expect(wordsOf('ひらがな')).to.deep.equal(['ひ', 'ら', 'か', 'な']);
  });

  it('finds the same words in what it found', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const words = wordsOf(text);
        expect(wordsOf(words.join(' '))).to.deep.equal(words);
        for (const word of words) expect(word).to.match(/^[\p{L}\p{N}]{1,64}$/u);
      }),
    );
  });
});
