import { expect } from 'chai';
import { isSlowMode, LONGEST_SLOW_MODE, slowModeOf } from './slow-mode.ts';

describe('slow mode', () => {
  it('says how long to wait, and who need not', () => {
    expect(slowModeOf({ seconds: 30 })).to.deep.equal({ intervalMs: 30_000, exemptLevel: 50 });
    expect(slowModeOf({ seconds: 5, exempt_pl: 0 })).to.deep.equal({ intervalMs: 5_000, exemptLevel: 0 });
  });

  it('is off where nothing is set, and where what is set means nothing', () => {
    for (const content of [undefined, {}, { seconds: 0 }, { exempt_pl: 10 }]) {
      expect(slowModeOf(content), JSON.stringify(content)).to.equal(undefined);
    }
    for (const seconds of [-1, 1.5, '30', null, LONGEST_SLOW_MODE + 1]) {
      expect(isSlowMode({ seconds }), String(seconds)).to.equal(false);
      expect(slowModeOf({ seconds })).to.equal(undefined);
    }
    for (const level of ['50', 0.5, null]) {
      expect(isSlowMode({ seconds: 30, exempt_pl: level }), String(level)).to.equal(false);
    }
  });
});
