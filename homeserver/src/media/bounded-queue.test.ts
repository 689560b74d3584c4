import { expect } from 'chai';
import { rejection } from '../../test-kit/rejection.ts';
import { BoundedQueue, QueueFull } from './bounded-queue.ts';

describe('BoundedQueue', () => {
  it('runs a few at a time, the others in the order they came, and refuses those for whom there is no place', async () => {
    const queue = new BoundedQueue({ atOnce: 2, mostWaiting: 2 });
    const gates = new Map<string, () => void>();
    const started: string[] = [];
    const run = (name: string): Promise<string> =>
      queue.run(async () => {
        started.push(name);
        await new Promise<void>((resolve) => gates.set(name, resolve));
        return name;
      });
    const running = ['a', 'b', 'c', 'd'].map(run);
    expect(await rejection(run('e'))).to.be.instanceOf(QueueFull);
    expect(started).to.deep.equal(['a', 'b']);
    gates.get('b')?.();
    await running[1];
    await new Promise(setImmediate);
    expect(started).to.deep.equal(['a', 'b', 'c']);
    for (const name of ['a', 'c', 'd']) {
      gates.get(name)?.();
      await new Promise(setImmediate);
    }
    expect(await Promise.all(running)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('gives the place of a task that failed to the next', async () => {
    const queue = new BoundedQueue({ atOnce: 1, mostWaiting: 1 });
    const failing = rejection(queue.run(() => Promise.reject(new Error('no'))));
    expect(await queue.run(async () => 7)).to.equal(7);
    expect(await failing).to.have.property('message', 'no');
    expect(await queue.run(async () => 8)).to.equal(8);
  });
});
