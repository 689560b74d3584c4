import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { Deadline } from './deadline.ts';

describe('the end of a wait', () => {
  const begin = (timeoutMs: number, signal = new AbortController().signal) => {
    const clock = new ManualClock();
    const ends: number[] = [];
    const started = clock.now();
    const deadline = new Deadline(clock, { timeoutMs, signal }, () => ends.push(clock.now() - started));
    return { clock, deadline, ends };
  };

  it('is when the client said', async () => {
    const { clock, deadline, ends } = begin(30_000);
    await clock.advance(29_999);
    expect(deadline.isOver).to.equal(false);
    await clock.advance(1);
    expect(deadline.isOver).to.equal(true);
    expect(ends).to.deep.equal([30_000]);
  });

  it('is after a minute at most, as proxies wait no longer', async () => {
    const { clock, ends } = begin(Number.MAX_SAFE_INTEGER);
    await clock.advance(24 * 60 * 60 * 1000);
    expect(ends).to.deep.equal([60_000]);
  });

  it('is at once without a timeout, or when the client has gone', () => {
    expect(begin(0).deadline.isOver).to.equal(true);
    expect(begin(1000, AbortSignal.abort()).deadline.isOver).to.equal(true);
  });

  it('is when the client goes, unless the wait was over before', () => {
    const controller = new AbortController();
    const { clock, deadline, ends } = begin(1000, controller.signal);
    const other = begin(1000, controller.signal);
    other.deadline.cancel();
    controller.abort();
    expect(deadline.isOver).to.equal(true);
    expect(ends).to.have.length(1);
    expect(other.ends).to.have.length(0);
    expect(other.clock.pendingCount).to.equal(0);
    deadline.cancel();
    expect(clock.pendingCount).to.equal(0);
  });
});
