import { expect } from 'chai';
import { highlight } from './highlight.ts';

describe('highlight', () => {
  const source = `const tea = "black & <hot>"; // for 2\nbrew(2);`;

  it('tells the kinds of code apart', () => {
    const tokens = highlight(source, 'ts') ?? [];
    const kindOf = (text: string) => tokens.find((token) => token.text === text)?.kind;
    expect(kindOf('const')).to.equal('keyword');
    expect(kindOf('"black & <hot>"')).to.equal('string');
    expect(kindOf('// for 2')).to.equal('comment');
    expect(kindOf('2')).to.equal('number');
  });

  it('loses nothing of what was written', () => {
    for (const language of ['ts', 'html', 'python', 'diff', 'bash'])
      expect(
        highlight(source, language)
          ?.map(({ text }) => text)
          .join(''),
        language,
      ).to.equal(source);
  });

  it('leaves alone what it does not know, and what is too long', () => {
    expect(highlight(source, 'klingon')).to.equal(undefined);
    expect(highlight('x'.repeat(30_000), 'ts')).to.equal(undefined);
  });
});
