import { expect } from 'chai';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { LogKind, UnitOfWork } from '../../storage/index.ts';
import { collectPushes } from './collect-pushes.ts';
import type { PushContext } from './push-context.ts';

describe('collecting pushes', () => {
  it('takes what was missed and fetched later for no news', () =>
    withStorage(async (storage) => {
      const read: number[] = [];
      const context = {
        storage: {
          ...storage,
          pushers: { usersWithPushers: async () => new Set([7]), enabledOf: async () => [] },
          events: {
            get: async (nid: number) => {
              read.push(nid);
            },
          },
        },
      } as unknown as PushContext;
      const [first = 0] = (
        await storage.database.commit(
          new UnitOfWork().append({ kind: LogKind.Event, room: 1, ref: 10, leaves: 100 }),
        )
      ).positions;
      const unit = new UnitOfWork();
      storage.log.addMissed(unit, { position: first - 1, room: 1, ref: 9 });
      await storage.database.commit(unit);
      await collectPushes(context, await storage.log.after(0, 10), new UnitOfWork());
      expect(read).to.deep.equal([10]);
    }));
});
