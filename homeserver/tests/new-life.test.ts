import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSnapshot } from '../src/storage/database/open-snapshot.ts';
import { parseStreamToken } from '../src/stream/index.ts';
import { eventually } from '../test-kit/eventually.ts';
import { MovableServer } from '../test-kit/movable-server.ts';
import { expectSoundDatabase } from '../test-kit/sound-database.ts';
import { describeEvents, filtered, SyncSession } from '../test-kit/sync-session.ts';
import { createFile, createTestDatabase, testDialect } from '../test-kit/test-database.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const SHORT_TIMELINE = filtered({ room: { timeline: { limit: 2 } } });

describe('A database that was copied', function () {
  this.timeout(60_000);
  let server: MovableServer;
  let alice: TestUser;
  let bob: TestUser;

  beforeEach(async () => {
    server = await MovableServer.start();
    alice = await server.register('alice');
    bob = await server.register('bob');
  });
  afterEach(() => server.end());

  /** A room of Alice's and Bob's with these messages. */
  async function roomWith(...messages: readonly string[]): Promise<string> {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    for (const message of messages) await alice.say(roomId, message);
    return roomId;
  }

  async function history(user: TestUser, roomId: string, from?: string): Promise<string[]> {
    const query = new URLSearchParams({ dir: 'b', limit: '100', ...(from === undefined ? {} : { from }) });
    const { chunk } = await user.ok('GET', `${roomPath(roomId)}/messages?${query}`);
    return describeEvents(chunk.filter((event: { type: string }) => event.type === 'm.room.message'));
  }

  /** How many messages a search finds. */
  async function searchFor(user: TestUser, term: string): Promise<number> {
    const categories = { room_events: { search_term: term } };
    const body = await user.ok('POST', '/_matrix/client/v3/search', { search_categories: categories });
    return body.search_categories.room_events.count;
  }

  async function expectSound(): Promise<void> {
    const snapshot = await openSnapshot(server.databaseUrl);
    await expectSoundDatabase(snapshot);
    await snapshot.close();
  }

  describe('and restored', () => {
    it('lets clients begin again: with what is there, and nothing of what is not', async () => {
      const roomId = await roomWith('one', 'two', 'three');
      const restore = await server.backUp();
      const session = await SyncSession.begin(bob);
      await alice.say(roomId, 'lost');
      await alice.setState(roomId, 'm.room.topic', { topic: 'lost' });
      const lostRoom = await roomWith('never');
      expect(describeEvents((await session.nextOf(roomId)).timeline.events)).to.include('lost');
      const before = session.since;

      await server.pause();
      await restore();
      await server.resume();
      const { timeline, state } = await session.nextOf(roomId, SHORT_TIMELINE);
      expect(describeEvents(timeline.events)).to.deep.equal(['two', 'three']);
      expect(timeline.limited).to.equal(true);
      expect(describeEvents(state.events)).to.include('m.room.create').and.not.include('m.room.topic');
      expect(await history(bob, roomId, timeline.prev_batch)).to.deep.equal(['one']);

      await alice.say(roomId, 'four');
      expect(describeEvents((await session.nextOf(roomId)).timeline.events)).to.deep.equal(['four']);
      expect((await session.next()).rooms).to.equal(undefined);
      expect(await history(bob, roomId)).to.deep.equal(['four', 'three', 'two', 'one']);
      expect((await bob.request('GET', `${roomPath(lostRoom)}/messages?dir=b`)).status).to.equal(403);
      expect(parseStreamToken(session.since ?? '')?.epoch).not.to.equal(
        parseStreamToken(before ?? '')?.epoch,
      );
      await expectSound();
    });

    it('tells a client that thinks to be in a room that it is not', async () => {
      const roomId = await roomWith('hello');
      await bob.ok('POST', `${roomPath(roomId)}/leave`, {});
      const restore = await server.backUp();
      await bob.join(roomId);
      const session = await SyncSession.begin(bob);
      await server.pause();
      await restore();
      await server.resume();
      expect((await session.next()).rooms.leave).to.have.property(roomId);
    });

    it('lets clients that were scrolling go on where they were', async () => {
      const roomId = await roomWith('one', 'two', 'three', 'four');
      const restore = await server.backUp();
      const old = await SyncSession.begin(bob, SHORT_TIMELINE);
      const body = await bob.sync(SHORT_TIMELINE);
      await alice.say(roomId, 'lost');
      const newest = (await old.nextOf(roomId)).timeline.prev_batch;
      await server.pause();
      await restore();
      await server.resume();
      await alice.say(roomId, 'five');
      expect(await history(bob, roomId, body.rooms.join[roomId].timeline.prev_batch)).to.deep.equal([
        'two',
        'one',
      ]);
      expect(await history(bob, roomId, newest)).to.deep.equal(['four', 'three', 'two', 'one']);
    });

    it('tells no number again that it told before, however often one backup is restored', async () => {
      const roomId = await roomWith('hello');
      const restore = await server.backUp();
      const positions: number[] = [];
      for (let life = 1; life <= 2; life += 1) {
        await server.pause();
        if (testDialect === 'sqlite' || life === 1) await restore();
        else await server.run('restore', '--in-place');
        await server.resume();
        const session = await SyncSession.begin(bob);
        positions.push(parseStreamToken(session.since ?? '')?.position ?? 0);
        for (let message = 1; message <= 5; message += 1) await alice.say(roomId, `${life}.${message}`);
        await session.next();
        positions.push(parseStreamToken(session.since ?? '')?.position ?? 0);
      }
      expect(positions).to.deep.equal(positions.toSorted((one, other) => one - other));
      expect(new Set(positions).size).to.equal(4);
    });

    it('keeps its key, its sessions and its media', async () => {
      const { content_uri: uri } = await alice.ok(
        'POST',
        '/_matrix/media/v3/upload?filename=a.txt',
        'content',
      );
      // Signed anew each time, with the time until which it holds.
      const keys = async () => {
        const response = await fetch(`${server.url}/_matrix/key/v2/server`);
        return ((await response.json()) as { verify_keys: unknown }).verify_keys;
      };
      const before = await keys();
      const restore = await server.backUp();
      await server.pause();
      await restore();
      await server.resume();
      expect(await keys()).to.deep.equal(before);
      const path = `/_matrix/client/v1/media/download/${uri.slice('mxc://'.length)}`;
      expect(await alice.ok('GET', path)).to.equal('content');
      expect(await server.run('check-database')).to.contain('No contradictions.');
    });
  });

  if (testDialect === 'sqlite') {
    it('is not overwritten by a backup, nor used for another server', async () => {
      await server.backUp();
      const from = join(server.folder, 'copies');
      expect((await server.command('restore', '--from', from)).errors).to.match(
        /^Another Guildhall is running/,
      );
      await server.pause();
      expect((await server.command('restore', '--from', from)).errors).to.match(
        /^There is a database .* already/,
      );
      expect((await server.command('restore')).errors).to.match(/^Say what to restore/);
      const empty = await createFile();
      server.moveTo(empty);
      const [name = ''] = (await readdir(from)).filter((file) => file.endsWith('.db'));
      await writeFile(join(from, name), 'damaged');
      const { exitCode } = await server.command('restore', '--from', from);
      expect(exitCode).to.equal(1);
      expect(await readdir(join(empty.url.replace('sqlite:', ''), '..'))).to.deep.equal([
        'homeserver.db-lock',
      ]);
    });

    it('goes on as it was when the whole data folder of a stopped server was copied', async () => {
      await server.pause();
      const first = join(server.folder, 'first');
      server.moveTo({ url: `sqlite:${join(first, 'homeserver.db')}`, drop: async () => undefined }, first);
      await server.resume();
      const carol = await server.register('carol');
      const roomId = await carol.createRoom({});
      await carol.say(roomId, 'hello');
      const session = await SyncSession.begin(carol);
      await server.pause();

      const second = join(server.folder, 'second');
      await cp(first, second, { recursive: true });
      server.moveTo({ url: `sqlite:${join(second, 'homeserver.db')}`, drop: async () => undefined }, second);
      await server.resume();
      await carol.say(roomId, 'hello again');
      expect(describeEvents((await session.nextOf(roomId)).timeline.events)).to.deep.equal(['hello again']);
    });
  }

  describe('and migrated', () => {
    it('has everything that it had, and begins again with its clients', async () => {
      const roomId = await roomWith('one', 'two');
      await bob.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/account_data/test`, {
        kept: 1,
      });
      const session = await SyncSession.begin(bob);
      const [source, target] = [
        server.databaseUrl,
        testDialect === 'sqlite' ? await createTestDatabase() : await createFile(),
      ];
      expect((await server.command('migrate-database', '--to', target.url)).errors).to.contain(
        ' is running on ',
      );
      await server.pause();
      expect(await server.run('migrate-database', '--to', target.url)).to.match(
        /\n +\d+ rows in all, read again and/,
      );
      expect((await server.command('migrate-database', '--to', target.url)).errors).to.contain(
        'is not empty',
      );
      server.moveTo(target);
      await server.resume();

      const body = await session.next();
      expect(describeEvents(body.rooms.join[roomId].timeline.events)).to.include.members(['one', 'two']);
      expect(body.account_data.events).to.deep.include({ type: 'test', content: { kept: 1 } });
      await alice.say(roomId, 'three');
      expect(describeEvents((await session.nextOf(roomId)).timeline.events)).to.deep.equal(['three']);
      expect(await history(bob, roomId)).to.deep.equal(['three', 'two', 'one']);
      // What is searched is made again in the background.
      await eventually(async () => (await searchFor(bob, 'two')) === 1);
      await server.pause();
      await expectSound();

      // And back, onto the kind of database that it came from.
      const last = await createTestDatabase();
      await server.run('migrate-database', '--to', last.url);
      server.moveTo(last);
      await server.resume();
      expect(await history(alice, await roomWith('new'))).to.deep.equal(['new']);
      expect(await history(bob, roomId)).to.deep.equal(['three', 'two', 'one']);
      await expectSound();
      expect(source).not.to.equal(last.url);
    });
  });
});
