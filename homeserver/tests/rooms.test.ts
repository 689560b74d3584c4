import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { type ChatClient, type ClientEvent, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

describe('creating rooms', () => {
  let server: ChatServer;
  let alice: ChatClient;
  before(async () => {
    server = await startChatServer();
    alice = await server.user('alice');
  });
  after(() => server.stop());

  const typesOf = async (roomId: string): Promise<string[]> =>
    (await alice.messages(roomId, 'dir=f&limit=100')).chunk.map((event) => event.type);

  it('makes a private room of version 12, its events in the order of the specification', async () => {
    const roomId = await alice.createRoom();
    expect(await typesOf(roomId)).to.deep.equal([
      'm.room.create',
      'm.room.member',
      'm.room.power_levels',
      'm.room.join_rules',
      'm.room.history_visibility',
      'm.room.guest_access',
    ]);
    expect(roomId).to.match(/^![0-9A-Za-z_-]{43}$/);
    expect(await alice.state(roomId, 'm.room.create')).to.deep.equal({ room_version: '12' });
    expect(await alice.state(roomId, 'm.room.join_rules')).to.deep.equal({ join_rule: 'invite' });
    expect(await alice.state(roomId, 'm.room.guest_access')).to.deep.equal({ guest_access: 'can_join' });
  });

  it('names the room of version 12 after its create event, and lists no creator in the power levels', async () => {
    const roomId = await alice.createRoom();
    const [create] = (await alice.messages(roomId, 'dir=f&limit=1')).chunk;
    expect(create?.event_id).to.equal(`$${roomId.slice(1)}`);
    const levels = await alice.state(roomId, 'm.room.power_levels');
    expect(levels.users).to.deep.equal({});
    expect(levels.events).to.include({ 'm.room.tombstone': 150 });
  });

  for (const version of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12']) {
    it(`makes a room of version ${version} in which people talk`, async () => {
      const bob = await server.user('bob');
      const roomId = await alice.createRoom({ room_version: version, preset: 'public_chat' });
      await bob.join(roomId);
      await bob.say(roomId, 'hello');
      expect(await alice.history(roomId)).to.deep.equal(['hello']);
      expect(await alice.state(roomId, 'm.room.create')).to.include({ room_version: version });
      expect((await alice.state(roomId, 'm.room.create')).creator).to.equal(
        Number(version) <= 10 ? alice.userId : undefined,
      );
      const { users } = await alice.state(roomId, 'm.room.power_levels');
      expect(users).to.deep.equal(version === '12' ? {} : { [alice.userId]: 100 });
    });
  }

  for (const version of ['13', 'org.example', '']) {
    it(`does not make a room of version "${version}"`, async () => {
      const refused = await alice.refusal('POST', '/v3/createRoom', { room_version: version });
      expect(refused).to.equal('400 M_UNSUPPORTED_ROOM_VERSION');
    });
  }

  it('makes a public room that is listed, with name, topic and alias', async () => {
    const roomId = await alice.createRoom({
      visibility: 'public',
      name: 'Town',
      topic: 'All of it',
      room_alias_name: 'town',
    });
    expect(await alice.state(roomId, 'm.room.join_rules')).to.deep.equal({ join_rule: 'public' });
    expect(await alice.state(roomId, 'm.room.name')).to.deep.equal({ name: 'Town' });
    expect(await alice.state(roomId, 'm.room.topic')).to.include({ topic: 'All of it' });
    expect(await alice.state(roomId, 'm.room.canonical_alias')).to.deep.equal({ alias: '#town:test' });
    expect(await alice.get(`/v3/directory/room/${encodeURIComponent('#town:test')}`)).to.include({
      room_id: roomId,
    });
    expect(await alice.get(`/v3/directory/list/room/${encodeURIComponent(roomId)}`)).to.deep.equal({
      visibility: 'public',
    });
  });

  it('lets those whom a trusted private chat invites create as well (version 12) or have its level (11)', async () => {
    const bob = await server.user('bob');
    const trusted = { preset: 'trusted_private_chat', invite: [bob.userId], is_direct: true };
    const newer = await alice.createRoom(trusted);
    expect(await alice.state(newer, 'm.room.create')).to.deep.include({ additional_creators: [bob.userId] });
    expect((await alice.state(newer, 'm.room.power_levels')).users).to.deep.equal({});
    const older = await alice.createRoom({ ...trusted, room_version: '11' });
    expect((await alice.state(older, 'm.room.power_levels')).users).to.deep.equal({
      [alice.userId]: 100,
      [bob.userId]: 100,
    });
    expect(await alice.state(newer, 'm.room.member', bob.userId)).to.include({
      membership: 'invite',
      is_direct: true,
    });
  });

  it('puts initial state in the place of what the preset says, and keeps the rest', async () => {
    const roomId = await alice.createRoom({
      preset: 'public_chat',
      initial_state: [
        { type: 'm.room.history_visibility', content: { history_visibility: 'joined' } },
        { type: 'org.example.thing', state_key: 'key', content: { a: 1 } },
      ],
      creation_content: { type: 'm.space', 'm.federate': false },
      power_level_content_override: { events_default: 20 },
    });
    expect(await alice.state(roomId, 'm.room.history_visibility')).to.deep.equal({
      history_visibility: 'joined',
    });
    expect(await alice.state(roomId, 'org.example.thing', 'key')).to.deep.equal({ a: 1 });
    expect(await alice.state(roomId, 'm.room.create')).to.include({ type: 'm.space', 'm.federate': false });
    expect(await alice.state(roomId, 'm.room.power_levels')).to.include({ events_default: 20, ban: 50 });
  });

  it('cannot be told another creator or version by the creation content', async () => {
    const roomId = await alice.createRoom({ creation_content: { creator: '@eve:test', room_version: '1' } });
    expect(await alice.state(roomId, 'm.room.create')).to.deep.equal({ room_version: '12' });
  });

  it('lets everybody invite into a private room, and nobody ring a public one', async () => {
    const levels = async (request: JsonObject): Promise<Record<string, unknown>> =>
      alice.state(await alice.createRoom(request), 'm.room.power_levels');
    for (const request of [{}, { preset: 'private_chat' }, { preset: 'trusted_private_chat' }]) {
      expect(await levels(request)).to.have.property('invite', 0);
    }
    for (const request of [{ visibility: 'public' }, { preset: 'public_chat' }]) {
      expect(await levels(request)).to.have.property('invite', 50);
      expect((await levels(request)).events).to.have.property('m.call.invite', 50);
    }
  });

  const refused: [string, JsonObject, string][] = [
    ['an alias that is taken', { room_alias_name: 'taken' }, '400 M_ROOM_IN_USE'],
    ['an alias with a server in it', { room_alias_name: 'x:elsewhere' }, '400 M_INVALID_PARAM'],
    ['an invite of something that is no user', { invite: ['bob'] }, '400 M_INVALID_PARAM'],
    ['a preset that does not exist', { preset: 'party' }, '400 M_INVALID_PARAM'],
    ['a name that is no text', { name: 5 }, '400 M_BAD_JSON'],
    ['initial state without a type', { initial_state: [{ content: {} }] }, '400 M_MISSING_PARAM'],
    [
      'power levels that are none',
      { power_level_content_override: { users_default: 0.5 } },
      '400 M_BAD_JSON',
    ],
    [
      'a second create event',
      { initial_state: [{ type: 'm.room.create', content: {} }] },
      '400 M_INVALID_ROOM_STATE',
    ],
    [
      'additional creators that are no users',
      { creation_content: { additional_creators: ['bob'] } },
      '400 M_INVALID_PARAM',
    ],
    [
      'power levels that forbid what the request sets',
      { room_version: '11', power_level_content_override: { state_default: 101 }, name: 'x', topic: 'y' },
      '400 M_INVALID_ROOM_STATE',
    ],
    [
      'more initial state than a room has',
      { initial_state: Array.from({ length: 501 }, () => ({ type: 'x', content: {} })) },
      '400 M_INVALID_PARAM',
    ],
    ['content without a canonical form', { creation_content: { half: 0.5 } }, '400 M_BAD_JSON'],
    ['a topic that is too long', { topic: 'x'.repeat(70_000) }, '413 M_TOO_LARGE'],
  ];
  for (const [what, request, errcode] of refused) {
    it(`refuses ${what}, and leaves no room behind`, async () => {
      await alice.createRoom({ room_alias_name: 'taken' }).catch(() => undefined);
      const { joined_rooms: before } = await alice.get('/v3/joined_rooms');
      expect(await alice.refusal('POST', '/v3/createRoom', request)).to.equal(errcode);
      expect((await alice.get('/v3/joined_rooms')).joined_rooms).to.have.members(before as string[]);
    });
  }

  it('makes a room of each request, however alike and however fast they come', async () => {
    const rooms = await Promise.all(Array.from({ length: 20 }, () => alice.createRoom()));
    expect(new Set(rooms).size).to.equal(20);
  });

  it('gives an alias that two ask for at once to one of them', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => alice.request('POST', '/v3/createRoom', { room_alias_name: 'race' })),
    );
    expect(answers.map((answer) => answer.status).sort()).to.deep.equal([200, 400, 400]);
  });

  it('lets nobody of lesser power touch a creator of version 12, and the creator everything', async () => {
    const [bob, carol] = [await server.user('bob'), await server.user('carol')];
    const roomId = await alice.createRoom({
      preset: 'public_chat',
      power_level_content_override: { users: { [bob.userId]: 1_000_000 } },
    });
    await bob.join(roomId);
    await carol.join(roomId);
    expect(await bob.refusal('POST', roomPath(roomId, 'ban'), { user_id: alice.userId })).to.equal(
      '403 M_FORBIDDEN',
    );
    await alice.setState(roomId, 'm.room.power_levels', {
      ...((await alice.state(roomId, 'm.room.power_levels')) as JsonObject),
      users: {},
      events: { 'm.room.name': 9_000_000 },
    });
    await alice.setState(roomId, 'm.room.name', { name: 'mine' });
    await alice.kick(roomId, bob);
    const levels = { ...((await alice.state(roomId, 'm.room.power_levels')) as JsonObject) };
    const listed = { ...levels, users: { [alice.userId]: 100 } };
    const path = roomPath(roomId, 'state', 'm.room.power_levels', '');
    expect(await alice.refusal('PUT', path, listed)).to.equal('403 M_FORBIDDEN');
  });

  it('lists the rooms that somebody is joined to', async () => {
    const bob = await server.user('bob');
    expect(await bob.get('/v3/joined_rooms')).to.deep.equal({ joined_rooms: [] });
    const [first, second] = [await bob.createRoom(), await bob.createRoom()];
    const third = await alice.createRoom({ invite: [bob.userId] });
    expect((await bob.get('/v3/joined_rooms')).joined_rooms).to.have.members([first, second]);
    await bob.join(third);
    await bob.leave(first);
    expect((await bob.get('/v3/joined_rooms')).joined_rooms).to.have.members([second, third]);
  });
});

