import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { rejection } from '../../test-kit/rejection.ts';
import type { Broadcasts } from '../stream/index.ts';
import { JoinsUnderWay } from './joins-under-way.ts';

/** For a process that has no others beside it. */
const ALONE: Broadcasts = { send: () => undefined, on: () => undefined };

/** Some processes that hear each other at once. */
function processes(clock: ManualClock, count: number): JoinsUnderWay[] {
  const listeners: ((message: unknown) => void)[] = [];
  return Array.from({ length: count }, (_none, index) => {
    const tellOthers = (message: object): void => {
      for (const [other, listen] of listeners.entries()) if (other !== index) listen(message);
    };
    return new JoinsUnderWay(clock, {
      send: (_topic, message) => tellOthers(message),
      on: (_topic, listener) => void listeners.push(listener),
    });
  });
}

describe('JoinsUnderWay', () => {
  it('lets other processes wait as well, but not for one that is gone', async () => {
    const clock = new ManualClock();
    const [one, other] = processes(clock, 2);
    const { promise, resolve } = Promise.withResolvers<string>();
    void one?.run('!room', () => promise);
    void one?.run('!lost', () => new Promise(() => undefined));
    let isOver = false;
    const waiting = other?.ended('!room').then(() => {
      isOver = true;
    });
    await clock.advance(1_000);
    expect(isOver).to.equal(false);
    resolve('$join');
    await waiting;
    await other?.ended('!room');
    await clock.advance(300_000);
    expect(await other?.ended('!lost')).to.equal(false);
  });

  it('lets others wait until a join has ended, well or badly', async () => {
    const joins = new JoinsUnderWay(new ManualClock(), ALONE);
    await joins.ended('!room');
    const order: string[] = [];
    for (const outcome of ['joined', 'failed']) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const joining = joins.run('!room', () => promise);
      const waiting = joins.ended('!room').then(() => order.push('went on'));
      await joins.ended('!other');
      order.push(outcome);
      if (outcome === 'joined') resolve('$join');
      else reject(new Error('nobody let us in'));
      if (outcome === 'joined') expect(await joining).to.equal('$join');
      else expect(await rejection(joining)).to.be.instanceOf(Error);
      await waiting;
    }
    expect(order).to.deep.equal(['joined', 'went on', 'failed', 'went on']);
  });

  it('lets nobody wait for more than twenty seconds', async () => {
    const clock = new ManualClock();
    const joins = new JoinsUnderWay(clock, ALONE);
    void joins.run('!room', () => new Promise(() => undefined));
    let isOver = false;
    const waiting = joins.ended('!room').then(() => {
      isOver = true;
    });
    await clock.advance(19_999);
    expect(isOver).to.equal(false);
    await clock.advance(1);
    await waiting;
  });
});
