import { expect } from 'chai';
import { withStorage } from '../../test-kit/storage-for-tests.ts';
import { LogKind, type LogRow, UnitOfWork } from '../storage/index.ts';
import type { Interest } from './interest.ts';
import { LogTail } from './log-tail.ts';
import { type LocalJoined, Notifier, openNotifier } from './notifier.ts';

const ALICE = 1;
const BOB = 2;
const ROOM = 7;

function notifierWith(localJoined: LocalJoined, onError: (error: unknown) => void = () => {}): Notifier {
  return new Notifier(new LogTail(100, 0, []), { localJoined, onError });
}

function message(position: number, room = ROOM): LogRow {
  return { position, kind: LogKind.Event, room, ref: position };
}

/** Whether the interest is woken within a few turns of the loop. */
async function isWoken(interest: Interest): Promise<boolean> {
  const late = (async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    return false;
  })();
  return Promise.race([interest.wait().then(() => true), late]);
}

describe('the notifier', () => {
  it('wakes those who are joined to a room when an event arrives in it', async () => {
    const notifier = notifierWith((room) => (room === ROOM ? [ALICE] : [BOB]));
    const alice = notifier.register(ALICE);
    const bob = notifier.register(BOB);
    notifier.publish([message(1)]);
    expect(await isWoken(alice)).to.equal(true);
    expect(await isWoken(bob)).to.equal(false);
  });

  it('wakes every waiting request of a user', async () => {
    const notifier = notifierWith(() => [ALICE]);
    const interests = [notifier.register(ALICE), notifier.register(ALICE)];
    notifier.publish([message(1)]);
    for (const interest of interests) expect(await isWoken(interest)).to.equal(true);
  });

  it('wakes somebody who is invited, though they are not joined', async () => {
    const notifier = notifierWith(() => []);
    const bob = notifier.register(BOB);
    notifier.publish([{ ...message(1), user: BOB }]);
    expect(await isWoken(bob)).to.equal(true);
  });

  it('wakes the owner alone for account data and private receipts, everybody for public receipts', async () => {
    const stories: [Partial<LogRow>, boolean][] = [
      [{ kind: LogKind.AccountData, key: 'm.tag' }, false],
      [{ kind: LogKind.Receipt, key: 'm.read.private ' }, false],
      [{ kind: LogKind.Receipt, key: 'm.read main' }, true],
    ];
    for (const [row, wakesAlice] of stories) {
      const notifier = notifierWith(() => [ALICE, BOB]);
      const alice = notifier.register(ALICE);
      const bob = notifier.register(BOB);
      notifier.publish([{ ...message(1), ...row, user: BOB }]);
      expect(await isWoken(bob), row.key).to.equal(true);
      expect(await isWoken(alice), row.key).to.equal(wakesAlice);
    }
  });

  it('loses no wake-up between the read and the wait', async () => {
    const notifier = notifierWith(() => [ALICE]);
    const alice = notifier.register(ALICE);
    alice.arm();
    const seen = notifier.rowsAfter(0);
    // While Alice still works on what she read, the next event is committed and the wake-up comes too early for her.
    notifier.publish([message(1)]);
    await new Promise(setImmediate);
    expect(seen).to.deep.equal([]);
    expect(await isWoken(alice)).to.equal(true);
    alice.arm();
    expect(notifier.rowsAfter(0)?.map((row) => row.position)).to.deep.equal([1]);
    expect(await isWoken(alice)).to.equal(false);
  });

  it('shows the new position by the time it wakes', async () => {
    const notifier = notifierWith(() => [ALICE]);
    const alice = notifier.register(ALICE);
    const position = alice.wait().then(() => notifier.position);
    notifier.publish([message(1), message(2)]);
    expect(await position).to.equal(2);
  });

  it('wakes nobody in the same turn as the commit', async () => {
    const notifier = notifierWith(() => [ALICE]);
    let woken = false;
    void notifier
      .register(ALICE)
      .wait()
      .then(() => {
        woken = true;
      });
    notifier.publish([message(1)]);
    await Promise.resolve();
    expect(woken).to.equal(false);
    await new Promise(setImmediate);
    expect(woken).to.equal(true);
  });

  it('wakes a crowd in slices, so that others get their turn', async () => {
    const crowd = Array.from({ length: 250 }, (_, index) => index + 1);
    const notifier = notifierWith(() => crowd);
    let woken = 0;
    for (const user of crowd) {
      void notifier
        .register(user)
        .wait()
        .then(() => {
          woken += 1;
        });
    }
    notifier.publish([message(1)]);
    const progress: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise(setImmediate);
      progress.push(woken);
    }
    expect(progress).to.deep.equal([100, 200, 250]);
  });

  it('wakes once the members of a room that is not in memory are loaded', async () => {
    const notifier = notifierWith(async () => [ALICE]);
    const alice = notifier.register(ALICE);
    notifier.publish([message(1)]);
    expect(await isWoken(alice)).to.equal(true);
  });

  it('reports a failure to load the members of a room', async () => {
    const errors: unknown[] = [];
    const notifier = notifierWith(
      () => Promise.reject(new Error('no database')),
      (error) => errors.push(error),
    );
    notifier.register(ALICE);
    notifier.publish([message(1)]);
    await new Promise(setImmediate);
    expect(errors).to.have.length(1);
  });

  it('wakes for what lives in memory only, by room and by user', async () => {
    const notifier = notifierWith(() => [ALICE]);
    const alice = notifier.register(ALICE);
    const bob = notifier.register(BOB);
    notifier.wakeRoom(ROOM);
    notifier.wakeUser(BOB);
    expect(await isWoken(alice)).to.equal(true);
    expect(await isWoken(bob)).to.equal(true);
  });

  it('forgets an interest that was closed', async () => {
    const notifier = notifierWith(() => [ALICE]);
    const alice = notifier.register(ALICE);
    notifier.publish([message(1)]);
    alice.close();
    expect(await isWoken(alice)).to.equal(false);
  });

  it('tells listeners of the rows before anybody is woken', () => {
    const notifier = notifierWith(() => []);
    const told: LogRow[] = [];
    notifier.onRows((rows) => told.push(...rows));
    notifier.publish([message(1), message(2)]);
    expect(told.map((row) => row.position)).to.deep.equal([1, 2]);
  });
});