describe('looking at rooms from outside', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
  });
  after(() => server.stop());

  const summaryOf = (client: ChatClient, idOrAlias: string): Promise<Record<string, unknown>> =>
    client.get(`/v1/room_summary/${encodeURIComponent(idOrAlias)}`);

  it('summarises a public room for everybody, with or without an account, by ID and by alias', async () => {
    const roomId = await alice.createRoom({
      preset: 'public_chat',
      name: 'Market',
      room_alias_name: 'market',
    });
    const expected = {
      room_id: roomId,
      name: 'Market',
      canonical_alias: '#market:test',
      num_joined_members: 1,
      world_readable: false,
      guest_can_join: false,
      join_rule: 'public',
      room_version: '12',
    };
    expect(await summaryOf(bob, roomId)).to.deep.equal({ ...expected, membership: 'leave' });
    expect(await summaryOf(alice, '#market:test')).to.deep.equal({ ...expected, membership: 'join' });
    const path = `/unstable/im.nheko.summary/summary/${encodeURIComponent(roomId)}`;
    expect(await server.anonymous('GET', path)).to.deep.equal({ status: 200, body: expected });
  });

  it('summarises a private room for members and invited people only', async () => {
    const roomId = await alice.createRoom();
    const path = `/v1/room_summary/${encodeURIComponent(roomId)}`;
    expect(await bob.refusal('GET', path)).to.equal('404 M_NOT_FOUND');
    expect((await server.anonymous('GET', path)).status).to.equal(404);
    await alice.invite(roomId, bob);
    expect(await summaryOf(bob, roomId)).to.include({ membership: 'invite', join_rule: 'invite' });
    expect((await server.anonymous('GET', path)).status).to.equal(404);
    expect(await bob.refusal('GET', '/v1/room_summary/nonsense')).to.equal('400 M_INVALID_PARAM');
  });

  it('finds the event that is closest to a time', async () => {
    const roomId = await alice.createRoom();
    const eventIds: string[] = [];
    for (const body of ['one', 'two', 'three']) {
      eventIds.push(await alice.say(roomId, body));
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const events = await Promise.all(eventIds.map((eventId) => alice.event(roomId, eventId)));
    const closest = (ts: number, dir: string): Promise<Record<string, unknown>> =>
      alice.get(`/v1/rooms/${encodeURIComponent(roomId)}/timestamp_to_event?ts=${ts}&dir=${dir}`);
    for (const { event_id, origin_server_ts } of events) {
      expect(await closest(origin_server_ts, 'f')).to.deep.equal({ event_id, origin_server_ts });
      expect(await closest(origin_server_ts, 'b')).to.deep.equal({ event_id, origin_server_ts });
      expect((await closest(origin_server_ts - 1, 'f')).event_id).to.equal(event_id);
      expect((await closest(origin_server_ts + 1, 'b')).event_id).to.equal(event_id);
    }
    const path = `/v1/rooms/${encodeURIComponent(roomId)}/timestamp_to_event`;
    expect(await alice.refusal('GET', `${path}?ts=0&dir=b`)).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('GET', `${path}?ts=99999999999999&dir=f`)).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('GET', `${path}?ts=soon&dir=f`)).to.equal('400 M_INVALID_PARAM');
    expect(await alice.refusal('GET', `${path}?ts=1`)).to.equal('400 M_MISSING_PARAM');
    expect(await bob.refusal('GET', `${path}?ts=1&dir=f`)).to.equal('403 M_FORBIDDEN');
  });
});

