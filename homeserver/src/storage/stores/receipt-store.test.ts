import { expect } from 'chai';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

describe('ReceiptStore', () => {
  it('keeps the receipt that is further on, whichever is written last', () =>
    withStorage(async ({ database, receipts }) => {
      const put = async (eventId: string, position: number): Promise<void> => {
        const receipt = { roomNid: 1, userNid: 2, type: 'm.read', threadId: '', eventId, position, ts: 0 };
        const unit = new UnitOfWork();
        receipts.put(unit, receipt);
        await database.commit(unit);
      };
      await put('$first', 5);
      await put('$furthest', 8);
      await put('$late', 6);
      expect((await receipts.ofUser(2, [1])).map(({ eventId }) => eventId)).to.deep.equal(['$furthest']);
    }));
});