describe('the notifier over a database', () => {
  it('has the newest rows from the start on, and those that are committed later', () =>
    withStorage(async (storage) => {
      const commit = (key: string) =>
        storage.database.commit(new UnitOfWork().append({ kind: LogKind.AccountData, user: ALICE, key }));
      await commit('one');
      await commit('two');
      const options = { storage, localJoined: () => [], onError: () => {} };
      const notifier = await openNotifier(options);
      expect(notifier.position).to.equal(await storage.log.newest());
      const alice = notifier.register(ALICE);
      await commit('three');
      expect(await isWoken(alice)).to.equal(true);
      expect(notifier.rowsAfter(0)?.map((row) => row.key)).to.deep.equal(['one', 'two', 'three']);
      expect(notifier.position).to.equal(await storage.log.newest());
    }));

  it('knows that it lacks what is older', () =>
    withStorage(async (storage) => {
      const unit = new UnitOfWork();
      for (let row = 0; row < 1100; row += 1)
        unit.append({ kind: LogKind.AccountData, user: ALICE, key: 'k' });
      const { positions } = await storage.database.commit(unit);
      const notifier = await openNotifier({ storage, localJoined: () => [], onError: () => {} });
      expect(notifier.rowsAfter(positions[0] ?? 0)).to.equal(undefined);
      expect(notifier.rowsAfter(positions[500] ?? 0)).to.have.length(599);
    }));
});
