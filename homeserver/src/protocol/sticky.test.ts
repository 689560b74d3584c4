import { expect } from 'chai';
import { LONGEST_STICKY_MS, stickyDurationOf, stickyUntil } from './sticky.ts';

describe('sticky events', () => {
  it('stick for as long as they say, an hour at most', () => {
    expect(stickyDurationOf({ msc4354_sticky: { duration_ms: 5 } })).to.equal(5);
    expect(stickyDurationOf({ msc4354_sticky: { duration_ms: LONGEST_STICKY_MS + 1 } })).to.equal(
      LONGEST_STICKY_MS,
    );
  });

  it('do not stick when what they say is no time', () => {
    for (const written of [undefined, null, 5, 'x', [], {}, { duration_ms: '5' }]) {
      expect(stickyDurationOf(written === undefined ? {} : { msc4354_sticky: written })).to.equal(undefined);
    }
    for (const duration of [0, -1, 1.5]) {
      expect(stickyDurationOf({ msc4354_sticky: { duration_ms: duration } })).to.equal(undefined);
    }
  });

  it('count from when they were sent, or from when they came if that is earlier', () => {
    const sticky = { msc4354_sticky: { duration_ms: 100 } };
    expect(stickyUntil({ ...sticky, origin_server_ts: 1_000 }, 1_050)).to.equal(1_100);
    expect(stickyUntil({ ...sticky, origin_server_ts: 9_000 }, 1_050)).to.equal(1_150);
    expect(stickyUntil({ origin_server_ts: 1_000 }, 1_050)).to.equal(undefined);
  });
});
