import { expect } from 'chai';
import fc from 'fast-check';
import { compileGlob, compileWordGlob, containsWord } from './glob.ts';

const isWord = (character: string | undefined) => character !== undefined && /\w/.test(character);

/** The same by way of regular expressions, which may backtrack. */
function asRegExp(pattern: string): string {
  const escaped = pattern.toLowerCase().replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  return escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]');
}

function matchesWordSlowly(pattern: string, text: string): boolean {
  const whole = new RegExp(`^${asRegExp(pattern)}$`);
  const isBoundary = (index: number) => !isWord(text[index - 1]) || !isWord(text[index]);
  for (let start = 0; start <= text.length; start++) {
    for (let end = start; end <= text.length; end++) {
      if (isBoundary(start) && isBoundary(end) && whole.test(text.slice(start, end))) return true;
    }
  }
  return false;
}

describe('glob patterns', () => {
  it('match the whole text in any case', () => {
    const matches = compileGlob('Lunc?*');
    for (const text of ['lunch plans', 'lunch']) expect(matches(text), text).to.equal(true);
    for (const text of [' lunch', 'lunc', '']) expect(matches(text), text).to.equal(false);
  });

  it('match whole words of a body', () => {
    const matches = compileWordGlob('ex*ple');
    for (const text of ['an example event.', 'exple', 'an exciting triple-whammy']) {
      expect(matches(text), text).to.equal(true);
    }
    for (const text of ['examples', 'anexample', 'ex']) expect(matches(text), text).to.equal(false);
  });

  it('match patterns that begin or end with other characters than those of words', () => {
    expect(compileWordGlob('@room')('hey @room!')).to.equal(true);
    expect(compileWordGlob('@room')('hey@room')).to.equal(true);
    expect(compileWordGlob('@room')('@rooms')).to.equal(false);
    expect(compileWordGlob('c++')('c++ is a language')).to.equal(true);
  });

  it('find a word behind places where it is only part of another', () => {
    expect(containsWord('cats cat', 'cat')).to.equal(true);
    expect(containsWord('cats bobcat', 'cat')).to.equal(false);
    expect(containsWord('anything', '')).to.equal(true);
  });

  it('agree with regular expressions', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 6 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', ' '), maxLength: 9 });
    fc.assert(
      fc.property(pattern, text, (glob, given) => {
        expect(compileGlob(glob)(given)).to.equal(new RegExp(`^${asRegExp(glob)}$`).test(given));
        expect(compileWordGlob(glob)(given)).to.equal(matchesWordSlowly(glob, given));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('stay fast where backtracking would not end', () => {
    const text = 'a'.repeat(60_000);
    const started = performance.now();
    expect(compileGlob(`${'*a'.repeat(100)}*b`)(text)).to.equal(false);
    expect(compileWordGlob(`${'*a'.repeat(100)}*b`)(text)).to.equal(false);
    expect(performance.now() - started).to.be.below(1000);
  });
});