describe('the hierarchy of a space', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
  });
  after(() => server.stop());

  interface Page {
    readonly rooms: {
      readonly room_id: string;
      readonly name?: string;
      readonly children_state: ClientEvent[];
    }[];
    readonly next_batch?: string;
  }
  const hierarchy = async (client: ChatClient, roomId: string, query = ''): Promise<Page> =>
    (await client.get(`/v1/rooms/${encodeURIComponent(roomId)}/hierarchy?${query}`)) as unknown as Page;
  const namesOf = (page: Page): (string | undefined)[] => page.rooms.map((room) => room.name);

  const makeSpace = (name: string, request: JsonObject = {}): Promise<string> =>
    alice.createRoom({ name, preset: 'public_chat', creation_content: { type: 'm.space' }, ...request });
  const makeRoom = (name: string, request: JsonObject = {}): Promise<string> =>
    alice.createRoom({ name, preset: 'public_chat', ...request });
  const addChild = (space: string, child: string, content: JsonObject = {}): Promise<string> =>
    alice.setState(space, 'm.space.child', { via: ['test'], ...content }, child);

  it('shows spaces and rooms depth first, siblings by order, then age', async () => {
    const guild = await makeSpace('guild');
    const text = await makeSpace('text');
    const voice = await makeSpace('voice');
    const [general, random, lounge, lost] = [
      await makeRoom('general'),
      await makeRoom('random'),
      await makeRoom('lounge'),
      await makeRoom('lost'),
    ];
    await addChild(guild, lost);
    await addChild(guild, voice, { order: 'b' });
    await addChild(guild, text, { order: 'a' });
    await addChild(text, random);
    await addChild(text, general, { order: '1' });
    await addChild(voice, lounge);
    const page = await hierarchy(bob, guild);
    expect(namesOf(page)).to.deep.equal(['guild', 'text', 'general', 'random', 'voice', 'lounge', 'lost']);
    expect(page).not.to.have.property('next_batch');
    const [root] = page.rooms;
    expect(root?.children_state.map((event) => event.state_key)).to.deep.equal([text, voice, lost]);
    expect(root?.children_state[0]).to.have.all.keys(
      'type',
      'state_key',
      'content',
      'sender',
      'origin_server_ts',
    );
  });

  it('leaves out what the viewer may neither join nor look into, and what was taken away', async () => {
    const guild = await makeSpace('guild', { preset: 'private_chat' });
    const secret = await makeRoom('secret', { preset: 'private_chat' });
    const members = await makeRoom('members', {
      initial_state: [
        {
          type: 'm.room.join_rules',
          content: {
            join_rule: 'restricted',
            allow: [{ type: 'm.room_membership', room_id: guild }],
          },
        },
      ],
    });
    const gone = await makeRoom('gone');
    for (const child of [secret, members, gone]) await addChild(guild, child);
    await alice.setState(guild, 'm.space.child', {}, gone);
    const path = `/v1/rooms/${encodeURIComponent(guild)}/hierarchy`;
    expect(await bob.refusal('GET', path)).to.equal('403 M_FORBIDDEN');
    await alice.invite(guild, bob);
    expect(namesOf(await hierarchy(bob, guild))).to.deep.equal(['guild']);
    await bob.join(guild);
    const page = await hierarchy(bob, guild);
    expect(namesOf(page)).to.deep.equal(['guild', 'members']);
    expect(page.rooms[1]).to.deep.include({ allowed_room_ids: [guild], join_rule: 'restricted' });
    expect(namesOf(await hierarchy(alice, guild))).to.deep.equal(['guild', 'secret', 'members']);
  });

  it('is paged, ends at a depth, and keeps to what is suggested', async () => {
    const guild = await makeSpace('guild');
    const inner = await makeSpace('inner');
    await addChild(guild, inner, { order: 'a', suggested: true });
    for (const name of ['r1', 'r2', 'r3']) await addChild(guild, await makeRoom(name));
    await addChild(inner, await makeRoom('deep'), { suggested: true });
    const names: (string | undefined)[] = [];
    let from = '';
    do {
      const page = await hierarchy(bob, guild, `limit=2${from === '' ? '' : `&from=${from}`}`);
      expect(page.rooms).to.have.lengthOf(2);
      names.push(...namesOf(page));
      from = page.next_batch ?? '';
    } while (from !== '');
    expect(names).to.deep.equal(['guild', 'inner', 'deep', 'r1', 'r2', 'r3']);
    expect(namesOf(await hierarchy(bob, guild, 'max_depth=0'))).to.deep.equal(['guild']);
    expect(namesOf(await hierarchy(bob, guild, 'max_depth=1&suggested_only=true'))).to.deep.equal([
      'guild',
      'inner',
    ]);
    const { next_batch: token } = await hierarchy(bob, guild, 'limit=2');
    const path = `/v1/rooms/${encodeURIComponent(guild)}/hierarchy`;
    expect(await bob.refusal('GET', `${path}?limit=2&from=${token}&max_depth=1`)).to.equal(
      '400 M_INVALID_PARAM',
    );
    expect(await bob.refusal('GET', `${path}?from=nonsense`)).to.equal('400 M_INVALID_PARAM');
    expect(await bob.refusal('GET', `${path}?max_depth=-1`)).to.equal('400 M_INVALID_PARAM');
  });

  it('ends for spaces that contain each other', async () => {
    const [one, other] = [await makeSpace('one'), await makeSpace('other')];
    await addChild(one, other);
    await addChild(other, one);
    await addChild(one, one);
    expect(namesOf(await hierarchy(bob, one))).to.deep.equal(['one', 'other']);
  });
});
