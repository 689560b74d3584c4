import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { JoinsUnderWay } from './joins-under-way.ts';

describe('JoinsUnderWay', () => {
  it('lets others wait until a join has ended, well or badly', async () => {
    const joins = new JoinsUnderWay(new ManualClock());
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
    const joins = new JoinsUnderWay(clock);
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
