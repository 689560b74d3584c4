import { expect } from 'chai';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import type { RoomStore } from '../stores/room-store.ts';
import type { Database } from './database.ts';
import { defineInsert, defineQuery, defineUpsert } from './sql.ts';
import { ExpectationFailed, LogKind, RoomVersionConflict, UnitOfWork } from './unit-of-work.ts';

const insertFact = defineInsert('meta', { key: 'text', value: 'text' });
const upsertFact = defineUpsert('meta', { key: 'text', value: 'text' }, ['key']);
const facts = defineQuery<[], { key: string; value: string }>(
  "SELECT key, value FROM meta WHERE key LIKE 'test%' ORDER BY key",
);

function insert(key: string, value = ''): UnitOfWork {
  return new UnitOfWork().write(insertFact, { key: `test-${key}`, value });
}

/** A room of version 1 whose newest event is 1, and a unit that moves it on. */
async function roomWithHead(database: Database, rooms: RoomStore) {
  const unit = new UnitOfWork();
  rooms.insert(unit, {
    nid: 7,
    roomId: '!r:test',
    roomVersion: '12',
    version: 1,
    extremities: [1],
    depth: 1,
    snapshotNid: 0,
    roomType: null,
    listed: false,
  });
  await database.commit(unit);
  const move = ({ from, after, to }: { from: number; after: number[]; to: number }) =>
    new UnitOfWork().moveHead({
      roomNid: 7,
      expectedVersion: from,
      expectedExtremities: after,
      version: from + 1,
      extremities: [to],
      depth: 1,
      snapshotNid: 0,
    });
  return { move };
}

