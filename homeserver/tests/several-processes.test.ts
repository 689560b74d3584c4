import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../test-kit/eventually.ts';
import { type ServerProcess, startServerProcess } from '../test-kit/server-process.ts';
import { describeEvents, SyncSession } from '../test-kit/sync-session.ts';
import { createTestDatabase, type TestDatabase, testDialect } from '../test-kit/test-database.ts';
import { registerUser, roomPath, type TestResponse, TestUser } from '../test-kit/test-user.ts';

const LONG = { timeout: '20000' };

/** A user with one session and a client at each of two processes, as behind a load balancer. */
interface Roamer {
  readonly one: TestUser;
  readonly other: TestUser;
}

if (testDialect === 'postgres') {
  describe('Two processes on one PostgreSQL', function () {
    this.timeout(60_000);
    let folder: string;
    let database: TestDatabase;
    let configuration: Record<string, string>;
    let one: ServerProcess;
    let other: ServerProcess;
    let alice: Roamer;
    let bob: Roamer;
    let room: string;

    const at = (url: () => string, { userId, deviceId, accessToken }: TestUser): TestUser =>
      new TestUser(url, userId, deviceId, accessToken);
    const register = async (name: string): Promise<Roamer> => {
      const user = await registerUser(() => one.url, name);
      return { one: user, other: at(() => other.url, user) };
    };

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'guildhall-processes-'));
      database = await createTestDatabase();
      configuration = { DATA_DIR: folder, DATABASE_URL: database.url, LOG_LEVEL: 'warn' };
      // Both find an empty database.
      [one, other] = await Promise.all([
        startServerProcess({ configuration }),
        startServerProcess({ configuration }),
      ]);
      alice = await register('alice');
      bob = await register('bob');
    });
    after(async () => {
      await Promise.all([one.kill('SIGTERM'), other.kill('SIGTERM')]);
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      room = await alice.one.createRoom({ preset: 'public_chat' });
      await bob.other.join(room);
      await eventually(async () => {
        const { joined_rooms: joined } = await bob.one.ok('GET', '/_matrix/client/v3/joined_rooms');
        return joined.includes(room);
      });
    });

    /** Syncs on until there is what is looked for. */
    async function syncUntil<T>(
      session: SyncSession,
      find: (sync: TestResponse['body']) => T | undefined,
    ): Promise<T> {
      for (;;) {
        const found = find(await session.next(LONG));
        if (found !== undefined) return found;
      }
    }

    const ephemeral = (type: string) => (sync: TestResponse['body']) => {
      const events: { type: string; content: unknown }[] = sync.rooms?.join?.[room]?.ephemeral?.events ?? [];
      return events.find((event) => event.type === type)?.content;
    };

    async function history(user: TestUser): Promise<{ event_id: string; content: { body: string } }[]> {
      const page = await user.ok('GET', `${roomPath(room)}/messages?dir=b&limit=1000`);
      return page.chunk.filter(({ type }: { type: string }) => type === 'm.room.message').reverse();
    }

    it('agree on who they are', async () => {
      const keys = await Promise.all(
        [one, other].map(async ({ url }) => (await fetch(`${url}/_matrix/client/versions`)).status),
      );
      expect(keys).to.deep.equal([200, 200]);
      const name = (process: ServerProcess) => /first admin|token=(\w+)/i.exec(process.output())?.[1];
      expect(name(one)).to.equal(name(other));
    });

    it('wake a sync at one when something is sent at the other, in the same order at both', async () => {
      const [here, there] = [await SyncSession.begin(bob.one), await SyncSession.begin(bob.other)];
      const waiting = [here.nextOf(room, LONG), there.nextOf(room, LONG)];
      await alice.other.say(room, 'from the other');
      for (const part of await Promise.all(waiting)) {
        expect(describeEvents(part.timeline.events)).to.deep.equal(['from the other']);
      }
      for (let index = 0; index < 10; index += 1) {
        await (index % 2 === 0 ? alice.one : alice.other).say(room, `m${index}`);
      }
      const texts = Array.from({ length: 10 }, (_, index) => `m${index}`);
      for (const session of [here, there]) {
        const seen: string[] = [];
        while (seen.length < 10) {
          const part = await session.nextOf(room, LONG);
          if (part !== undefined) seen.push(...describeEvents(part.timeline.events));
        }
        expect(seen).to.deep.equal(texts);
      }
    });

    it('let a client go from one to the other with its token, and miss and repeat nothing', async () => {
      const sessions = [await SyncSession.begin(bob.one), new SyncSession(bob.other)];
      const seen: string[] = [];
      const sending = (async () => {
        for (let index = 0; index < 30; index += 1) {
          await (index % 3 === 0 ? alice.other : alice.one).say(room, `m${index}`);
        }
      })();
      let since = sessions[0]?.since;
      for (let turn = 1; seen.length < 30; turn += 1) {
        const session = sessions[turn % 2];
        if (session === undefined) throw new Error('there are two');
        session.since = since;
        const part = await session.nextOf(room, LONG);
        since = session.since;
        if (part !== undefined) seen.push(...describeEvents(part.timeline.events));
      }
      await sending;
      expect(seen).to.deep.equal(Array.from({ length: 30 }, (_, index) => `m${index}`));
    });

    it('know at once at one who has come in at the other, and what it may do there', async () => {
      const carol = await register(`carol${room.length}`);
      for (let round = 0; round < 5; round += 1) {
        const created = await alice.one.createRoom({});
        await alice.one.invite(created, carol.one);
        await carol.other.join(created);
        await carol.one.say(created, 'here I am');
        await alice.other.setState(created, 'm.room.topic', { topic: `round ${round}` });
        const levels = await alice.one.ok('GET', `${roomPath(created)}/state/m.room.power_levels`);
        await alice.one.setState(created, 'm.room.power_levels', {
          ...levels,
          users: { ...levels.users, [carol.one.userId]: 50 },
        });
        await carol.other.setState(created, 'm.room.topic', { topic: 'set by somebody who may now' });
        await carol.one.ok('POST', `${roomPath(created)}/leave`, {});
        const refused = await carol.other.request('POST', `${roomPath(created)}/invite`, {
          user_id: bob.one.userId,
        });
        expect(refused.status).to.equal(403);
      }
    });

    it('make one event of the same request sent to both at once', async () => {
      for (let round = 0; round < 10; round += 1) {
        const path = `${roomPath(room)}/send/m.room.message/same-${round}`;
        const body = { msgtype: 'm.text', body: `once ${round}` };
        const answers = await Promise.all([
          alice.one.ok('PUT', path, body),
          alice.other.ok('PUT', path, body),
        ]);
        expect(answers[0].event_id).to.equal(answers[1].event_id);
      }
      const texts = (await history(alice.one)).map(({ content }) => content.body);
      expect(texts).to.deep.equal(Array.from({ length: 10 }, (_, round) => `once ${round}`));
    });

    it('let somebody speak once in a room with slow mode, however many they are sent to at once', async () => {
      await alice.one.setState(room, 'io.guildhall.slowmode', { seconds: 3600 });
      // When `other` lets this one wait, it knows of the slow mode.
      await eventually(async () => (await sendSlowly('one after the other', bob.other)) === 429);
      const carol = await register('slow-carol');
      await carol.one.join(room);
      await carol.other.ok('GET', `${roomPath(room)}/joined_members`);
      const clients = [carol.one, carol.other, carol.one, carol.other, carol.one, carol.other];
      const statuses = await Promise.all(clients.map((client, index) => sendSlowly(`c${index}`, client)));
      expect(statuses.sort()).to.deep.equal([200, 429, 429, 429, 429, 429]);
    });

    let slowSends = 0;
    async function sendSlowly(body: string, client: TestUser): Promise<number> {
      slowSends += 1;
      const path = `${roomPath(room)}/send/m.room.message/slow-${slowSends}`;
      return (await client.request('PUT', path, { msgtype: 'm.text', body })).status;
    }

    it('lose and double nothing when both send in one room at once, and tell it in the same order', async () => {
      const sessions = [await SyncSession.begin(bob.one), await SyncSession.begin(bob.other)];
      const clients = [alice.one, alice.other, bob.one, bob.other];
      const sent = new Map<string, string>();
      await Promise.all(
        Array.from({ length: 32 }, async (_, sender) => {
          const client = clients[sender % clients.length];
          for (let index = 0; index < 5; index += 1) {
            const text = `${sender}: ${index}`;
            sent.set(text, (await client?.say(room, text)) ?? '');
          }
        }),
      );
      const orders = await Promise.all(sessions.map((session) => readAll(session, sent.size)));
      expect(orders[0]).to.deep.equal(orders[1]);
      expect(new Set(orders[0])).to.deep.equal(new Set(sent.values()));
      expect(orders[0]).to.have.length(sent.size);
      for (const client of [alice.one, alice.other]) {
        const events = await history(client);
        expect(events.map((event) => event.event_id)).to.deep.equal(orders[0]);
        for (const { event_id: id, content } of events) expect(sent.get(content.body)).to.equal(id);
      }
    });

    /** The IDs of the messages that a client gets, limited or not. */
    async function readAll(session: SyncSession, count: number): Promise<string[]> {
      const ids: string[] = [];
      while (ids.length < count) {
        const before = session.since;
        const part = await session.nextOf(room, LONG);
        if (part === undefined) continue;
        const shown: string[] = part.timeline.events.map((event: { event_id: string }) => event.event_id);
        if (part.timeline.limited) {
          const query = new URLSearchParams({
            dir: 'b',
            limit: '1000',
            from: part.timeline.prev_batch,
            to: before ?? '',
          });
          const gap = await session.user.ok('GET', `${roomPath(room)}/messages?${query}`);
          shown.unshift(...gap.chunk.map((event: { event_id: string }) => event.event_id).reverse());
        }
        ids.push(...shown);
      }
      return ids;
    }

    it('change state and members at once without losing a change', async () => {
      const people = await Promise.all(Array.from({ length: 6 }, (_, index) => register(`guest${index}`)));
      await Promise.all([
        ...people.map((person, index) => (index % 2 === 0 ? person.one : person.other).join(room)),
        ...Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? alice.one : alice.other).setState(
            room,
            'org.example.item',
            { index },
            `${index}`,
          ),
        ),
      ]);
      const stateAt = async (client: TestUser): Promise<string[]> => {
        const state: { event_id: string }[] = await client.ok('GET', `${roomPath(room)}/state`);
        return state.map((event) => event.event_id).sort();
      };
      await eventually(async () => {
        const [here, there] = [await stateAt(alice.one), await stateAt(alice.other)];
        return here.join() === there.join();
      });
      const members = await alice.other.ok('GET', `${roomPath(room)}/joined_members`);
      expect(Object.keys(members.joined)).to.have.length(people.length + 2);
    });

    it('show a redaction at both, also of state', async () => {
      const message = await alice.one.say(room, 'regretted');
      const topic = await alice.one.setState(room, 'm.room.topic', { topic: 'regretted' });
      const topicAt = async (client: TestUser): Promise<unknown> =>
        (await client.request('GET', `${roomPath(room)}/state/m.room.topic`)).body.topic;
      const textAt = async (client: TestUser): Promise<unknown> =>
        (await client.ok('GET', `${roomPath(room)}/event/${message}`)).content.body;
      await eventually(async () => (await topicAt(alice.other)) === 'regretted');
      expect(await textAt(alice.other)).to.equal('regretted');
      await alice.one.ok('PUT', `${roomPath(room)}/redact/${message}/r1`, {});
      await alice.one.ok('PUT', `${roomPath(room)}/redact/${topic}/r2`, {});
      await eventually(
        async () => (await topicAt(alice.other)) === undefined && (await textAt(alice.other)) === undefined,
      );
    });

    it('refuse at one what was logged out at the other', async () => {
      const dave = await register(`dave${Date.now()}`);
      for (const client of [dave.one, dave.other])
        await client.ok('GET', '/_matrix/client/v3/account/whoami');
      await dave.one.ok('POST', '/_matrix/client/v3/logout', {});
      await eventually(
        async () => (await dave.other.request('GET', '/_matrix/client/v3/account/whoami')).status === 401,
      );
    });

    it('show at one the profile, the account data and the push rules that were set at the other', async () => {
      const name = `/_matrix/client/v3/profile/${encodeURIComponent(bob.one.userId)}/displayname`;
      const data = `/_matrix/client/v3/user/${encodeURIComponent(bob.one.userId)}/account_data/org.example`;
      await bob.other.ok('GET', name);
      const session = await SyncSession.begin(bob.other);
      await bob.one.ok('PUT', name, { displayname: 'Bob the other' });
      await bob.one.ok('PUT', data, { value: 7 });
      const content = await syncUntil(session, (sync) => {
        const events: { type: string; content: unknown }[] = sync.account_data?.events ?? [];
        return events.find(({ type }) => type === 'org.example')?.content;
      });
      expect(content).to.deep.equal({ value: 7 });
      await eventually(async () => (await bob.other.ok('GET', name)).displayname === 'Bob the other');
    });

    it('tell each other who types, who has read, and who is there', async () => {
      const session = await SyncSession.begin(bob.other, { set_presence: 'online' });
      const typing = `${roomPath(room)}/typing/${encodeURIComponent(alice.one.userId)}`;
      await alice.one.ok('PUT', typing, { typing: true, timeout: 30_000 });
      expect(await syncUntil(session, ephemeral('m.typing'))).to.deep.equal({ user_ids: [alice.one.userId] });
      await alice.other.ok('PUT', typing, { typing: false });
      expect(await syncUntil(session, ephemeral('m.typing'))).to.deep.equal({ user_ids: [] });

      const event = await bob.other.say(room, 'read this');
      await alice.one.ok('POST', `${roomPath(room)}/receipt/m.read/${encodeURIComponent(event)}`, {});
      expect(await syncUntil(session, ephemeral('m.receipt'))).to.have.nested.property(
        `${event.replaceAll('.', '\\.')}.m\\.read.${alice.one.userId.replaceAll('.', '\\.')}`,
      );

      const status = (user: TestUser) =>
        `/_matrix/client/v3/presence/${encodeURIComponent(user.userId)}/status`;
      await alice.one.ok('PUT', status(alice.one), { presence: 'online', status_msg: 'in the garden' });
      const shown = await syncUntil(session, (sync) => {
        const events: { sender: string; content: Record<string, unknown> }[] = sync.presence?.events ?? [];
        return events.find(
          ({ sender, content }) => sender === alice.one.userId && content.status_msg !== undefined,
        );
      });
      expect(shown.content).to.include({ presence: 'online', status_msg: 'in the garden' });
      // Bob syncs at the other.
      await eventually(async () => (await alice.one.ok('GET', status(bob.one))).presence === 'online');
    });

    it('give out at one what is uploaded at the other', async () => {
      const { content_uri: uri } = await alice.one.ok('POST', '/_matrix/media/v1/create', {});
      const path = uri.slice('mxc://'.length);
      const waiting = bob.one.request('GET', `/_matrix/client/v1/media/download/${path}?timeout_ms=20000`);
      await alice.other.ok('PUT', `/_matrix/media/v3/upload/${path}`, 'the content');
      expect((await waiting).status).to.equal(200);
    });

    it('let only one have a name, an alias, and the last use of a token', async () => {
      const outcomes = await Promise.all(
        [one, other].map(({ url }) => registerUser(() => url, 'wanted').catch(() => undefined)),
      );
      expect(outcomes.filter((user) => user !== undefined)).to.have.length(1);
      const alias = encodeURIComponent('#wanted:hs.test');
      const rooms = [room, await alice.one.createRoom({})];
      const statuses = await Promise.all(
        rooms.map(async (roomId, index) => {
          const client = index === 0 ? alice.one : alice.other;
          return (
            await client.request('PUT', `/_matrix/client/v3/directory/room/${alias}`, { room_id: roomId })
          ).status;
        }),
      );
      expect(statuses.sort()).to.deep.equal([200, 409]);
    });

    it('go on when one is restarted, which then has everything that happened meanwhile', async () => {
      const session = await SyncSession.begin(bob.one);
      await other.kill('SIGTERM');
      const texts = Array.from({ length: 5 }, (_, index) => `meanwhile ${index}`);
      for (const text of texts) await alice.one.say(room, text);
      await alice.one.setState(room, 'm.room.topic', { topic: 'meanwhile' });
      const sending = (async () => {
        for (let index = 0; index < 40; index += 1) await alice.one.say(room, `while it starts ${index}`);
      })();
      other = await startServerProcess({ configuration });
      await sending;
      await alice.other.say(room, 'back again');
      const shown = await readAll(new SyncSessionAt(session, bob.other), 47);
      expect(shown.slice(-1)).to.deep.equal(
        (await history(alice.one)).slice(-1).map((event) => event.event_id),
      );
      expect((await alice.other.ok('GET', `${roomPath(room)}/state/m.room.topic`)).topic).to.equal(
        'meanwhile',
      );
    });
  });
}

/** A session that goes on at another process. */
class SyncSessionAt extends SyncSession {
  constructor(session: SyncSession, user: TestUser) {
    super(user);
    this.since = session.since;
  }
}
