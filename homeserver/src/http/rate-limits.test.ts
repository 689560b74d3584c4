import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import type { MatrixError } from '../protocol/errors.ts';
import { RateLimits } from './rate-limits.ts';

function takeMany(limits: RateLimits, key: string, times: number): MatrixError | undefined {
  try {
    for (let time = 0; time < times; time++) limits.take('registration', key);
    return undefined;
  } catch (error) {
    return error as MatrixError;
  }
}

describe('RateLimits', () => {
  it('lets a burst through, then says how long to wait', () => {
    const limits = new RateLimits({ clock: new ManualClock() });
    expect(takeMany(limits, 'a', 10)).to.equal(undefined);
    const error = takeMany(limits, 'a', 1);
    expect(error).to.include({ status: 429, errcode: 'M_LIMIT_EXCEEDED' });
    expect(error?.fields).to.deep.equal({ retry_after_ms: 10_000 });
    expect(error?.headers).to.deep.equal({ 'Retry-After': '10' });
  });

  it('holds somebody to a limit of their own in what they send, and to none if that is nothing', () => {
    const limits = new RateLimits({ clock: new ManualClock() });
    const own = { messagesPerSecond: 1, burstCount: 2 };
    for (let time = 0; time < 2; time++) limits.take('message', 'a', own);
    expect(() => limits.take('message', 'a', own)).to.throw('Too many requests');
    for (let time = 0; time < 3; time++) limits.take('registration', 'a', own);
    const free = { messagesPerSecond: 0, burstCount: 0 };
    for (let time = 0; time < 1_000; time++) limits.take('registration', 'a', free);
  });

  it('counts each key by itself', () => {
    const limits = new RateLimits({ clock: new ManualClock() });
    takeMany(limits, 'a', 11);
    expect(takeMany(limits, 'b', 10)).to.equal(undefined);
  });

  it('refills at the rate, and not beyond the burst', async () => {
    const clock = new ManualClock();
    const limits = new RateLimits({ clock });
    takeMany(limits, 'a', 11);
    await clock.advance(9_999);
    expect(takeMany(limits, 'a', 1)).to.have.property('status', 429);
    await clock.advance(1);
    expect(takeMany(limits, 'a', 1)).to.equal(undefined);
    await clock.advance(3_600_000);
    expect(takeMany(limits, 'a', 11)).to.have.property('status', 429);
  });

  it('does not make those wait longer who keep asking', () => {
    const limits = new RateLimits({ clock: new ManualClock() });
    takeMany(limits, 'a', 10);
    for (let time = 0; time < 50; time++) takeMany(limits, 'a', 1);
    expect(takeMany(limits, 'a', 1)?.fields).to.deep.equal({ retry_after_ms: 10_000 });
  });

  it('forgets the key that has been quiet for longest when there are too many', () => {
    const limits = new RateLimits({ clock: new ManualClock() });
    takeMany(limits, 'old', 10);
    takeMany(limits, 'busy', 1);
    for (let key = 0; key < 19_999; key++) {
      limits.take('registration', String(key));
      if (key === 10_000) takeMany(limits, 'busy', 9);
    }
    expect(takeMany(limits, 'busy', 1)).to.have.property('status', 429);
    expect(takeMany(limits, 'old', 1)).to.equal(undefined);
  });
});
