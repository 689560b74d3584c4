import { expect } from 'chai';
import { systemClock } from './clock.ts';

describe('systemClock', () => {
  it('tells the time of the machine', () => {
    const before = Date.now();
    expect(systemClock.now()).to.be.within(before, Date.now());
  });

  it('calls back after the delay', async () => {
    const started = performance.now();
    await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 20));
    expect(performance.now() - started).to.be.at.least(18);
  });

  it('does not call back once cancelled', async () => {
    let called = false;
    const timer = systemClock.setTimeout(() => {
      called = true;
    }, 5);
    timer.cancel();
    timer.cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(called).to.equal(false);
  });

  it('does not call back at once when the delay is longer than a Node timer can hold', async () => {
    let called = false;
    const timer = systemClock.setTimeout(() => {
      called = true;
    }, 2 ** 40);
    await new Promise((resolve) => setTimeout(resolve, 20));
    timer.cancel();
    expect(called).to.equal(false);
  });
});
