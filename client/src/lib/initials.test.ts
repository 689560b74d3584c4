import { expect } from 'chai';
import { buildInitials, pickHue } from './initials.ts';

describe('buildInitials', () => {
  it('takes the first letters of the first two words', () => {
    expect(buildInitials('The Lantern Club')).to.equal('TL');
    expect(buildInitials('ada')).to.equal('A');
    expect(buildInitials('ada_lovelace')).to.equal('AL');
  });

  it('skips signs and keeps whole characters', () => {
    expect(buildInitials('~ (quiet) *corner*')).to.equal('QC');
    expect(buildInitials('👩‍🚀 club')).to.equal('👩‍🚀C');
  });

  it('has an answer for a name without letters', () => {
    expect(buildInitials('***')).to.equal('?');
    expect(buildInitials('')).to.equal('?');
  });
});

describe('pickHue', () => {
  it('always gives a name the same hue', () => {
    expect(pickHue('@ada:hall')).to.equal(pickHue('@ada:hall'));
  });

  it('spreads names over several hues', () => {
    const hues = new Set(Array.from({ length: 50 }, (_, index) => pickHue(`@user${index}:hall`)));
    expect(hues.size).to.be.greaterThan(4);
  });
});
