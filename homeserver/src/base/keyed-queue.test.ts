import { expect } from 'chai';
import { rejection } from '../../test-kit/rejection.ts';
import { KeyedQueue } from './keyed-queue.ts';

describe('KeyedQueue', () => {
  it('runs tasks of a key one after the other, and those of another key meanwhile', async () => {
    const queue = new KeyedQueue();
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = queue.run('a', async () => {
      await gate.promise;
      order.push('a1');
    });
    const second = queue.run('a', async () => order.push('a2'));
    await queue.run('b', async () => order.push('b'));
    gate.resolve();
    await Promise.all([first, second]);
    expect(order).to.deep.equal(['b', 'a1', 'a2']);
  });

  it('goes on after a task that failed, and keeps nothing of keys that are done', async () => {
    const queue = new KeyedQueue();
    const failing = rejection(queue.run('a', () => Promise.reject(new Error('no'))));
    expect(await queue.run('a', async () => 7)).to.equal(7);
    expect(await failing).to.have.property('message', 'no');
    await new Promise(setImmediate);
    expect(queue.size).to.equal(0);
  });
});
