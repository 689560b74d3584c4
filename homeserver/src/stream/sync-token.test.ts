import { expect } from 'chai';
import { formatStreamToken, parseStreamToken } from './sync-token.ts';

describe('sync tokens', () => {
  it('come back as they went out', () => {
    const token = { epoch: 'aZ09_-', position: 9_007_199_254_740_991, ephemeral: 1_767_225_600_000_001 };
    expect(parseStreamToken(formatStreamToken(token))).to.deep.equal(token);
  });

  it('say where messages to the device end, unless that is where everything else ends', () => {
    const behind = { epoch: 'x', position: 7, ephemeral: 1, toDevice: 3 };
    expect(parseStreamToken(formatStreamToken(behind))).to.deep.equal(behind);
    expect(formatStreamToken({ ...behind, toDevice: 7 })).to.equal('sx.7.1');
  });

  it('are refused in any other form', () => {
    const wrong = [
      '',
      's',
      'sx.1',
      'sx.1.2.3.4',
      'sx.1.2.x',
      'tx.1.2',
      's.1.2',
      'sx.-1.2',
      'sx.1e3.2',
      ' sx.1.2',
      'sx.1.2\n',
      'sx.9007199254740993.1',
      `s${'x'.repeat(65)}.1.2`,
    ];
    for (const text of wrong) expect(parseStreamToken(text), JSON.stringify(text)).to.equal(undefined);
  });
});
