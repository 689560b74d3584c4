import { expect } from 'chai';
import fc from 'fast-check';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';
import { blocksAfter, EMPTY_SNAPSHOT, layerChange, NO_EVENT, type StateEntry } from './state-store.ts';

describe('State snapshots', () => {
  it('hold, after any changes, what a plain map would hold', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 400 }), { maxLength: 900 }), fc.nat(), async (keys, luck) => {
        const blocks = new Map<number, readonly StateEntry[]>();
        const expected = new Map<number, number>();
        let snapshot = EMPTY_SNAPSHOT;
        for (const [index, key] of keys.entries()) {
          const isGone = (index * luck) % 5 === 1;
          const change = { typeNid: 1, stateKeyNid: key, eventNid: isGone ? NO_EVENT : index + 1 };
          const { tier, entries } = await layerChange([change], (at) => blocks.get(snapshot[at] ?? 0) ?? []);
          blocks.set(index + 1, entries);
          snapshot = blocksAfter(snapshot, tier, index + 1);
          if (isGone) expected.delete(key);
          else expected.set(key, index + 1);
        }
        const actual = new Map<number, number>();
        for (const nid of snapshot.toReversed()) {
          for (const entry of blocks.get(nid) ?? []) actual.set(entry.stateKeyNid, entry.eventNid);
        }
        for (const [key, eventNid] of actual) if (eventNid === NO_EVENT) actual.delete(key);
        expect([...actual].sort()).to.deep.equal([...expected].sort());
      }),
      { numRuns: 30 },
    ));

  it('write a bounded number of rows a change, however large the state', async () => {
    const blocks = new Map<number, readonly StateEntry[]>();
    let snapshot = EMPTY_SNAPSHOT;
    let rows = 0;
    for (let index = 1; index <= 20_000; index += 1) {
      const change = { typeNid: 1, stateKeyNid: index, eventNid: index };
      const { tier, entries } = await layerChange([change], (at) => blocks.get(snapshot[at] ?? 0) ?? []);
      for (const nid of snapshot.slice(0, tier + 1)) blocks.delete(nid);
      blocks.set(index, entries);
      snapshot = blocksAfter(snapshot, tier, index);
      rows += entries.length;
    }
    expect(rows / 20_000).to.be.below(40);
  });

  it('are read back from the database, whole, by entry, and without one type', () =>
    withStorage(async ({ database, states }) => {
      const unit = new UnitOfWork();
      states.insertBlock(unit, 1, [
        { typeNid: 1, stateKeyNid: 1, eventNid: 10 },
        { typeNid: 2, stateKeyNid: 1, eventNid: 11 },
        { typeNid: 2, stateKeyNid: 2, eventNid: 12 },
      ]);
      states.insertBlock(unit, 2, [
        { typeNid: 1, stateKeyNid: 1, eventNid: 20 },
        { typeNid: 2, stateKeyNid: 2, eventNid: NO_EVENT },
      ]);
      states.insertSnapshot(unit, 5, 1, [2, 1, 0, 0]);
      await database.commit(unit);
      expect(await states.entryOf(5, 1, 1)).to.equal(20);
      expect(await states.entryOf(5, 2, 1)).to.equal(11);
      expect(await states.entryOf(5, 3, 1)).to.equal(undefined);
      expect(await states.entryOf(5, 2, 2)).to.equal(undefined);
      const events = (entries: readonly StateEntry[]) => entries.map((entry) => entry.eventNid).sort();
      expect(events(await states.entriesOf(5))).to.deep.equal([11, 20]);
      expect(events(await states.entriesOf(5, 1))).to.deep.equal([11]);
    }));
});
