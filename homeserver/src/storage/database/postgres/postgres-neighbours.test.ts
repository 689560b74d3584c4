import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../../../../test-kit/eventually.ts';
import { createTestDatabase, type TestDatabase, testDialect } from '../../../../test-kit/test-database.ts';
import type { Database } from '../database.ts';
import { openDatabase } from '../open-database.ts';
import { defineInsert } from '../sql.ts';
import { ExpectationFailed, LogKind, RoomVersionConflict, UnitOfWork } from '../unit-of-work.ts';

const insertRoom = defineInsert('rooms', {
  nid: 'bigint',
  room_id: 'text',
  room_version: 'text',
  version: 'bigint',
  extremities: 'text',
  depth: 'bigint',
  snapshot_nid: 'bigint',
  partial_state: 'integer',
  listed: 'integer',
});
const insertFact = defineInsert('meta', { key: 'text', value: 'text' });

function newRoom(nid: number): UnitOfWork {
  const rest = { room_version: '12', version: 0, extremities: '[]', depth: 0, snapshot_nid: 0 };
  return new UnitOfWork().write(insertRoom, {
    nid,
    room_id: `!${nid}`,
    ...rest,
    partial_state: 0,
    listed: 0,
  });
}

function moveRoom(roomNid: number, from: number, isHeld = false): UnitOfWork {
  const head = { expectedExtremities: [], extremities: [], depth: 0, snapshotNid: 0 };
  const change = { roomNid, expectedVersion: from, version: from + 1, ...head, isHeld };
  return new UnitOfWork().moveHead(change).append({ kind: LogKind.Event, room: roomNid });
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

if (testDialect === 'postgres') {
  describe('Processes on one PostgreSQL', () => {
    let test: TestDatabase;
    let processes: [Database, Database, Database];
    const errors: Error[] = [];
    const open = () => openDatabase({ url: test.url, onError: (error) => errors.push(error) });

    beforeEach(async () => {
      errors.length = 0;
      test = await createTestDatabase();
      processes = [await open(), await open(), await open()];
    });
    afterEach(async () => {
      await Promise.all(processes.map((database) => database.close()));
      await test.drop();
    });

    /** The positions that a process sees, with who wrote them. */
    const follow = (database: Database) => {
      const seen: { position: number; user: number | undefined; origin: string }[] = [];
      database.onCommitted((rows, origin) => {
        seen.push(...rows.map(({ position, user }) => ({ position, user, origin })));
      });
      return seen;
    };

    it('see every row of the log in order and without gaps, however their commits fall together', async () => {
      const seen = processes.map(follow);
      await Promise.all(
        processes.flatMap((database, writer) =>
          Array.from({ length: 200 }, async (_, index) => {
            if (index % 7 === 0) await database.neighbours.caughtUp();
            await database.commit(new UnitOfWork().append({ kind: LogKind.AccountData, user: writer }));
          }),
        ),
      );
      await Promise.all(processes.map((database) => database.neighbours.caughtUp()));
      const positions = Array.from({ length: 600 }, (_, at) => at + 1);
      for (const [reader, rows] of seen.entries()) {
        expect(rows.map(({ position }) => position)).to.deep.equal(positions);
        for (const { user, origin } of rows) expect(origin).to.equal(user === reader ? 'here' : 'elsewhere');
      }
    });

    it('have prepared what a row needs before anybody hears of it', async () => {
      const [writer, reader] = processes;
      const story: string[] = [];
      reader.neighbours.onRows(async (rows) => {
        await Promise.resolve();
        story.push(`prepared ${rows.length}`);
        return () => story.push('in memory');
      });
      reader.onCommitted(() => story.push('heard'));
      await writer.commit(new UnitOfWork().append({ kind: LogKind.AccountData, user: 1 }));
      await reader.neighbours.caughtUp();
      expect(story).to.deep.equal(['prepared 1', 'in memory', 'heard']);
    });

    it('forget what any of them invalidates, also when it is much at once, and nothing that failed', async () => {
      const [writer, reader] = processes;
      const forgotten: (string | undefined)[] = [];
      const atHome: (string | undefined)[] = [];
      reader.onInvalidated('profiles', (key) => forgotten.push(key));
      writer.onInvalidated('profiles', (key) => atHome.push(key));
      const keys = Array.from({ length: 900 }, (_, at) => `@user-${at}-ü "quoted":test`);
      const unit = new UnitOfWork().append({ kind: LogKind.AccountData, user: 1 });
      for (const key of keys) unit.invalidate('profiles', key);
      const failing = new UnitOfWork().run('UPDATE meta SET value = 1 WHERE key = ?', ['none'], 1);
      await failureOf(writer.commit(failing.invalidate('profiles', 'never')));
      await writer.commit(unit);
      expect(atHome).to.deep.equal(keys);
      await writer.commit(new UnitOfWork().invalidate('profiles', 'without rows'));
      await eventually(async () => forgotten.at(-1) === 'without rows');
      expect(forgotten).to.have.members([...keys, 'without rows']);
    });

    it('hear what others broadcast, unless it is too long', async () => {
      const [one, other, third] = processes;
      const heard: string[] = [];
      other.neighbours.onBroadcast('news', (message) => heard.push(message));
      one.neighbours.onBroadcast('news', (message) => heard.push(`at home: ${message}`));
      one.neighbours.broadcast('news', 'x'.repeat(9_000));
      one.neighbours.broadcast('else', 'not this');
      one.neighbours.broadcast('news', '{"a": "ü\n"}');
      await eventually(async () => heard.length > 0);
      third.neighbours.broadcast('news', 'after that');
      await eventually(async () => heard.length > 2);
      expect(heard).to.have.members(['{"a": "ü\n"}', 'after that', 'at home: after that']);
    });

    it('miss no row and keep nothing old when they could not listen for a while', async () => {
      const [writer, reader] = processes;
      const seen = follow(reader);
      const forgotten: (string | undefined)[] = [];
      reader.onInvalidated('profiles', (key) => forgotten.push(key));
      const client = new pg.Client({ connectionString: test.url });
      await client.connect();
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
      );
      await client.end();
      await writer.commit(
        new UnitOfWork().append({ kind: LogKind.AccountData, user: 1 }).invalidate('profiles', 'key'),
      );
      await eventually(async () => seen.length > 0 && forgotten.includes(undefined));
      expect(seen.map(({ position }) => position)).to.deep.equal([1]);
      expect(errors).not.to.deep.equal([]);
    });

    it('refuse a second row for what has to be unique, and keep its neighbours', async () => {
      const outcomes = await Promise.allSettled(
        processes.flatMap((database, writer) => [
          database.commit(new UnitOfWork().write(insertFact, { key: 'one', value: `${writer}` })),
          database.commit(new UnitOfWork().write(insertFact, { key: `of ${writer}`, value: '' })),
        ]),
      );
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).to.have.length(2);
      for (const { reason } of refused) expect(reason).to.be.instanceOf(ExpectationFailed);
    });

    it('move the head of a room that another one holds only when it has let go, whoever asks first', async () => {
      const [one, other, third] = processes;
      await one.commit(newRoom(1));
      const release = await one.neighbours.holdRoom(1);
      expect(await failureOf(other.commit(moveRoom(1, 0)))).to.be.instanceOf(RoomVersionConflict);
      const order: string[] = [];
      const waiting = [other, third].map(async (database, at) => {
        const letGo = await database.neighbours.holdRoom(1);
        order.push(`held by ${at}`);
        await database.commit(moveRoom(1, order.length, true)).finally(letGo);
      });
      await one.commit(moveRoom(1, 0, true));
      expect(order).to.deep.equal([]);
      await release();
      await Promise.all(waiting);
      expect(order).to.have.members(['held by 0', 'held by 1']);
    });

    it('lock rooms in one order, so that they never wait for each other', async () => {
      const [one, other] = processes;
      const rooms = Array.from({ length: 40 }, (_, at) => at + 1);
      await Promise.all(rooms.map((nid) => one.commit(newRoom(nid))));
      for (let version = 0; version < 5; version += 1) {
        const outcomes = await Promise.allSettled([
          ...rooms.map((nid) => one.commit(moveRoom(nid, version))),
          ...rooms.toReversed().map((nid) => other.commit(moveRoom(nid, version))),
        ]);
        const failures = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason] : [],
        );
        expect(failures).to.have.length(rooms.length);
        for (const failure of failures) expect(failure).to.be.instanceOf(RoomVersionConflict);
      }
    });
  });
}