describe('The group committer', () => {
  it('writes what arrives together, and gives every log row a position of its own, without gaps', () =>
    withStorage(async ({ database }) => {
      const units = Array.from({ length: 1500 }, (_, index) =>
        insert(String(index).padStart(5, '0')).append({ kind: LogKind.AccountData, user: index }),
      );
      const committed = await Promise.all(units.map((unit) => database.commit(unit)));
      expect(committed.map(({ positions }) => positions[0])).to.deep.equal(
        units.map((_, index) => index + 1),
      );
      expect(await database.all(facts, [])).to.have.length(1500);
    }));

  it('refuses one bad unit and keeps its neighbours', () =>
    withStorage(async ({ database }) => {
      await database.commit(insert('taken'));
      const results = await Promise.allSettled([
        database.commit(insert('a').append({ kind: LogKind.AccountData, user: 1 })),
        database.commit(insert('taken').append({ kind: LogKind.AccountData, user: 2 })),
        database.commit(insert('b').append({ kind: LogKind.AccountData, user: 3 })),
      ]);
      expect(results.map((result) => result.status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
      const rows = await database.all(facts, []);
      expect(rows.map((row) => row.key)).to.deep.equal(['test-a', 'test-b', 'test-taken']);
    }));

  it('undoes a whole unit when one of its statements does not change what it promised to', () =>
    withStorage(async ({ database }) => {
      const unit = insert('first').run("UPDATE meta SET value = ? WHERE key = 'test-none'", ['x'], 1);
      const failure = await database.commit(unit).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(ExpectationFailed);
      expect(await database.all(facts, [])).to.deep.equal([]);
    }));

  it('lets the last of several writes to one key win, in one unit and across a batch', () =>
    withStorage(async ({ database }) => {
      const write = (value: string) => new UnitOfWork().write(upsertFact, { key: 'test-k', value });
      await Promise.all(['1', '2', '3'].map((value) => database.commit(write(value))));
      await database.commit(write('4').write(upsertFact, { key: 'test-k', value: '5' }));
      expect(await database.all(facts, [])).to.deep.equal([{ key: 'test-k', value: '5' }]);
    }));

  it('keeps the order of writes to one table when they are of different kinds', () =>
    withStorage(async ({ database }) => {
      const removeAll = () => new UnitOfWork().run("DELETE FROM meta WHERE key LIKE 'test%'", []);
      await Promise.all([
        database.commit(insert('old')),
        database.commit(removeAll()),
        database.commit(insert('new')),
      ]);
      expect((await database.all(facts, [])).map((row) => row.key)).to.deep.equal(['test-new']);
    }));

  it('moves a head only from the version that it was built on', () =>
    withStorage(async ({ database, rooms }) => {
      const { move } = await roomWithHead(database, rooms);
      const next = (version: number) =>
        database.commit(move({ from: version, after: [version], to: version + 1 }));
      const results = await Promise.allSettled([next(1), next(2), next(3)]);
      expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'fulfilled']);
      expect(await next(2).catch((error: unknown) => error)).to.be.instanceOf(RoomVersionConflict);
      const row = await rooms.byNid(7);
      expect([row?.version, row?.extremities]).to.deep.equal([4, [4]]);
    }));

  it('moves no head by a change that was built on a refused one, though the version is the same', () =>
    withStorage(async ({ database, rooms }) => {
      const { move } = await roomWithHead(database, rooms);
      await database.commit(move({ from: 1, after: [1], to: 10 }));
      const refused = [
        database.commit(move({ from: 1, after: [1], to: 20 })),
        database.commit(move({ from: 2, after: [20], to: 21 })),
      ];
      for (const { status } of await Promise.allSettled(refused)) expect(status).to.equal('rejected');
      const alone = database.commit(move({ from: 2, after: [20], to: 21 }));
      expect(await alone.catch((error: unknown) => error)).to.be.instanceOf(RoomVersionConflict);
      await database.commit(move({ from: 2, after: [10], to: 11 }));
      expect((await rooms.byNid(7))?.extremities).to.deep.equal([11]);
    }));

  it('brings memory up to date before it wakes anybody, and wakes before it answers', () =>
    withStorage(async ({ database }) => {
      const story: string[] = [];
      database.onCommitted((rows) => story.push(`woken with ${rows.map((row) => row.user).join()}`));
      const commit = async (user: number) => {
        const unit = insert(String(user)).append({ kind: LogKind.AccountData, user });
        await database.commit(unit.onCommit(() => story.push(`memory ${user}`)));
        story.push(`answered ${user}`);
      };
      await Promise.all([commit(1), commit(2)]);
      expect(story).to.deep.equal(['memory 1', 'memory 2', 'woken with 1,2', 'answered 1', 'answered 2']);
    }));

  it('takes a unit that comes the moment the one before it is answered', () =>
    withStorage(async ({ database }) => {
      for (let index = 0; index < 50; index += 1) {
        const before = index === 0 ? Promise.resolve() : database.commit(insert(`${index} before`));
        await before.then(() => database.commit(insert(`${index} after`)));
      }
      const failing = Promise.allSettled([database.commit(insert('1 after'))]);
      await failing.then(() => database.commit(insert('last')));
      expect(await database.all(facts, [])).to.have.length(100);
    }));

  it('gives no id again when the batch that was under way meanwhile is undone', () =>
    withStorage(async ({ database }) => {
      await database.commit(insert('taken'));
      const firsts: number[] = [];
      for (let round = 0; round < 20; round += 1) {
        const refused = database.commit(insert('taken')).catch(() => 'refused');
        // By then the batch is on its way.
        await new Promise(setImmediate);
        firsts.push(await database.reserve('event', 10));
        expect(await refused).to.equal('refused');
      }
      expect(new Set(firsts).size, firsts.join(' ')).to.equal(firsts.length);
    }));

  it('finishes what it was given before it closes', () =>
    withStorage(async ({ database }) => {
      const commits = Array.from({ length: 50 }, (_, index) => database.commit(insert(String(index))));
      await database.close();
      const results = await Promise.allSettled(commits);
      expect(results.every(({ status }) => status === 'fulfilled')).to.equal(true);
      expect(await database.commit(insert('late')).catch(String)).to.contain('closed');
    }));
});
