import { expect } from 'chai';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';
import type { Storage } from '../storage.ts';

const MEMBER = { call: 'c', identity: 'm', roomNid: 1, userNid: 2, untilTs: 100, isSeen: false };

describe('CallMemberStore', () => {
  const commit = async ({ database }: Storage, write: (unit: UnitOfWork) => void): Promise<void> => {
    const unit = new UnitOfWork();
    write(unit);
    await database.commit(unit);
  };

  it('keeps what is to be said for a member who is let in anew', () =>
    withStorage(async (storage) => {
      const { callMembers } = storage;
      await commit(storage, (unit) => callMembers.put(unit, MEMBER));
      await commit(storage, (unit) => {
        callMembers.setDelay(unit, 'c', 'm', 'later');
        callMembers.noteSeen(unit, 'c', 'm');
      });
      expect(await callMembers.ofCall('c')).to.deep.equal([{ ...MEMBER, isSeen: true, delayId: 'later' }]);
      await commit(storage, (unit) => callMembers.put(unit, { ...MEMBER, untilTs: 200 }));
      expect(await callMembers.ofCall('c')).to.deep.equal([{ ...MEMBER, untilTs: 200, delayId: 'later' }]);
      expect(await callMembers.inRooms([3, 1])).to.deep.equal([{ call: 'c', roomNid: 1, userNid: 2 }]);
      expect(await callMembers.inRooms([3])).to.deep.equal([]);
    }));

  it('ends nothing that was begun anew meanwhile', () =>
    withStorage(async (storage) => {
      const { callMembers } = storage;
      const before = { ...MEMBER, delayId: 'first' };
      await commit(storage, (unit) => callMembers.put(unit, { ...MEMBER, untilTs: 200 }));
      await commit(storage, (unit) => callMembers.setDelay(unit, 'c', 'm', 'second'));
      await commit(storage, (unit) => {
        callMembers.endDelay(unit, before);
        callMembers.delete(unit, before);
      });
      const [now] = await callMembers.ofCall('c');
      expect(now).to.include({ untilTs: 200, delayId: 'second' });
      await commit(storage, (unit) => {
        if (now !== undefined) callMembers.endDelay(unit, now);
      });
      expect(await callMembers.ofCall('c')).to.have.nested.property('0.delayId', null);
      await commit(storage, (unit) => {
        if (now !== undefined) callMembers.delete(unit, now);
      });
      expect(await callMembers.ofCall('c')).to.deep.equal([]);
    }));
});
