import { expect } from 'chai';
import { joinNames } from './join-names.ts';

describe('joinNames', () => {
  it('names a few and counts the rest', () => {
    expect(joinNames([])).to.equal('');
    expect(joinNames(['Ada'])).to.equal('Ada');
    expect(joinNames(['Ada', 'Ben', 'Cleo'])).to.equal('Ada, Ben and Cleo');
    expect(joinNames(['Ada', 'Ben', 'Cleo', 'Dov'])).to.equal('Ada, Ben and 2 others');
  });
});
