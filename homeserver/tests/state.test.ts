import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { type ChatClient, type ClientEvent, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

describe('state', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
  });
  beforeEach(async () => {
    roomId = await alice.createRoom({ preset: 'public_chat' });
  });
  after(() => server.stop());

  const fullState = async (client: ChatClient): Promise<ClientEvent[]> =>
    (await client.get(roomPath(roomId, 'state'))) as unknown as ClientEvent[];
  const path = (type: string, stateKey?: string): string =>
    stateKey === undefined ? roomPath(roomId, 'state', type) : roomPath(roomId, 'state', type, stateKey);

  it('is set and read with an empty state key written in three ways', async () => {
    for (const [index, written] of [path('m.room.topic'), `${path('m.room.topic')}/`].entries()) {
      await alice.put(written, { topic: `t${index}` });
      for (const read of [path('m.room.topic'), `${path('m.room.topic')}/`, path('m.room.topic', '')]) {
        expect(await alice.get(read)).to.deep.equal({ topic: `t${index}` });
      }
    }
  });

  it('is kept by type and state key, whatever characters they have', async () => {
    const keys = ['', 'key', 'a/b', '%2F', 'ü 🏰', '!room:test', '#?&'];
    for (const key of keys) await alice.setState(roomId, 'org.example/odd?', { key }, key);
    for (const key of keys) expect(await alice.state(roomId, 'org.example/odd?', key)).to.deep.equal({ key });
    const odd = (await fullState(alice)).filter((event) => event.type === 'org.example/odd?');
    expect(odd.map((event) => event.state_key)).to.have.members(keys);
  });

  it('comes as content, or as the whole event', async () => {
    const eventId = await alice.setState(roomId, 'm.room.name', { name: 'Hall' });
    expect(await alice.get(`${path('m.room.name')}?format=content`)).to.deep.equal({ name: 'Hall' });
    expect(await alice.get(`${path('m.room.name')}?format=event`)).to.deep.include({
      event_id: eventId,
      room_id: roomId,
      sender: alice.userId,
      type: 'm.room.name',
      state_key: '',
      content: { name: 'Hall' },
    });
    expect(await alice.refusal('GET', `${path('m.room.name')}?format=poem`)).to.equal('400 M_INVALID_PARAM');
    expect(await alice.refusal('GET', path('m.room.avatar'))).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('GET', path('m.room.name', 'other'))).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('GET', path('m.room.member', '@nobody:test'))).to.equal('404 M_NOT_FOUND');
  });

  it('says what was there before', async () => {
    const first = await alice.setState(roomId, 'm.room.name', { name: 'one' });
    const second = await alice.setState(roomId, 'm.room.name', { name: 'two' });
    const { unsigned } = await alice.event(roomId, second);
    expect(unsigned).to.deep.include({ prev_content: { name: 'one' }, replaces_state: first });
    expect((await alice.event(roomId, first)).unsigned).not.to.have.property('prev_content');
  });

  it('makes no second event of the same content from the same user', async () => {
    const first = await alice.setState(roomId, 'm.room.name', { name: 'same', a: 1 });
    expect(await alice.setState(roomId, 'm.room.name', { a: 1, name: 'same' })).to.equal(first);
    expect(await alice.setState(roomId, 'm.room.name', { name: 'same', a: 2 })).not.to.equal(first);
  });

  it('takes the level that its type asks for', async () => {
    await bob.join(roomId);
    expect(await bob.refusal('PUT', path('m.room.name'), { name: 'x' })).to.equal('403 M_FORBIDDEN');
    const levels = (await alice.state(roomId, 'm.room.power_levels')) as JsonObject;
    const events = { ...(levels.events as JsonObject), 'm.room.topic': 0 };
    await alice.setState(roomId, 'm.room.power_levels', { ...levels, events });
    await bob.setState(roomId, 'm.room.topic', { topic: 'mine' });
    expect(await bob.refusal('PUT', path('m.room.name'), { name: 'x' })).to.equal('403 M_FORBIDDEN');
    expect(await bob.refusal('PUT', path('org.example.own', '@else:test'), {})).to.equal('403 M_FORBIDDEN');
  });

  it('of power is not raised by those whose own is lower', async () => {
    await bob.join(roomId);
    const levels = (await alice.state(roomId, 'm.room.power_levels')) as JsonObject;
    const withBob = { ...levels, users: { [bob.userId]: 100 } };
    await alice.setState(roomId, 'm.room.power_levels', withBob);
    const put = (content: JsonObject): Promise<string> =>
      bob.refusal('PUT', path('m.room.power_levels'), content);
    expect(await put({ ...withBob, users: { [bob.userId]: 101 } })).to.equal('403 M_FORBIDDEN');
    expect(await put({ ...withBob, ban: 101 })).to.equal('403 M_FORBIDDEN');
    expect(await put({ ...withBob, users: { [bob.userId]: '100' } })).to.equal('400 M_BAD_JSON');
    expect(await put({ ...withBob, users: { bob: 100 } })).to.equal('400 M_BAD_JSON');
    expect(await put({ ...withBob, events: 'x' })).to.equal('400 M_BAD_JSON');
    await bob.setState(roomId, 'm.room.power_levels', { ...withBob, users: { [bob.userId]: 50 } });
    expect(await put(withBob)).to.equal('403 M_FORBIDDEN');
  });

  it('is refused when it is no state: a second create event, aliases that lead elsewhere, nonsense', async () => {
    const put = (type: string, body: unknown): Promise<string> => alice.refusal('PUT', path(type), body);
    expect(await put('m.room.create', { room_version: '12' })).to.equal('403 M_FORBIDDEN');
    expect(await put('m.room.canonical_alias', { alias: '#nowhere:test' })).to.equal('400 M_BAD_ALIAS');
    expect(await put('m.room.canonical_alias', { alias: 'nowhere' })).to.equal('400 M_INVALID_PARAM');
    expect(await put('m.room.canonical_alias', { alt_aliases: 'x' })).to.equal('400 M_INVALID_PARAM');
    expect(await put('m.room.name', { name: 0.5 })).to.equal('400 M_BAD_JSON');
    expect(await put('m.room.name', {})).to.equal('400 M_BAD_JSON');
    expect(await put('m.room.tombstone', { body: 'Gone' })).to.equal('400 M_BAD_JSON');
    expect(await put('m.room.message', { msgtype: 'm.text', body: 'x' })).to.equal('400 M_BAD_JSON');
    expect(await put('m.room.name', [])).to.equal('400 M_BAD_JSON');
    expect(await alice.refusal('PUT', path('x', 'k'.repeat(256)), {})).to.equal('413 M_TOO_LARGE');
    expect((await fullState(alice)).map((event) => event.type)).not.to.include('m.room.canonical_alias');
  });

  it('is for members, as it was for those who left, and for everybody where it is world-readable', async () => {
    expect(await bob.refusal('GET', path('m.room.create'))).to.equal('403 M_FORBIDDEN');
    expect(await bob.refusal('GET', roomPath(roomId, 'state'))).to.equal('403 M_FORBIDDEN');
    expect(await bob.refusal('PUT', path('m.room.name'), {})).to.equal('403 M_FORBIDDEN');
    await bob.join(roomId);
    await alice.setState(roomId, 'm.room.name', { name: 'then' });
    await bob.leave(roomId);
    await alice.setState(roomId, 'm.room.name', { name: 'now' });
    await alice.setState(roomId, 'm.room.topic', { topic: 'new' });
    expect(await bob.state(roomId, 'm.room.name')).to.deep.equal({ name: 'then' });
    expect(await bob.refusal('GET', path('m.room.topic'))).to.equal('404 M_NOT_FOUND');
    const old = await fullState(bob);
    expect(old.find((event) => event.type === 'm.room.name')?.content).to.deep.equal({ name: 'then' });
    expect(old.find((event) => event.state_key === bob.userId)?.content.membership).to.equal('leave');
    expect(await bob.state(roomId, 'm.room.member', bob.userId)).to.deep.equal({ membership: 'leave' });
    await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'world_readable' });
    const carol = await server.user('carol');
    for (const viewer of [bob, carol]) {
      expect(await viewer.state(roomId, 'm.room.name')).to.deep.equal({ name: 'now' });
    }
  });

  it('survives hundreds of changes, each of which is remembered', async () => {
    await bob.join(roomId);
    for (let index = 0; index < 300; index += 1) {
      await alice.setState(roomId, 'org.example.slot', { index }, String(index % 40));
      if (index === 150) await bob.leave(roomId);
    }
    const slots = (events: ClientEvent[]): unknown[] =>
      events
        .filter((event) => event.type === 'org.example.slot')
        .map((event) => event.content.index)
        .sort((one, other) => Number(one) - Number(other));
    expect(slots(await fullState(alice))).to.deep.equal(Array.from({ length: 40 }, (_none, at) => 260 + at));
    expect(slots(await fullState(bob))).to.deep.equal(Array.from({ length: 40 }, (_none, at) => 111 + at));
  });

  describe('members', () => {
    const membersOf = async (client: ChatClient, query = ''): Promise<Record<string, unknown>> => {
      const { chunk } = await client.get(`${roomPath(roomId, 'members')}?${query}`);
      return Object.fromEntries(
        (chunk as ClientEvent[]).map((event) => [event.state_key, event.content.membership]),
      );
    };

    it('are listed by membership, and as they were at a token', async () => {
      const [carol, dave] = [await server.user('carol'), await server.user('dave')];
      await bob.join(roomId);
      const { start: at } = await alice.messages(roomId, 'dir=b&limit=1');
      await alice.invite(roomId, carol);
      await alice.ban(roomId, dave);
      await bob.leave(roomId);
      const [a, b, c, d] = [alice.userId, bob.userId, carol.userId, dave.userId];
      expect(await membersOf(alice)).to.deep.equal({ [a]: 'join', [b]: 'leave', [c]: 'invite', [d]: 'ban' });
      expect(await membersOf(alice, 'membership=join')).to.deep.equal({ [a]: 'join' });
      expect(await membersOf(alice, 'not_membership=leave')).to.have.all.keys(a, c, d);
      expect(await membersOf(alice, 'membership=leave&not_membership=join')).to.have.all.keys(b, c, d);
      expect(await membersOf(alice, `at=${at}`)).to.deep.equal({ [a]: 'join', [b]: 'join' });
      expect(await membersOf(bob)).to.deep.equal({ [a]: 'join', [b]: 'leave', [c]: 'invite', [d]: 'ban' });
      await carol.join(roomId);
      expect((await membersOf(bob))[c]).to.equal('invite');
      const { start: later } = await alice.messages(roomId, 'dir=b&limit=1');
      expect((await membersOf(bob, `at=${later}`))[c]).to.equal('invite');
      const refusal = (query: string): Promise<string> =>
        alice.refusal('GET', `${roomPath(roomId, 'members')}?${query}`);
      expect(await refusal('membership=king')).to.equal('400 M_INVALID_PARAM');
      expect(await refusal('at=nonsense')).to.equal('400 M_INVALID_PARAM');
      expect(await dave.refusal('GET', roomPath(roomId, 'members'))).to.equal('403 M_FORBIDDEN');
    });

    it('that are joined show their name and picture, to each other alone', async () => {
      const joinedMembers = roomPath(roomId, 'joined_members');
      expect(await bob.refusal('GET', joinedMembers)).to.equal('403 M_FORBIDDEN');
      await bob.join(roomId);
      const content = { membership: 'join', displayname: 'Bob', avatar_url: 'mxc://test/bob' };
      await bob.setState(roomId, 'm.room.member', content, bob.userId);
      const { joined } = await alice.get(joinedMembers);
      expect(joined).to.deep.equal({
        [alice.userId]: { display_name: alice.userId.slice(1, alice.userId.indexOf(':')) },
        [bob.userId]: { display_name: 'Bob', avatar_url: 'mxc://test/bob' },
      });
      await bob.leave(roomId);
      expect(await bob.refusal('GET', joinedMembers)).to.equal('403 M_FORBIDDEN');
    });
  });
});
