import { expect } from 'chai';
import { ManualClock } from './manual-clock.ts';

describe('ManualClock', () => {
  it('makes the calls that fall due, in order of their time', async () => {
    const clock = new ManualClock(0);
    const calls: string[] = [];
    clock.setTimeout(() => calls.push(`b at ${clock.now()}`), 20);
    clock.setTimeout(() => calls.push(`a at ${clock.now()}`), 10);
    clock.setTimeout(() => calls.push('too late'), 31);
    await clock.advance(30);
    expect(calls).to.deep.equal(['a at 10', 'b at 20']);
    expect(clock.now()).to.equal(30);
    expect(clock.pendingCount).to.equal(1);
  });

  it('makes calls that a call sets up, also after an await', async () => {
    const clock = new ManualClock(0);
    const times: number[] = [];
    const tick = (): void => {
      times.push(clock.now());
      void Promise.resolve().then(() => clock.setTimeout(tick, 10));
    };
    clock.setTimeout(tick, 10);
    await clock.advance(35);
    expect(times).to.deep.equal([10, 20, 30]);
  });

  it('does not make a call that was taken back', async () => {
    const clock = new ManualClock(0);
    let called = false;
    clock
      .setTimeout(() => {
        called = true;
      }, 10)
      .cancel();
    await clock.advance(100);
    expect(called).to.equal(false);
  });
});
