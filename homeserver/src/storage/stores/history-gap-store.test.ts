import { expect } from 'chai';
import { rejection } from '../../../test-kit/rejection.ts';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { ExpectationFailed, LogKind, UnitOfWork } from '../database/unit-of-work.ts';
import type { Storage } from '../storage.ts';
import { POSITIONS_IN_GAP } from './history-gap-store.ts';

const ROOM = 1;

describe('HistoryGapStore', () => {
  const commit = async (
    { database }: Storage,
    write: (unit: UnitOfWork) => void,
  ): Promise<readonly number[]> => {
    const unit = new UnitOfWork();
    write(unit);
    return (await database.commit(unit)).positions;
  };

  /** An event, then one with a gap before it, then another: their positions. */
  const withGap = (storage: Storage): Promise<readonly number[]> =>
    commit(storage, (unit) => {
      unit.append({ kind: LogKind.Event, room: ROOM, ref: 10 });
      unit.append({ kind: LogKind.Event, room: ROOM, ref: 11, leaves: POSITIONS_IN_GAP });
      unit.append({ kind: LogKind.Event, room: ROOM, ref: 12 });
      storage.historyGaps.open(unit, ROOM, 11);
    });

  it('has positions that nobody else gets', () =>
    withStorage(async (storage) => {
      const positions = await withGap(storage);
      const first = positions[0] ?? 0;
      const top = first + POSITIONS_IN_GAP + 1;
      expect(positions).to.deep.equal([first, top, top + 1]);
      expect(await commit(storage, (unit) => unit.append({ kind: LogKind.Event }))).to.deep.equal([top + 2]);
      const gap = { eventNid: 11, roomNid: ROOM, top, position: top, floor: first, failures: 0, retryTs: 0 };
      expect(await storage.historyGaps.ofRoom(ROOM)).to.deep.equal([gap]);
      expect(await storage.historyGaps.before(11)).to.deep.equal(gap);
      expect(await storage.historyGaps.firstFloor(ROOM)).to.equal(first);
      expect(await storage.historyGaps.ofRoom(2)).to.deep.equal([]);
      expect(await storage.historyGaps.firstFloor(2)).to.equal(undefined);
    }));

  it('is filled from above, by one at a time', () =>
    withStorage(async (storage) => {
      const { historyGaps, log } = storage;
      await withGap(storage);
      const [gap] = await historyGaps.ofRoom(ROOM);
      if (gap === undefined) throw new Error('there is no gap');
      const fill = (refs: readonly number[]) =>
        commit(storage, (unit) => {
          for (const [index, ref] of refs.entries()) {
            log.addMissed(unit, { position: gap.position - 1 - index, room: ROOM, ref });
          }
          historyGaps.fill(unit, gap, refs.length);
        });
      await commit(storage, (unit) => historyGaps.noteFailure(unit, gap, 5_000));
      expect(await historyGaps.before(11)).to.include({ failures: 1, retryTs: 5_000 });
      await fill([21, 20]);
      expect(await historyGaps.before(11)).to.include({ position: gap.top - 2, failures: 0, retryTs: 0 });
      expect(await rejection(fill([31, 30]))).to.be.instanceOf(ExpectationFailed);
      const placed = await log.forward(ROOM, 0, Number.MAX_SAFE_INTEGER, 10);
      expect(placed.map(({ nid }) => nid)).to.deep.equal([10, 20, 21, 11, 12]);
      // What came later moved no state.
      const { event } = await log.firstStateRows(ROOM, gap.floor, Number.MAX_SAFE_INTEGER);
      expect(event).to.deep.equal({ nid: 11, position: gap.top });
    }));

  it('is one of a hundred in a room at most, the newest', () =>
    withStorage(async (storage) => {
      const { historyGaps } = storage;
      for (let nid = 1; nid <= 101; nid += 1) {
        await commit(storage, (unit) => {
          unit.append({ kind: LogKind.Event, room: ROOM, ref: nid, leaves: POSITIONS_IN_GAP });
          historyGaps.open(unit, ROOM, nid);
        });
      }
      const gaps = await historyGaps.ofRoom(ROOM);
      expect(gaps.map(({ eventNid }) => eventNid)).to.deep.equal(
        Array.from({ length: 100 }, (_unused, index) => index + 2),
      );
    }));

  it('ends when it is closed, and is only left alone when it is given up', () =>
    withStorage(async (storage) => {
      const { historyGaps } = storage;
      await withGap(storage);
      const [gap] = await historyGaps.ofRoom(ROOM);
      if (gap === undefined) throw new Error('there is no gap');
      await commit(storage, (unit) => historyGaps.giveUp(unit, gap));
      expect(await historyGaps.ofRoom(ROOM)).to.deep.equal([]);
      expect(await historyGaps.firstFloor(ROOM)).to.equal(gap.floor);
      await commit(storage, (unit) => historyGaps.close(unit, gap));
      expect(await historyGaps.firstFloor(ROOM)).to.equal(undefined);
    }));
});
