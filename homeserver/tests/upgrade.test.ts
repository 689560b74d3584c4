import { expect } from 'chai';
import { supportedRoomVersions } from '../src/protocol/room-versions.ts';
import { type ChatClient, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

describe('upgrading a room', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  before(async () => {
    server = await startChatServer();
    alice = await server.user('alice');
    bob = await server.user('bob');
  });
  after(() => server.stop());

  const upgrade = async (client: ChatClient, roomId: string, body: object): Promise<string> =>
    String((await client.post(roomPath(roomId, 'upgrade'), body)).replacement_room);
  const refused = (client: ChatClient, roomId: string, body: unknown = { new_version: '12' }) =>
    client.refusal('POST', roomPath(roomId, 'upgrade'), body);

  it('puts a new room behind the old one and a tombstone on it', async () => {
    const old = await alice.createRoom({ preset: 'public_chat', room_version: '10' });
    const replacement = await upgrade(alice, old, { new_version: '12' });
    expect(await alice.state(old, 'm.room.tombstone')).to.deep.equal({
      body: 'This room has been replaced',
      replacement_room: replacement,
    });
    expect(await alice.state(replacement, 'm.room.create')).to.deep.equal({
      room_version: '12',
      predecessor: { room_id: old },
    });
  });

  it('leads from every version to every other', async function () {
    this.timeout(60_000);
    const versions = supportedRoomVersions;
    for (const from of versions) {
      const old = await alice.createRoom({ name: 'Club', room_version: from });
      const next = versions[(versions.indexOf(from) + 1) % versions.length] ?? '';
      for (const to of new Set(['1', next, from, '12'])) {
        const replacement = await upgrade(alice, old, { new_version: to });
        expect(await alice.state(replacement, 'm.room.name'), `${from} to ${to}`).to.deep.equal({
          name: 'Club',
        });
        expect((await alice.state(replacement, 'm.room.create')).room_version).to.equal(to);
        await alice.say(replacement, 'here');
        expect(await alice.history(replacement)).to.deep.equal(['here']);
      }
    }
  });

  it('names the last event of the old room where the version of the new one has that', async () => {
    const old = await alice.createRoom({ room_version: '10' });
    const last = await alice.say(old, 'the last word');
    const replacement = await upgrade(alice, old, { new_version: '11' });
    const { predecessor } = await alice.state(replacement, 'm.room.create');
    expect(predecessor).to.deep.equal({ room_id: old, event_id: last });
  });

  it('takes over what the room is, and not who was in it', async () => {
    const initial = [
      { type: 'm.room.server_acl', content: { allow: ['*'], deny: ['bad.example'] } },
      { type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
      { type: 'm.room.avatar', content: { url: 'mxc://test/avatar' } },
      { type: 'm.room.guest_access', content: { guest_access: 'forbidden' } },
      { type: 'm.room.history_visibility', content: { history_visibility: 'joined' } },
      { type: 'm.room.join_rules', content: { join_rule: 'knock' } },
    ];
    const request = { name: 'Club', topic: 'Talk', initial_state: initial, invite: [bob.userId] };
    const old = await alice.createRoom({ ...request, room_version: '9' });
    await alice.setState(old, 'org.example.own', { not: 'taken' });
    for (const version of ['3', '11', '12']) {
      const replacement = await upgrade(alice, old, { new_version: version });
      for (const { type, content } of initial) {
        expect(await alice.state(replacement, type)).to.deep.equal(content);
      }
      expect(await alice.state(replacement, 'm.room.name')).to.deep.equal({ name: 'Club' });
      expect(await alice.state(replacement, 'm.room.topic')).to.include({ topic: 'Talk' });
      const none = ['org.example.own', ''];
      expect(await alice.refusal('GET', roomPath(replacement, 'state', ...none))).to.equal('404 M_NOT_FOUND');
      const { chunk } = await alice.get(roomPath(replacement, 'members'));
      expect(chunk).to.have.length(1);
    }
  });

  it('keeps a space a space, with the children that it has', async () => {
    const old = await alice.createRoom({ room_version: '11', creation_content: { type: 'm.space' } });
    await alice.setState(old, 'm.space.child', { via: ['test'] }, '!here:test');
    await alice.setState(old, 'm.space.child', {}, '!gone:test');
    const replacement = await upgrade(alice, old, { new_version: '12' });
    expect(await alice.state(replacement, 'm.room.create')).to.include({ type: 'm.space' });
    const children = roomPath(replacement, 'state', 'm.space.child');
    expect(await alice.get(`${children}/!here:test`)).to.deep.equal({ via: ['test'] });
    expect(await alice.refusal('GET', `${children}/!gone:test`)).to.equal('404 M_NOT_FOUND');
  });

  it('keeps the banned out, with the reason', async () => {
    const old = await alice.createRoom({ preset: 'public_chat' });
    await alice.post(roomPath(old, 'ban'), { user_id: bob.userId, reason: 'spam' });
    const replacement = await upgrade(alice, old, { new_version: '12' });
    expect(await alice.state(replacement, 'm.room.member', bob.userId)).to.deep.equal({
      membership: 'ban',
      reason: 'spam',
    });
    expect(await bob.refusal('POST', roomPath(replacement, 'join'))).to.equal('403 M_BAD_STATE');
  });

  describe('takes the power levels over', () => {
    const withLevels = (version: string, levels: object): Promise<string> =>
      alice.createRoom({ room_version: version, power_level_content_override: levels as never });

    it('into version 12 without the creators, the tombstone above administrators', async () => {
      const users = { [alice.userId]: 100, [bob.userId]: 100, '@carol:test': 50 };
      const old = await withLevels('11', { users, ban: 60, 'org.example': 'kept' });
      const additional = { new_version: '12', additional_creators: [bob.userId, alice.userId] };
      const replacement = await upgrade(alice, old, additional);
      const levels = await alice.state(replacement, 'm.room.power_levels');
      expect(levels).to.deep.include({ users: { '@carol:test': 50 }, ban: 60, 'org.example': 'kept' });
      expect(levels.events).to.include({ 'm.room.tombstone': 150 });
      const create = await alice.state(replacement, 'm.room.create');
      expect(create.additional_creators).to.deep.equal([bob.userId]);
    });

    it('as integers where the old room may have had strings', async () => {
      const users = { [alice.userId]: '100', '@carol:test': ' 7 ' };
      const old = await withLevels('9', { users, kick: '51', events: { 'm.room.name': '20' } });
      const replacement = await upgrade(alice, old, { new_version: '10' });
      const levels = await alice.state(replacement, 'm.room.power_levels');
      expect(levels).to.deep.include({ users: { [alice.userId]: 100, '@carol:test': 7 }, kick: 51 });
      expect(levels.events).to.deep.equal({ 'm.room.name': 20 });
    });

    it('out of version 12 with a level for who was above all', async () => {
      const old = await alice.createRoom({ room_version: '12' });
      const replacement = await upgrade(alice, old, { new_version: '11' });
      const { users } = await alice.state(replacement, 'm.room.power_levels');
      expect(users).to.deep.equal({ [alice.userId]: 150 });
      await alice.setState(replacement, 'm.room.name', { name: 'still mine' });
    });
  });

  it('ends the talk of ordinary members in the old room', async () => {
    for (const version of ['6', '12']) {
      const old = await alice.createRoom({ preset: 'public_chat', room_version: version });
      await bob.join(old);
      await bob.say(old, 'while I may');
      await upgrade(alice, old, { new_version: '12' });
      const message = roomPath(old, 'send', 'm.room.message', `end-${version}`);
      expect(await bob.refusal('PUT', message, { msgtype: 'm.text', body: 'too late' })).to.equal(
        '403 M_FORBIDDEN',
      );
      expect(await alice.state(old, 'm.room.power_levels')).to.include({ events_default: 50, invite: 50 });
    }
  });

  it('moves the aliases and the entry in the directory', async () => {
    const old = await alice.createRoom({ visibility: 'public', room_alias_name: 'moved' });
    await bob.join(old);
    await bob.put(`/v3/directory/room/${encodeURIComponent('#bobs:test')}`, { room_id: old });
    const replacement = await upgrade(alice, old, { new_version: '12' });
    for (const alias of ['#moved:test', '#bobs:test']) {
      const found = await alice.get(`/v3/directory/room/${encodeURIComponent(alias)}`);
      expect(found.room_id).to.equal(replacement);
    }
    expect(await alice.state(replacement, 'm.room.canonical_alias')).to.deep.equal({ alias: '#moved:test' });
    const { chunk } = await alice.get('/v3/publicRooms');
    const listed = (chunk as { room_id: string }[]).map((room) => room.room_id);
    expect(listed).to.include(replacement).and.not.include(old);
  });

  it('gives who asks again the same room, and somebody who wants another version another', async () => {
    const old = await alice.createRoom({ room_version: '10' });
    const first = await upgrade(alice, old, { new_version: '12' });
    expect(await upgrade(alice, old, { new_version: '12' })).to.equal(first);
    const [one, other] = await Promise.all([
      upgrade(alice, old, { new_version: '11' }),
      upgrade(alice, old, { new_version: '11' }),
    ]);
    expect(one).to.equal(other).and.not.equal(first);
    expect(await alice.state(old, 'm.room.tombstone')).to.include({ replacement_room: one });
  });

  it('brings over more than one unit takes, bans and power levels last', async () => {
    const packs = Array.from({ length: 495 }, (_none, index) => ({
      type: 'm.room.image_pack',
      state_key: `pack-${index}`,
      content: { images: {} },
    }));
    const old = await alice.createRoom({ initial_state: packs });
    const banned = Array.from({ length: 9 }, (_none, index) => `@spammer-${index}:elsewhere.example`);
    for (const userId of banned) await alice.post(roomPath(old, 'ban'), { user_id: userId });
    const replacement = await upgrade(alice, old, { new_version: '12' });
    const { chunk } = await alice.get(`${roomPath(replacement, 'members')}?membership=ban`);
    expect(chunk).to.have.length(banned.length);
    expect(await alice.state(replacement, 'm.room.image_pack', 'pack-494')).to.deep.equal({ images: {} });
    const levels = await alice.state(replacement, 'm.room.power_levels');
    expect(levels.events).to.include({ 'm.room.tombstone': 150 });
  });

  it('takes the settings of its members along, and leaves alone what they set for the new room', async () => {
    const old = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(old);
    const mine = (client: ChatClient, ...path: string[]): string =>
      `/v3/user/${[client.userId, ...path].map(encodeURIComponent).join('/')}`;
    const rule = (kind: string, roomId: string): string =>
      `/v3/pushrules/global/${kind}/${encodeURIComponent(roomId)}`;
    await alice.put(mine(alice, 'rooms', old, 'tags', 'm.favourite'), { order: 0.5 });
    await bob.put(mine(bob, 'rooms', old, 'tags', 'm.lowpriority'));
    await bob.put(mine(bob, 'account_data', 'm.direct'), {
      [alice.userId]: [old],
      '@carol:test': ['!x:test'],
    });
    await bob.put(rule('room', old), { actions: [] });
    const conditions = [{ kind: 'event_match', key: 'room_id', pattern: old }];
    await bob.put(rule('override', old), { actions: [], conditions });

    const replacement = await upgrade(alice, old, { new_version: '12' });
    expect(await alice.get(mine(alice, 'rooms', replacement, 'tags'))).to.deep.equal({
      tags: { 'm.favourite': { order: 0.5 } },
    });
    await bob.join(replacement);
    expect(await bob.get(mine(bob, 'rooms', replacement, 'tags'))).to.deep.equal({
      tags: { 'm.lowpriority': {} },
    });
    expect(await bob.get(mine(bob, 'account_data', 'm.direct'))).to.deep.equal({
      [alice.userId]: [old, replacement],
      '@carol:test': ['!x:test'],
    });
    expect(await bob.get(rule('room', replacement))).to.deep.include({ actions: [], enabled: true });
    expect((await bob.get(rule('override', replacement))).conditions).to.deep.equal([
      { kind: 'event_match', key: 'room_id', pattern: replacement },
    ]);

    await bob.put(mine(bob, 'rooms', replacement, 'tags', 'm.favourite'));
    await bob.leave(replacement);
    await bob.join(replacement);
    const { tags } = await bob.get(mine(bob, 'rooms', replacement, 'tags'));
    expect(tags).to.have.all.keys('m.lowpriority', 'm.favourite');
  });

  it('gives no settings to a room that only claims to replace another', async () => {
    const old = await alice.createRoom({ preset: 'public_chat' });
    const tagsIn = (room: string): string =>
      `/v3/user/${[bob.userId, 'rooms', room, 'tags'].map(encodeURIComponent).join('/')}`;
    await bob.join(old);
    await bob.put(`${tagsIn(old)}/m.favourite`);
    const claim = { predecessor: { room_id: old } };
    const claimed = await alice.createRoom({ preset: 'public_chat', creation_content: claim });
    await bob.join(claimed);
    expect(await bob.get(tagsIn(claimed))).to.deep.equal({ tags: {} });
  });

  it('lasts', async () => {
    const old = await alice.createRoom({ visibility: 'public', room_alias_name: 'lasting' });
    const replacement = await upgrade(alice, old, { new_version: '12' });
    await server.restart();
    await alice.say(replacement, 'still here');
    await bob.join('#lasting:test');
    expect(await bob.history(replacement)).to.deep.equal(['still here']);
  });

  describe('is refused', () => {
    it('without an account', async () => {
      const old = await alice.createRoom();
      const { status, body } = await server.anonymous('POST', roomPath(old, 'upgrade'), {
        new_version: '12',
      });
      expect([status, body.errcode]).to.deep.equal([401, 'M_MISSING_TOKEN']);
    });

    it('for versions that there are not, and for nonsense', async () => {
      const old = await alice.createRoom();
      expect(await refused(alice, old, { new_version: '99' })).to.equal('400 M_UNSUPPORTED_ROOM_VERSION');
      expect(await refused(alice, old, {})).to.equal('400 M_MISSING_PARAM');
      expect(await refused(alice, old, { new_version: 12 })).to.equal('400 M_BAD_JSON');
      const nobody = { new_version: '12', additional_creators: ['bob'] };
      expect(await refused(alice, old, nobody)).to.equal('400 M_INVALID_PARAM');
      expect(await alice.refusal('GET', roomPath(old, 'state', 'm.room.tombstone', ''))).to.equal(
        '404 M_NOT_FOUND',
      );
    });

    it('to strangers, to members without the level, and where there is no room', async () => {
      const old = await alice.createRoom({ preset: 'public_chat' });
      expect(await refused(bob, old)).to.equal('403 M_FORBIDDEN');
      await bob.join(old);
      expect(await refused(bob, old)).to.equal('403 M_FORBIDDEN');
      expect(await refused(alice, '!nothing:test')).to.equal('403 M_FORBIDDEN');
    });

    it('for the rooms of a guild, also to its owner', async () => {
      const guild = await alice.post('/_guildhall/client/v1/guilds', { name: 'Lantern Club' });
      expect(await refused(alice, String(guild.guild_id))).to.equal('403 M_FORBIDDEN');
    });
  });

  it('is open to whoever may send the tombstone, who becomes the creator', async () => {
    const old = await alice.createRoom({ preset: 'public_chat', room_version: '11' });
    await bob.join(old);
    const levels = await alice.state(old, 'm.room.power_levels');
    const users = { ...(levels.users as object), [bob.userId]: 60 };
    const events = { ...(levels.events as object), 'm.room.tombstone': 60 };
    await alice.setState(old, 'm.room.power_levels', { ...levels, users, events } as never);
    const replacement = await upgrade(bob, old, { new_version: '11' });
    expect(await bob.state(replacement, 'm.room.power_levels')).to.deep.include({ users });
    // Bob may not change levels, and so the old room stays open.
    expect(await alice.state(old, 'm.room.power_levels')).to.include({ events_default: 0 });
  });
});
