import { expect } from 'chai';
import { makeRooms, writeMessages } from '../bench/store/fill-store.ts';
import { measureReads } from '../bench/store/measure-reads.ts';
import { fasterThanEvents, tableSizes, totalBytes } from '../bench/store/table-sizes.ts';
import { withStorage } from '../test-kit/storage-for-tests.ts';

/** The short form of `npm run soak -- store`. */
const PLAN = { messages: 4_000, rooms: 4, stateChanges: 80, members: 5 };

describe('The store', () => {
  it('grows with the messages, and no table faster than the events', async function () {
    this.timeout(60_000);
    await withStorage(async (storage) => {
      const store = await makeRooms(storage, PLAN);
      await writeMessages(store, PLAN, 0, PLAN.messages / 2);
      const half = await tableSizes(storage.database);
      await writeMessages(store, PLAN, PLAN.messages / 2, PLAN.messages);
      const whole = await tableSizes(storage.database);
      expect(fasterThanEvents(half, whole, 200_000)).to.deep.equal([]);
      expect(totalBytes(whole) / PLAN.messages).to.be.below(2_500);
      const reads = await measureReads(store, 20);
      expect(reads.map(({ what }) => what)).to.have.length(3);
    });
  });
});
