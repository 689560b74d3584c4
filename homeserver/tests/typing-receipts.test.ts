import { expect } from 'chai';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestResponse, type TestUser } from '../test-kit/test-user.ts';

const refusal = ({ status, body }: TestResponse): string => `${status} ${body.errcode}`;

describe('Between the events', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let carol: TestUser;
  let room: string;

  /** The content of the ephemeral event of a type that a sync shows for the room. */
  function ephemeral(sync: TestResponse['body'], type: string): unknown {
    const events: { type: string; content: unknown }[] = sync.rooms?.join?.[room]?.ephemeral?.events ?? [];
    return events.find((event) => event.type === type)?.content;
  }

  /** Syncs on until there is what is looked for. */
  async function syncUntil<T>(
    user: TestUser,
    since: string,
    find: (sync: TestResponse['body']) => T | undefined,
  ): Promise<{ found: T; since: string }> {
    for (let next = since; ; ) {
      const sync = await user.sync({ since: next, timeout: '5000' });
      const found = find(sync);
      if (found !== undefined) return { found, since: sync.next_batch };
      next = sync.next_batch;
    }
  }

  const start = async (user: TestUser): Promise<string> => (await user.sync()).next_batch;

  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
    bob = await server.register('bob');
    carol = await server.register('carol');
  });
  after(() => server.stop());
  beforeEach(async () => {
    room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
  });

  describe('Typing', () => {
    const type = (user: TestUser, body: object, as = user) =>
      user.request('PUT', `${roomPath(room)}/typing/${encodeURIComponent(as.userId)}`, body);
    const typing = (sync: TestResponse['body']) => ephemeral(sync, 'm.typing');

    it('shows at once to those who wait, and ends when it is over', async () => {
      const since = await start(bob);
      const waiting = syncUntil(bob, since, typing);
      expect((await type(alice, { typing: true, timeout: 30_000 })).body).to.deep.equal({});
      const begun = await waiting;
      expect(begun.found).to.deep.equal({ user_ids: [alice.userId] });
      await type(alice, { typing: false });
      const { found } = await syncUntil(bob, begun.since, typing);
      expect(found).to.deep.equal({ user_ids: [] });
    });

    it('ends by itself', async () => {
      const since = await start(bob);
      await type(alice, { typing: true, timeout: 50 });
      const begun = await syncUntil(bob, since, typing);
      const { found } = await syncUntil(bob, begun.since, typing);
      expect(found).to.deep.equal({ user_ids: [] });
    });

    it('shows to those who come while it lasts', async () => {
      await type(alice, { typing: true, timeout: 30_000 });
      expect(typing(await bob.sync())).to.deep.equal({ user_ids: [alice.userId] });
    });

    it('is for members, in their own name', async () => {
      expect(refusal(await type(carol, { typing: true }))).to.equal('403 M_FORBIDDEN');
      expect(refusal(await type(alice, { typing: true }, bob))).to.equal('403 M_FORBIDDEN');
      expect((await type(alice, { typing: 'yes' })).status).to.equal(400);
      expect((await type(alice, {})).status).to.equal(400);
      expect(typing(await bob.sync())).to.equal(undefined);
    });
  });

  describe('Receipts', () => {
    const post = (user: TestUser, eventId: string, kind = 'm.read', body: object = {}) =>
      user.request('POST', `${roomPath(room)}/receipt/${kind}/${encodeURIComponent(eventId)}`, body);
    const receipts = (sync: TestResponse['body']) =>
      ephemeral(sync, 'm.receipt') as Record<string, never> | undefined;
    const marker = (sync: TestResponse['body']): unknown => {
      const events: { type: string; content: unknown }[] =
        sync.rooms?.join?.[room]?.account_data?.events ?? [];
      return events.find((event) => event.type === 'm.fully_read')?.content;
    };

    it('show to everybody in the room, now and later', async () => {
      const event = await alice.say(room, 'hello');
      const since = await start(alice);
      expect((await post(bob, event)).body).to.deep.equal({});
      const { found } = await syncUntil(alice, since, receipts);
      expect(Object.keys(found)).to.deep.equal([event]);
      expect(found).to.have.nested.property(`${event}.m\\.read.${bob.userId.replaceAll('.', '\\.')}.ts`);
      expect(receipts(await alice.sync())).to.deep.equal(found);
    });

    it('move forward only', async () => {
      const [first, second] = [await alice.say(room, '1'), await alice.say(room, '2')];
      await post(bob, second);
      await post(bob, first);
      expect(Object.keys(receipts(await alice.sync()) ?? {})).to.deep.equal([second]);
    });

    it('show to nobody else if they are private', async () => {
      const event = await alice.say(room, 'hello');
      await post(bob, event, 'm.read.private');
      expect(receipts(await alice.sync())).to.equal(undefined);
      expect(receipts(await bob.sync())).to.have.nested.property(`${event}.m\\.read\\.private`);
    });

    it('belong to a thread if they say so', async () => {
      const root = await alice.say(room, 'root');
      const relation = { rel_type: 'm.thread', event_id: root };
      const inThread = await alice.send(room, 'm.room.message', {
        msgtype: 'm.text',
        body: 'in it',
        'm.relates_to': relation,
      });
      expect((await post(bob, inThread, 'm.read', { thread_id: root })).status).to.equal(200);
      expect((await post(bob, root, 'm.read', { thread_id: 'main' })).status).to.equal(200);
      const shown = receipts(await alice.sync());
      expect(Object.keys(shown ?? {})).to.have.members([root, inThread]);
      for (const thread_id of ['main', '', '$other', 7]) {
        expect((await post(bob, inThread, 'm.read', { thread_id })).status, String(thread_id)).to.equal(400);
      }
      expect(refusal(await post(bob, root, 'm.fully_read', { thread_id: 'main' }))).to.equal(
        '400 M_INVALID_PARAM',
      );
    });

    it('are refused to outsiders, for unknown events and of unknown types', async () => {
      const event = await alice.say(room, 'hello');
      const elsewhere = await alice.say(await alice.createRoom(), 'elsewhere');
      expect(refusal(await post(carol, event))).to.equal('403 M_FORBIDDEN');
      expect(refusal(await post(bob, elsewhere))).to.equal('404 M_NOT_FOUND');
      expect(refusal(await post(bob, '$unknown'))).to.equal('404 M_NOT_FOUND');
      expect(refusal(await post(bob, event, 'm.seen'))).to.equal('400 M_INVALID_PARAM');
      expect(receipts(await alice.sync())).to.equal(undefined);
    });

    it('come with read markers, which are account data and do not go back', async () => {
      const [first, second] = [await alice.say(room, '1'), await alice.say(room, '2')];
      const set = (body: object) => bob.request('POST', `${roomPath(room)}/read_markers`, body);
      const since = await start(bob);
      expect((await set({ 'm.fully_read': second, 'm.read': first })).body).to.deep.equal({});
      const moved = await syncUntil(bob, since, marker);
      expect(moved.found).to.deep.equal({ event_id: second });
      expect(Object.keys(receipts(await alice.sync()) ?? {})).to.deep.equal([first]);
      await set({ 'm.fully_read': first });
      expect(marker(await bob.sync())).to.deep.equal({ event_id: second });
      expect((await set({})).status).to.equal(200);
      expect(refusal(await set({ 'm.fully_read': '$unknown' }))).to.equal('404 M_NOT_FOUND');
    });

    it('stay after a restart', async () => {
      const event = await alice.say(room, 'hello');
      await post(bob, event);
      await server.restart();
      expect(Object.keys(receipts(await alice.sync()) ?? {})).to.deep.equal([event]);
    });
  });

  describe('Presence', () => {
    const status = (user: TestUser) =>
      `/_matrix/client/v3/presence/${encodeURIComponent(user.userId)}/status`;
    const presenceOf = (user: TestUser) => (sync: TestResponse['body']) => {
      const events: { sender: string; content: { presence: string } }[] = sync.presence?.events ?? [];
      return events.find((event) => event.sender === user.userId)?.content;
    };

    it('shows to those who share a room who is there, and what they say', async () => {
      const since = await start(alice);
      await bob.sync({ set_presence: 'unavailable' });
      const away = await syncUntil(alice, since, presenceOf(bob));
      expect(away.found).to.include({ presence: 'unavailable' });
      await bob.ok('PUT', status(bob), { presence: 'online', status_msg: 'back again' });
      const back = await syncUntil(alice, away.since, presenceOf(bob));
      expect(back.found).to.include({ presence: 'online', status_msg: 'back again', currently_active: true });
      expect(await alice.ok('GET', status(bob))).to.include({ presence: 'online', status_msg: 'back again' });
      expect(presenceOf(bob)(await alice.sync())).to.include({ presence: 'online' });
    });

    it('is hidden from strangers, and set by nobody else', async () => {
      await bob.ok('PUT', status(bob), { presence: 'online' });
      expect(refusal(await carol.request('GET', status(bob)))).to.equal('403 M_FORBIDDEN');
      expect(presenceOf(bob)(await carol.sync())).to.equal(undefined);
      expect(refusal(await carol.request('PUT', status(bob), { presence: 'offline' }))).to.equal(
        '403 M_FORBIDDEN',
      );
      expect((await bob.request('PUT', status(bob), { presence: 'busy' })).status).to.equal(400);
    });

    it('is not given away by a sync that asks for offline', async () => {
      await alice.sync({ set_presence: 'offline' });
      const dora = await server.register('dora');
      await dora.join(room);
      await dora.sync({ set_presence: 'offline' });
      expect(await alice.ok('GET', status(dora))).to.include({ presence: 'offline' });
    });
  });

  it('ends the typing of somebody who leaves', async () => {
    const since = await start(alice);
    await bob.ok('PUT', `${roomPath(room)}/typing/${bob.userId}`, { typing: true, timeout: 60_000 });
    const typing = (sync: TestResponse['body']) =>
      (ephemeral(sync, 'm.typing') as { user_ids: string[] } | undefined)?.user_ids;
    const seen = await syncUntil(alice, since, typing);
    expect(seen.found).to.deep.equal([bob.userId]);
    await bob.ok('POST', `${roomPath(room)}/leave`, {});
    expect((await syncUntil(alice, seen.since, typing)).found).to.deep.equal([]);
  });
});
