import { expect } from 'chai';
import { parseAppearance } from './appearance.ts';

describe('parseAppearance', () => {
  const plain = { hasHighContrast: false, isCompact: false, textSize: 100, accent: undefined };

  it('reads what was kept', () => {
    const kept = { hasHighContrast: true, isCompact: true, textSize: 125, accent: '#3366ff' };
    expect(parseAppearance(JSON.parse(JSON.stringify(kept)))).to.deep.equal(kept);
  });

  it('drops what it does not understand', () => {
    expect(parseAppearance('nonsense')).to.deep.equal(plain);
    expect(parseAppearance({ hasHighContrast: 1, textSize: 1000, accent: 'red' })).to.deep.equal(plain);
  });
});
