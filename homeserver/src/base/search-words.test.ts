import { expect } from 'chai';
import { searchedWords, searchWords } from './search-words.ts';

describe('search words', () => {
  it('are small letters without accents', () => {
    expect(searchWords('Zoë  Ångström-Ñandú')).to.deep.equal(['zoe', 'angstrom', 'nandu']);
    expect(searchWords('Straße ΣΊΣΥΦΟΣ İzmir ﬁn')).to.deep.equal([
      ...searchedWords('STRASSE'),
      ...searchedWords('σίσυφος'),
      'izmir',
      'fin',
    ]);
  });

  it('hold letters, digits and underscores of every script, each word once', () => {
    expect(searchWords('@alice_1:server (ALICE_1)')).to.deep.equal(['alice_1', 'server']);
    expect(searchWords('Юлия 🎈')).to.deep.equal(['юлия']);
    expect(searchWords(' 🎈 ')).to.deep.equal([]);
  });

  it('begin anywhere where no spaces are written', () => {
    expect(searchWords('山田太郎')).to.deep.equal(['山田太郎', '田太郎', '太郎', '郎']);
    expect(searchedWords('太郎')).to.deep.equal(['太郎']);
  });

  it('are not without end', () => {
    expect(searchWords('山'.repeat(1_000))).to.have.lengthOf(64);
    expect(searchWords('x'.repeat(1_000))).to.deep.equal(['x'.repeat(64)]);
    expect(searchWords('\ud800x')).to.deep.equal(['x']);
  });
});
