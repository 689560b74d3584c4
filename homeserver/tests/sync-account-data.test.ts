import { expect } from 'chai';
import { filtered, type SyncPart, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

describe('what a sync has beside the timelines', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let room: string;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    bob = await server.register(`bob${users}`);
    room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
  });

  const userPath = (user: TestUser) => `/_matrix/client/v3/user/${encodeURIComponent(user.userId)}`;
  const find = (list: SyncPart, type: string): SyncPart =>
    list?.events.find((event: SyncPart) => event.type === type)?.content;

  describe('account data', () => {
    const set = (path: string, type: string, content: object) =>
      bob.ok('PUT', `${userPath(bob)}${path}/account_data/${type}`, content);

    it('is all there at first, the push rules that nobody has touched included', async () => {
      await set('', 'org.example.setting', { on: true });
      const { account_data: data } = await new SyncSession(bob).next();
      expect(find(data, 'org.example.setting')).to.deep.equal({ on: true });
      expect(find(data, 'm.push_rules').global).to.have.all.keys(
        'override',
        'content',
        'room',
        'sender',
        'underride',
      );
    });

    it('comes when it changes, once and to its owner alone', async () => {
      const sessions = { own: await SyncSession.begin(bob), other: await SyncSession.begin(alice) };
      await set('', 'org.example.setting', { value: 1 });
      await set('', 'org.example.setting', { value: 2 });
      const { account_data: data } = await sessions.own.next();
      expect(data.events).to.deep.equal([{ type: 'org.example.setting', content: { value: 2 } }]);
      expect(await sessions.own.next()).not.to.have.property('account_data');
      expect(await sessions.other.next()).not.to.have.property('account_data');
    });

    it('of a room comes with the room', async () => {
      const session = await SyncSession.begin(bob);
      await set(`/rooms/${encodeURIComponent(room)}`, 'org.example.note', { text: 'a' });
      await bob.ok('PUT', `${userPath(bob)}/rooms/${encodeURIComponent(room)}/tags/u.work`, { order: 0.5 });
      const part = await session.nextOf(room);
      expect(find(part.account_data, 'org.example.note')).to.deep.equal({ text: 'a' });
      expect(find(part.account_data, 'm.tag')).to.deep.equal({ tags: { 'u.work': { order: 0.5 } } });
      expect(part.timeline).to.deep.include({ events: [], limited: false });
      const initial = await new SyncSession(bob).nextOf(room);
      expect(find(initial.account_data, 'org.example.note')).to.deep.equal({ text: 'a' });
    });

    it('is what the filter wants', async () => {
      const session = await SyncSession.begin(
        bob,
        filtered({
          account_data: { types: ['org.example.*'] },
          room: { account_data: { not_types: ['*'] } },
        }),
      );
      await set('', 'org.example.setting', { value: 1 });
      await set('', 'com.example.setting', { value: 1 });
      await set(`/rooms/${encodeURIComponent(room)}`, 'org.example.note', {});
      const body = await session.next();
      expect(body.account_data.events.map((event: SyncPart) => event.type)).to.deep.equal([
        'org.example.setting',
      ]);
      expect(body.rooms).to.equal(undefined);
    });
  });

  describe('receipts', () => {
    const read = (user: TestUser, event: string, type = 'm.read', body: object = {}) =>
      user.ok('POST', `${roomPath(room)}/receipt/${type}/${encodeURIComponent(event)}`, body);
    const receipts = (part: SyncPart) => find(part?.ephemeral, 'm.receipt');

    it('come to everybody in the room when they move, and are all there at first', async () => {
      const session = await SyncSession.begin(bob);
      const event = await alice.say(room, 'hello');
      await session.next();
      await read(alice, event);
      const found = receipts(await session.nextOf(room));
      expect(found[event]['m.read']).to.have.all.keys(alice.userId);
      expect(found[event]['m.read'][alice.userId].ts).to.be.a('number');
      expect(await session.nextOf(room)).to.equal(undefined);
      expect(receipts(await new SyncSession(bob).nextOf(room))[event]['m.read']).to.have.all.keys(
        alice.userId,
      );
    });

    it('that are private come to their owner alone', async () => {
      const event = await alice.say(room, 'hello');
      const sessions = { own: await SyncSession.begin(bob), other: await SyncSession.begin(alice) };
      await read(bob, event, 'm.read.private');
      expect(receipts(await sessions.own.nextOf(room))[event]['m.read.private']).to.have.all.keys(bob.userId);
      expect(await sessions.other.nextOf(room)).to.equal(undefined);
      expect(receipts(await new SyncSession(alice).nextOf(room))).to.equal(undefined);
    });

    it('name the thread that they are for', async () => {
      const event = await alice.say(room, 'hello');
      const session = await SyncSession.begin(bob);
      await read(alice, event, 'm.read', { thread_id: 'main' });
      expect(receipts(await session.nextOf(room))[event]['m.read'][alice.userId].thread_id).to.equal('main');
    });

    it('are left out when the filter does not want them', async () => {
      const session = await SyncSession.begin(
        bob,
        filtered({ room: { ephemeral: { not_types: ['m.receipt'] } } }),
      );
      const event = await alice.say(room, 'hello');
      await session.next();
      await read(alice, event);
      expect((await session.next()).rooms).to.equal(undefined);
    });
  });

  describe('typing', () => {
    const type = (user: TestUser, typing: boolean) =>
      user.ok('PUT', `${roomPath(room)}/typing/${encodeURIComponent(user.userId)}`, {
        typing,
        timeout: 30_000,
      });
    const typing = (part: SyncPart) => find(part?.ephemeral, 'm.typing');

    it('is the list of everybody who types, each time that it changes', async () => {
      const session = await SyncSession.begin(bob);
      await type(alice, true);
      expect(typing(await session.nextOf(room))).to.deep.equal({ user_ids: [alice.userId] });
      expect(await session.nextOf(room)).to.equal(undefined);
      await type(bob, true);
      expect(typing(await session.nextOf(room))).to.deep.equal({ user_ids: [alice.userId, bob.userId] });
      await type(alice, false);
      await type(bob, false);
      expect(typing(await session.nextOf(room))).to.deep.equal({ user_ids: [] });
    });

    it('is there at first, and with a room that the user has just come into', async () => {
      await type(alice, true);
      expect(typing(await new SyncSession(bob).nextOf(room))).to.deep.equal({ user_ids: [alice.userId] });
      const carol = await server.register(`carol${users}`);
      const session = await SyncSession.begin(carol);
      await carol.join(room);
      expect(typing(await session.nextOf(room))).to.deep.equal({ user_ids: [alice.userId] });
    });

    it('is only told to those who are in the room', async () => {
      const carol = await server.register(`carol${users}`);
      const session = await SyncSession.begin(carol);
      await type(alice, true);
      expect((await session.next()).rooms).to.equal(undefined);
    });
  });

  describe('presence', () => {
    const presence = (body: SyncPart, user: TestUser): SyncPart =>
      body.presence?.events.find((event: SyncPart) => event.sender === user.userId);
    const status = (user: TestUser, message: string) =>
      user.ok('PUT', `/_matrix/client/v3/presence/${encodeURIComponent(user.userId)}/status`, {
        presence: 'online',
        status_msg: message,
      });

    it('comes when it changes, to those who share a room', async () => {
      const stranger = await server.register(`stranger${users}`);
      const sessions = { bob: await SyncSession.begin(bob), stranger: await SyncSession.begin(stranger) };
      await status(alice, `busy ${users}`);
      const event = presence(await sessions.bob.next(), alice);
      expect(event).to.deep.include({ type: 'm.presence' });
      expect(event.content).to.deep.include({ presence: 'online', status_msg: `busy ${users}` });
      expect(await sessions.bob.next()).not.to.have.property('presence');
      expect(await sessions.stranger.next()).not.to.have.property('presence');
    });

    it('of those who are there comes with a room that the user has just come into', async () => {
      const carol = await server.register(`carol${users}`);
      await status(alice, 'here');
      const session = await SyncSession.begin(carol);
      await carol.join(room);
      expect(presence(await session.next(), alice).content.presence).to.equal('online');
    });

    it('of somebody who comes into a room is told to those who are there', async () => {
      const carol = await server.register(`carol${users}`);
      await status(carol, 'new');
      const session = await SyncSession.begin(bob);
      await carol.join(room);
      expect(presence(await session.next(), carol).content.status_msg).to.equal('new');
    });

    it('is what the sync itself says with set_presence', async () => {
      const session = await SyncSession.begin(bob);
      const other = await server.register(`other${users}`);
      await other.join(room);
      await session.next();
      await other.sync({ set_presence: 'unavailable' });
      expect(presence(await session.next(), other).content.presence).to.equal('unavailable');
    });

    it('is nobody’s where it is switched off', async () => {
      const quiet = await TestServer.start({ PRESENCE: 'off' });
      try {
        const [dora, emil] = [await quiet.register('dora'), await quiet.register('emil')];
        const shared = await dora.createRoom({ preset: 'public_chat' });
        await emil.join(shared);
        const session = await SyncSession.begin(emil);
        await status(dora, 'here');
        await dora.sync({ set_presence: 'online' });
        await dora.say(shared, 'hello');
        expect(await session.next()).not.to.have.property('presence');
        const path = `/_matrix/client/v3/presence/${encodeURIComponent(dora.userId)}/status`;
        expect(await emil.ok('GET', path)).to.deep.equal({ presence: 'offline' });
      } finally {
        await quiet.stop();
      }
    });

    it('is left out when the filter does not want it', async () => {
      const session = await SyncSession.begin(bob, filtered({ presence: { types: [] } }));
      await status(alice, `unseen ${users}`);
      expect(await session.next()).not.to.have.property('presence');
    });
  });

  it('always says how many keys there are, though there are none', async () => {
    const body = await new SyncSession(bob).next();
    expect(body).to.deep.include({
      to_device: { events: [] },
      device_lists: { changed: [], left: [] },
      device_one_time_keys_count: { signed_curve25519: 0 },
      device_unused_fallback_key_types: [],
    });
  });
});
