import { expect } from 'chai';
import { ManualClock } from '../../../test-kit/manual-clock.ts';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { type Storage, UnitOfWork } from '../../storage/index.ts';
import { KeptMessages } from './kept-messages.ts';

const DAY_MS = 24 * 3_600_000;

describe('messages that are kept for other servers', () => {
  /** Adds messages to devices, numbered from one to another. */
  async function enqueue(
    storage: Storage,
    messages: KeptMessages,
    server: string,
    [first, last]: readonly [number, number],
  ): Promise<void> {
    const unit = new UnitOfWork();
    for (let number = first; number <= last; number += 1) {
      const messageId = `m${number}`;
      messages.enqueue(unit, server, { sender: '@a:here.test', type: 'm.test', messageId, messages: {} });
    }
    await storage.database.commit(unit);
  }

  const keysFor = async (storage: Storage, server: string): Promise<string[]> =>
    (await storage.outgoing.messages(server, 20_000)).map(({ key }) => key);

  it('expire if they go to devices, and stay if they tell of devices', () =>
    withStorage(async (storage) => {
      const clock = new ManualClock();
      const messages = new KeptMessages(storage, clock);
      await enqueue(storage, messages, 'gone.test', [1, 1]);
      const unit = new UnitOfWork();
      messages.add(unit, 'gone.test', 'devices @a:here.test', {
        edu_type: 'm.device_list_update',
        content: {},
      });
      await storage.database.commit(unit);
      await clock.advance(29 * DAY_MS);
      await enqueue(storage, messages, 'gone.test', [2, 2]);
      await messages.expire();
      expect(await keysFor(storage, 'gone.test')).to.have.length(3);
      await clock.advance(2 * DAY_MS);
      await messages.expire();
      expect(await keysFor(storage, 'gone.test')).to.deep.equal(['devices @a:here.test', 'to-device m2']);
    }));

  it('are the newest ten thousand of a server', () =>
    withStorage(async (storage) => {
      const messages = new KeptMessages(storage, new ManualClock());
      await enqueue(storage, messages, 'flooded.test', [1, 10_003]);
      await enqueue(storage, messages, 'other.test', [1, 2]);
      await messages.expire();
      const left = await keysFor(storage, 'flooded.test');
      expect([left.length, left[0], left.at(-1)]).to.deep.equal([10_000, 'to-device m4', 'to-device m10003']);
      expect(await keysFor(storage, 'other.test')).to.have.length(2);
    }));
});
