import { expect } from 'chai';
import { oneList, SlidingSession } from '../test-kit/sliding-session.ts';
import { describeEvents } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const V4 = '/_matrix/client/v4/sync';

/** Types and state keys of state events, sorted. */
function keysOf(events: readonly { type: string; state_key: string }[] = []): string[] {
  return events.map((event) => `${event.type} ${event.state_key}`.trim()).sort();
}

describe('sliding sync', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    alice = await server.register(`alice${users}`);
    bob = await server.register(`bob${users}`);
  });

  const setAccountData = (user: TestUser, type: string, content: object, room = '') =>
    user.ok(
      'PUT',
      `/_matrix/client/v3/user/${encodeURIComponent(user.userId)}${room}/account_data/${type}`,
      content,
    );
  const inRoom = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`;

  it('is announced, without which Element X does not begin', async () => {
    const { body } = await server.request('GET', '/_matrix/client/versions');
    expect(body.unstable_features).to.include({ 'org.matrix.simplified_msc3575': true });
  });

  describe('lists', () => {
    it('show as many rooms as the range has, the one with the newest event first, and count all', async () => {
      const rooms = [];
      for (const name of ['a', 'b', 'c']) rooms.push(await alice.createRoom({ name }));
      await alice.say(rooms[0] ?? '', 'up');
      const session = new SlidingSession(alice, oneList({ ranges: [[0, 1]] }));
      const { lists, rooms: shown } = await session.next();
      expect(lists.all.count).to.equal(3);
      expect(lists.all.ops).to.deep.equal([{ op: 'SYNC', range: [0, 1], room_ids: [rooms[0], rooms[2]] }]);
      expect(Object.keys(shown)).to.have.members([rooms[0], rooms[2]]);
      expect(shown[rooms[0] ?? '']).to.include({
        initial: true,
        name: 'a',
        joined_count: 1,
        invited_count: 0,
      });
      const more = await session.next(oneList({ ranges: [[0, 2]] }));
      expect(Object.keys(more.rooms)).to.deep.equal([rooms[1]]);
    });

    it('filter by direct, encrypted, invited, type, space and tag', async () => {
      const plain = await alice.createRoom();
      const direct = await alice.createRoom();
      const space = await alice.createRoom({ creation_content: { type: 'm.space' } });
      const encrypted = await alice.createRoom({
        initial_state: [{ type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
      });
      const invited = await bob.createRoom({ invite: [alice.userId] });
      await setAccountData(alice, 'm.direct', { [bob.userId]: [direct] });
      await alice.setState(space, 'm.space.child', { via: ['hs.test'] }, plain);
      const tags = `/_matrix/client/v3/user/${encodeURIComponent(alice.userId)}${inRoom(plain)}/tags/m.favourite`;
      await alice.ok('PUT', tags, {});
      const shown = async (filters: object) =>
        Object.keys((await new SlidingSession(alice, oneList({ filters })).next()).rooms).sort();
      const all = [plain, direct, space, encrypted, invited].sort();
      expect(await shown({})).to.deep.equal(all);
      expect(await shown({ is_dm: true })).to.deep.equal([direct]);
      expect(await shown({ is_encrypted: true })).to.deep.equal([encrypted]);
      expect(await shown({ is_invite: true })).to.deep.equal([invited]);
      expect(await shown({ is_invite: false })).to.deep.equal(all.filter((room) => room !== invited));
      expect(await shown({ room_types: ['m.space'] })).to.deep.equal([space]);
      expect(await shown({ not_room_types: ['m.space'] })).to.deep.equal(
        all.filter((room) => room !== space),
      );
      expect(await shown({ room_types: [null], is_invite: true })).to.deep.equal([invited]);
      expect(await shown({ spaces: [space] })).to.deep.equal([plain]);
      expect(await shown({ tags: ['m.favourite'] })).to.deep.equal([plain]);
      expect(await shown({ not_tags: ['m.favourite'] })).to.deep.equal(all.filter((room) => room !== plain));
    });

    it('lack rooms that somebody has left, unless the connection knows them; not those they were thrown out of', async () => {
      const left = await alice.createRoom({ preset: 'public_chat' });
      const kicked = await alice.createRoom({ preset: 'public_chat', name: 'out' });
      for (const room of [left, kicked]) await bob.join(room);
      const knowing = new SlidingSession(bob, oneList({}));
      await knowing.next();
      await bob.ok('POST', `${roomPath(left)}/leave`, {});
      await alice.ok('POST', `${roomPath(kicked)}/kick`, { user_id: bob.userId });
      await alice.say(kicked, 'secret');
      const told = (await knowing.next()).rooms;
      expect(told[left]).to.include({ membership: 'leave' });
      expect(told[kicked]).to.include({ membership: 'leave' });
      expect(describeEvents(told[kicked].timeline)).to.deep.equal([`m.room.member ${bob.userId}`]);
      await alice.say(left, 'secret');
      expect((await knowing.next()).rooms).to.deep.equal({});
      const anew = (await new SlidingSession(bob, oneList({})).next()).rooms;
      expect(Object.keys(anew)).to.deep.equal([kicked]);
      expect(JSON.stringify(anew)).not.to.contain('secret');
    });
  });

  describe('a room', () => {
    it('comes with what was asked for, then only with what has changed', async () => {
      const room = await alice.createRoom({ name: 'hall', topic: 'first' });
      const required = [
        ['m.room.create', ''],
        ['m.room.topic', ''],
        ['m.room.member', '$ME'],
      ];
      const session = new SlidingSession(alice, oneList({ timeline_limit: 1, required_state: required }));
      const first = (await session.next()).rooms[room];
      expect(keysOf(first.required_state)).to.deep.equal([
        'm.room.create',
        `m.room.member ${alice.userId}`,
        'm.room.topic',
      ]);
      expect(first.timeline).to.have.length(1);
      expect(first).to.include({ initial: true, limited: true, num_live: 0, membership: 'join' });
      expect((await session.next()).rooms).to.deep.equal({});
      await alice.setState(room, 'm.room.topic', { topic: 'second' });
      const second = (await session.next()).rooms[room];
      expect(second).to.have.all.keys('lists', 'required_state', 'timeline', 'prev_batch', 'num_live');
      expect(second.required_state[0].content.topic).to.equal('second');
      expect(second.num_live).to.equal(1);
      await alice.setState(room, 'm.room.name', { name: '' });
      expect((await session.next()).rooms[room]).to.include({ name: null });
    });

    it('tells of a gap, from where pages of history go on', async () => {
      const room = await alice.createRoom();
      const session = new SlidingSession(alice, oneList({ timeline_limit: 2 }));
      await session.next();
      for (const body of ['1', '2', '3', '4']) await alice.say(room, body);
      const { timeline, limited, prev_batch: prevBatch } = (await session.next()).rooms[room];
      expect(describeEvents(timeline)).to.deep.equal(['3', '4']);
      expect(limited).to.equal(true);
      for (const from of [prevBatch, session.pos]) {
        const query = new URLSearchParams({ dir: 'b', limit: '2', from });
        const { chunk } = await alice.ok('GET', `${roomPath(room)}/messages?${query}`);
        expect(describeEvents(chunk)).to.deep.equal(from === prevBatch ? ['2', '1'] : ['4', '3']);
      }
    });

    it('gives members to those who load them lazily as they speak, and once', async () => {
      const room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      await alice.say(room, 'hi');
      const required = [
        ['m.room.member', '$LAZY'],
        ['m.room.create', ''],
      ];
      const session = new SlidingSession(alice, oneList({ timeline_limit: 1, required_state: required }));
      const first = (await session.next()).rooms[room];
      expect(keysOf(first.required_state)).to.deep.equal(['m.room.create', `m.room.member ${alice.userId}`]);
      await bob.say(room, 'hello');
      const second = (await session.next()).rooms[room];
      expect(keysOf(second.required_state)).to.deep.equal([`m.room.member ${bob.userId}`]);
      await bob.say(room, 'again');
      expect((await session.next()).rooms[room]).not.to.have.property('required_state');
    });

    it('is named after its members where it has no name, and says whether it is direct', async () => {
      const room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      const session = new SlidingSession(alice, oneList({}));
      const first = (await session.next()).rooms[room];
      expect(first.heroes).to.deep.equal([
        { user_id: bob.userId, displayname: bob.userId.slice(1).split(':')[0] },
      ]);
      expect(first).not.to.have.property('is_dm');
      await setAccountData(alice, 'm.direct', { [bob.userId]: [room] });
      expect((await session.next()).rooms[room]).to.include({ is_dm: true });
      await setAccountData(alice, 'm.direct', {});
      expect((await session.next()).rooms[room]).to.include({ is_dm: false });
    });

    it('counts what is unread, and tells when it was read', async () => {
      const room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      const session = new SlidingSession(alice, oneList({}));
      await session.next();
      const event = await bob.say(room, `hello ${alice.userId}`);
      expect((await session.next()).rooms[room]).to.include({ notification_count: 1 });
      await alice.ok('POST', `${roomPath(room)}/receipt/m.read/${encodeURIComponent(event)}`, {});
      expect((await session.next()).rooms[room]).to.include({ notification_count: 0, highlight_count: 0 });
    });

    it('that somebody is invited to comes with its stripped state, and whole once they are in', async () => {
      const room = await alice.createRoom({ name: 'come in', invite: [bob.userId] });
      const session = new SlidingSession(bob, oneList({ required_state: [['*', '*']] }));
      const invite = (await session.next()).rooms[room];
      expect(invite).to.include({ initial: true, membership: 'invite' });
      expect(keysOf(invite.invite_state))
        .to.include('m.room.name')
        .and.include(`m.room.member ${bob.userId}`);
      expect(invite).not.to.have.any.keys('timeline', 'required_state', 'name');
      await bob.join(room);
      const joined = (await session.next()).rooms[room];
      expect(joined).to.include({ initial: true, membership: 'join', name: 'come in', joined_count: 2 });
      expect(keysOf(joined.required_state)).to.include('m.room.power_levels');
    });

    it('that was not looked at for a while tells everything since then', async () => {
      const quiet = await alice.createRoom({ name: 'quiet' });
      const loud = await alice.createRoom({ name: 'loud' });
      const both = oneList({ timeline_limit: 10 });
      const session = new SlidingSession(alice, both);
      await session.next();
      const narrow = oneList({ ranges: [[0, 0]], timeline_limit: 10 });
      for (const body of ['1', '2']) {
        await alice.say(quiet, body);
        await alice.say(loud, body);
        expect(Object.keys((await session.next(narrow)).rooms)).to.deep.equal([loud]);
      }
      const { rooms } = await session.next(both);
      expect(Object.keys(rooms)).to.deep.equal([quiet]);
      expect(rooms[quiet]).not.to.have.property('initial');
      expect(describeEvents(rooms[quiet].timeline)).to.deep.equal(['1', '2']);
    });

    it('gives more when more is asked for, at once', async () => {
      const room = await alice.createRoom({ topic: 'a topic' });
      for (const body of ['1', '2', '3']) await alice.say(room, body);
      const session = new SlidingSession(alice, oneList({ timeline_limit: 1 }));
      await session.next();
      const subscription = {
        room_subscriptions: { [room]: { timeline_limit: 3, required_state: [['m.room.topic', '']] } },
      };
      const more = (await session.next(subscription, 10_000)).rooms[room];
      expect(more).to.include({ unstable_expanded_timeline: true, num_live: 0 });
      expect(more).not.to.have.property('initial');
      expect(describeEvents(more.timeline)).to.deep.equal(['1', '2', '3']);
      expect(keysOf(more.required_state)).to.deep.equal(['m.room.topic']);
      expect((await session.next(subscription)).rooms).to.deep.equal({});
    });
  });

  describe('a subscription', () => {
    it('tells of a room outside of all lists, of none that the user may not see', async () => {
      const mine = await alice.createRoom({ name: 'mine' });
      const other = await bob.createRoom({ name: 'other' });
      const config = { timeline_limit: 1, required_state: [] };
      const rooms = { [mine]: config, [other]: config, '!nowhere:hs.test': config };
      const session = new SlidingSession(alice, { room_subscriptions: rooms });
      const body = await session.next();
      expect(Object.keys(body.rooms)).to.deep.equal([mine]);
      expect(body.rooms[mine]).not.to.have.property('lists');
    });
  });

  describe('a connection', () => {
    it('gives the same again when the client comes back with the same pos', async () => {
      const room = await alice.createRoom();
      const session = new SlidingSession(alice, oneList({}));
      await session.next();
      await alice.say(room, 'once');
      const { pos } = session;
      const first = await session.next();
      session.pos = pos;
      const again = await session.next();
      const idsIn = (body: typeof first) =>
        body.rooms[room].timeline.map((event: { event_id: string }) => event.event_id);
      expect(idsIn(again)).to.deep.equal(idsIn(first));
      expect((await session.next()).rooms).to.deep.equal({});
    });

    it('is one of several of a device, each with its own pos', async () => {
      const room = await alice.createRoom();
      const sessions = ['one', 'two'].map((id) => new SlidingSession(alice, { conn_id: id, ...oneList({}) }));
      for (const session of sessions) await session.next();
      await alice.say(room, 'to both');
      for (const session of sessions) {
        expect(describeEvents((await session.next()).rooms[room].timeline)).to.deep.equal(['to both']);
      }
    });

    it('begins again after a restart, with an old pos and with one that never was', async () => {
      const session = new SlidingSession(alice, oneList({}));
      await session.next();
      const old = session.pos;
      await session.next();
      await session.next();
      const { pos } = session;
      for (const unknown of [old, 'nonsense']) {
        session.pos = unknown;
        expect(await session.refusal()).to.equal('400 M_UNKNOWN_POS');
      }
      await server.restart();
      session.pos = pos;
      expect(await session.refusal()).to.equal('400 M_UNKNOWN_POS');
    });

    it('waits until something happens in its rooms, and no longer than the timeout', async () => {
      const room = await alice.createRoom();
      const session = new SlidingSession(alice, oneList({}));
      await session.next();
      const waiting = session.next({}, 20_000);
      await alice.say(room, 'wake up');
      expect(describeEvents((await waiting).rooms[room].timeline)).to.deep.equal(['wake up']);
      const { pos } = session;
      expect((await session.next({}, 50)).rooms).to.deep.equal({});
      expect(session.pos).not.to.equal(pos);
    });

    it('refuses what has the wrong form', async () => {
      const session = new SlidingSession(alice);
      expect(await session.refusal({ lists: { all: { ranges: [['a', 1]] } } })).to.equal('400 M_BAD_JSON');
      expect(await session.refusal({ lists: [] })).to.equal('400 M_BAD_JSON');
      expect(await session.refusal(oneList({ timeline_limit: -1 }))).to.equal('400 M_INVALID_PARAM');
      expect(await session.refusal(oneList({ required_state: [['a']] }))).to.equal('400 M_INVALID_PARAM');
      const many = Object.fromEntries(Array.from({ length: 101 }, (_none, index) => [`l${index}`, {}]));
      expect(await session.refusal({ lists: many })).to.equal('400 M_INVALID_PARAM');
    });
  });

  describe('extensions', () => {
    const all = {
      to_device: { enabled: true },
      e2ee: { enabled: true },
      account_data: { enabled: true },
      receipts: { enabled: true },
      typing: { enabled: true },
    };

    it('deliver messages to the device until it has acknowledged them', async () => {
      const session = new SlidingSession(bob, {});
      const send = (count: number) =>
        alice.ok('PUT', `/_matrix/client/v3/sendToDevice/org.example.note/t${count}`, {
          messages: { [bob.userId]: { [bob.deviceId]: { count } } },
        });
      const ask = (since?: string) =>
        session.next({ extensions: { to_device: { enabled: true, limit: 2, since } } });
      for (const count of [1, 2, 3]) await send(count);
      const counts = (body: { extensions: { to_device: { events: { content: { count: number } }[] } } }) =>
        body.extensions.to_device.events.map((event) => event.content.count);
      const first = await ask();
      expect(counts(first)).to.deep.equal([1, 2]);
      expect(counts(await ask())).to.deep.equal([1, 2]);
      const second = await ask(first.extensions.to_device.next_batch);
      expect(counts(second)).to.deep.equal([3]);
      expect(counts(await ask(second.extensions.to_device.next_batch))).to.deep.equal([]);
      expect(counts(await ask())).to.deep.equal([]);
    });

    it('tell of keys, account data, receipts and typing, at first all and then what has changed', async () => {
      const room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      const event = await alice.say(room, 'hello');
      await setAccountData(alice, 'org.example.global', { value: 1 });
      await setAccountData(alice, 'org.example.room', { value: 1 }, inRoom(room));
      const session = new SlidingSession(alice, { ...oneList({}), extensions: all });
      const { extensions: first } = await session.next();
      expect(first.e2ee).to.have.keys('device_one_time_keys_count', 'device_unused_fallback_key_types');
      const globals = first.account_data.global.map(({ type }: { type: string }) => type);
      expect(globals).to.include('org.example.global').and.include('m.push_rules');
      expect(first.account_data.rooms[room]).to.deep.equal([
        { type: 'org.example.room', content: { value: 1 } },
      ]);
      expect(first.typing.rooms).to.deep.equal({});
      await bob.ok('POST', `${roomPath(room)}/receipt/m.read/${encodeURIComponent(event)}`, {});
      await bob.ok('PUT', `${roomPath(room)}/typing/${encodeURIComponent(bob.userId)}`, { typing: true });
      await setAccountData(alice, 'org.example.global', { value: 2 });
      const { extensions: second } = await session.next();
      expect(second.account_data.global).to.deep.equal([
        { type: 'org.example.global', content: { value: 2 } },
      ]);
      expect(second.account_data.rooms).to.deep.equal({});
      expect(second.receipts.rooms[room].type).to.equal('m.receipt');
      expect(second.receipts.rooms[room].content[event]['m.read']).to.have.keys(bob.userId);
      expect(second.typing.rooms[room]).to.deep.equal({
        type: 'm.typing',
        content: { user_ids: [bob.userId] },
      });
      expect(second.e2ee.device_lists).to.deep.equal({ changed: [], left: [] });
      const { extensions: third } = await session.next();
      expect([third.account_data, third.receipts, third.typing]).to.deep.equal([
        { global: [], rooms: {} },
        { rooms: {} },
        { rooms: {} },
      ]);
    });

    it('begin with everything when they are asked for later, and wake those who wait', async () => {
      const room = await alice.createRoom();
      await setAccountData(alice, 'org.example.room', { value: 1 }, inRoom(room));
      const session = new SlidingSession(alice, oneList({}));
      expect((await session.next()).extensions).to.deep.equal({});
      const { extensions } = await session.next({ extensions: all }, 10_000);
      expect(extensions.account_data.rooms[room]).to.have.length(1);
      const waiting = session.next({ extensions: all }, 20_000);
      await setAccountData(alice, 'org.example.later', {});
      expect((await waiting).extensions.account_data.global).to.have.length(1);
    });
  });

  describe('as it was merged', () => {
    it('takes everything from the body, and answers under the new names', async () => {
      const room = await alice.createRoom({ name: 'hall', topic: 'a topic' });
      const invited = await bob.createRoom({ invite: [alice.userId] });
      const list = {
        timeline_limit: 2,
        required_state: { include: [{}], exclude: [{ type: 'm.room.create' }], lazy_members: true },
      };
      const first = await alice.ok('POST', V4, { lists: { all: list } });
      expect(first.lists).to.deep.equal({ all: { count: 2 } });
      expect(first.rooms[room]).to.include({
        initial: true,
        membership: 'join',
        name: 'hall',
        limited: true,
      });
      expect(first.rooms[room].lists).to.deep.equal(['all']);
      expect(first.rooms[room].timeline_events).to.have.length(2);
      const keys = keysOf(first.rooms[room].required_state);
      expect(keys).to.include('m.room.topic').and.include(`m.room.member ${alice.userId}`);
      expect(keys).not.to.include('m.room.create');
      expect(keysOf(first.rooms[invited].stripped_state)).to.include(`m.room.member ${alice.userId}`);
      const larger = { ...list, timeline_limit: 4 };
      const second = await alice.ok('POST', V4, { pos: first.pos, timeout: 10_000, lists: { all: larger } });
      expect(second.rooms[room]).to.include({ expanded_timeline: true });
      expect(second.rooms[room].timeline_events).to.have.length(4);
      const only = { all: { ...list, filters: { is_invited: true }, range: [0, 0] } };
      expect((await alice.ok('POST', V4, { lists: only })).lists.all.count).to.equal(1);
    });

    it('needs timeline_limit and required_state', async () => {
      const { status, body } = await alice.request('POST', V4, { lists: { all: {} } });
      expect([status, body.errcode]).to.deep.equal([400, 'M_MISSING_PARAM']);
    });
  });
});
