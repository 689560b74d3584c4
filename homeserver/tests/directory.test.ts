import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { type ChatClient, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

const aliasPath = (alias: string): string => `/v3/directory/room/${encodeURIComponent(alias)}`;
const listPath = (roomId: string): string => `/v3/directory/list/room/${encodeURIComponent(roomId)}`;

describe('aliases', () => {
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

  it('lead to a room, for anybody', async () => {
    expect(await alice.put(aliasPath('#one:test'), { room_id: roomId })).to.deep.equal({});
    const found = { room_id: roomId, servers: ['test'] };
    expect(await bob.get(aliasPath('#one:test'))).to.deep.equal(found);
    expect(await server.anonymous('GET', aliasPath('#one:test'))).to.deep.equal({ status: 200, body: found });
  });

  it('are one room\u2019s alone, also when many ask for one at once', async () => {
    const rooms = await Promise.all([1, 2, 3, 4].map(() => alice.createRoom()));
    const answers = await Promise.all(
      rooms.map((room) => alice.request('PUT', aliasPath('#race:test'), { room_id: room })),
    );
    expect(answers.map((answer) => answer.status).sort()).to.deep.equal([200, 409, 409, 409]);
    const winner = rooms[answers.findIndex((answer) => answer.status === 200)];
    expect((await bob.get(aliasPath('#race:test'))).room_id).to.equal(winner);
    expect(await alice.refusal('PUT', aliasPath('#race:test'), { room_id: winner })).to.equal(
      '409 M_UNKNOWN',
    );
  });

  it('are taken away by who made them and by moderators, and then are free', async () => {
    await bob.join(roomId);
    const carol = await server.user('carol');
    await bob.put(aliasPath('#bobs:test'), { room_id: roomId });
    await bob.put(aliasPath('#bobs2:test'), { room_id: roomId });
    await alice.put(aliasPath('#alices:test'), { room_id: roomId });
    expect(await carol.refusal('DELETE', aliasPath('#bobs:test'))).to.equal('403 M_FORBIDDEN');
    expect(await bob.refusal('DELETE', aliasPath('#alices:test'))).to.equal('403 M_FORBIDDEN');
    await bob.ask('DELETE', aliasPath('#bobs:test'));
    await alice.ask('DELETE', aliasPath('#bobs2:test'));
    expect(await alice.refusal('DELETE', aliasPath('#bobs:test'))).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('GET', aliasPath('#bobs:test'))).to.equal('404 M_NOT_FOUND');
    await alice.put(aliasPath('#bobs:test'), { room_id: roomId });
  });

  it('are made by members, for rooms that exist, on this server', async () => {
    const put = (client: ChatClient, alias: string, body: JsonObject): Promise<string> =>
      client.refusal('PUT', aliasPath(alias), body);
    expect(await put(bob, '#no:test', { room_id: roomId })).to.equal('403 M_FORBIDDEN');
    expect(await put(alice, '#no:test', { room_id: '!nothing:test' })).to.equal('403 M_FORBIDDEN');
    expect(await put(alice, '#no:elsewhere', { room_id: roomId })).to.equal('400 M_INVALID_PARAM');
    expect(await put(alice, 'no', { room_id: roomId })).to.equal('400 M_INVALID_PARAM');
    expect(await put(alice, `#${'x'.repeat(300)}:test`, { room_id: roomId })).to.equal('400 M_INVALID_PARAM');
    expect(await put(alice, '#no:test', {})).to.equal('400 M_MISSING_PARAM');
    expect(await put(alice, '#no:test', { room_id: 5 })).to.equal('400 M_BAD_JSON');
    expect(await alice.refusal('GET', aliasPath('no'))).to.equal('400 M_INVALID_PARAM');
    expect((await server.anonymous('PUT', aliasPath('#no:test'), { room_id: roomId })).body.errcode).to.equal(
      'M_MISSING_TOKEN',
    );
  });

  it('of a room are listed to its members, and to all where it is world-readable', async () => {
    const path = roomPath(roomId, 'aliases');
    for (const alias of ['#b:test', '#a:test']) await alice.put(aliasPath(alias), { room_id: roomId });
    expect(await alice.get(path)).to.deep.equal({ aliases: ['#a:test', '#b:test'] });
    expect(await bob.refusal('GET', path)).to.equal('403 M_FORBIDDEN');
    expect(await bob.refusal('GET', roomPath('!nothing:test', 'aliases'))).to.equal('403 M_FORBIDDEN');
    await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'world_readable' });
    expect(await bob.get(path)).to.deep.equal({ aliases: ['#a:test', '#b:test'] });
  });

  it('can be the room\u2019s canonical ones', async () => {
    await alice.put(aliasPath('#main:test'), { room_id: roomId });
    await alice.put(aliasPath('#alt:test'), { room_id: roomId });
    await alice.setState(roomId, 'm.room.canonical_alias', {
      alias: '#main:test',
      alt_aliases: ['#alt:test'],
    });
    const other = await alice.createRoom();
    const path = roomPath(other, 'state', 'm.room.canonical_alias', '');
    expect(await alice.refusal('PUT', path, { alias: '#main:test' })).to.equal('400 M_BAD_ALIAS');
    expect(await alice.refusal('PUT', path, { alt_aliases: ['#alt:test'] })).to.equal('400 M_BAD_ALIAS');
    await bob.join(roomId);
    await bob.put(aliasPath('#of-bob:test'), { room_id: roomId });
    const aliases = { alias: '#main:test', alt_aliases: ['#alt:test', '#of-bob:test'] };
    await alice.setState(roomId, 'm.room.canonical_alias', aliases);
    // Bob may delete his own alias, and may not change the room.
    await bob.ask('DELETE', aliasPath('#of-bob:test'));
    expect(await alice.state(roomId, 'm.room.canonical_alias')).to.deep.equal(aliases);
    // One that no longer leads anywhere may stay, so that other keys of the event can be changed.
    await alice.setState(roomId, 'm.room.canonical_alias', { ...aliases, 'org.example.note': 1 });
    for (const alias of ['#alt:test', '#main:test']) await alice.ask('DELETE', aliasPath(alias));
    expect(await alice.state(roomId, 'm.room.canonical_alias')).to.deep.equal({
      alt_aliases: ['#of-bob:test'],
      'org.example.note': 1,
    });
  });
});

describe('the public directory', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
  });
  after(() => server.stop());

  interface Directory {
    readonly chunk: Record<string, unknown>[];
    readonly next_batch?: string;
    readonly prev_batch?: string;
    readonly total_room_count_estimate: number;
  }
  const directory = async (query: JsonObject = {}): Promise<Directory> =>
    (await bob.post('/v3/publicRooms', query)) as unknown as Directory;
  const namesOf = ({ chunk }: Directory): unknown[] => chunk.map((room) => room.name);

  it('shows what is listed in it, with what people want to know', async () => {
    const roomId = await alice.createRoom({
      visibility: 'public',
      name: 'Square',
      topic: 'Where all meet',
      room_alias_name: 'square',
      initial_state: [
        { type: 'm.room.avatar', content: { url: 'mxc://test/square' } },
        { type: 'm.room.guest_access', content: { guest_access: 'can_join' } },
      ],
    });
    await alice.createRoom({ preset: 'public_chat', name: 'Unlisted' });
    await bob.join(roomId);
    const expected = {
      chunk: [
        {
          room_id: roomId,
          name: 'Square',
          topic: 'Where all meet',
          canonical_alias: '#square:test',
          avatar_url: 'mxc://test/square',
          num_joined_members: 2,
          world_readable: false,
          guest_can_join: true,
          join_rule: 'public',
        },
      ],
      total_room_count_estimate: 1,
    };
    expect(await directory()).to.deep.equal(expected);
    expect(await server.anonymous('GET', '/v3/publicRooms')).to.deep.equal({ status: 200, body: expected });
    expect((await server.anonymous('POST', '/v3/publicRooms', {})).body.errcode).to.equal('M_MISSING_TOKEN');
  });

  it('is a moderator\u2019s to put a room into, or to take it out', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat', name: 'Came and went' });
    expect(await bob.refusal('PUT', listPath(roomId), { visibility: 'public' })).to.equal('403 M_FORBIDDEN');
    await bob.join(roomId);
    expect(await bob.refusal('PUT', listPath(roomId), { visibility: 'public' })).to.equal('403 M_FORBIDDEN');
    await alice.put(listPath(roomId), {});
    expect((await server.anonymous('GET', listPath(roomId))).body).to.deep.equal({ visibility: 'public' });
    expect(namesOf(await directory())).to.include('Came and went');
    await alice.put(listPath(roomId), { visibility: 'private' });
    expect(await bob.get(listPath(roomId))).to.deep.equal({ visibility: 'private' });
    expect(namesOf(await directory())).not.to.include('Came and went');
    expect(await alice.refusal('PUT', listPath(roomId), { visibility: 'secret' })).to.equal(
      '400 M_INVALID_PARAM',
    );
    expect(await alice.refusal('PUT', listPath('!nothing:test'), {})).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('GET', listPath('!nothing:test'))).to.equal('404 M_NOT_FOUND');
  });

  it('is searched by text and by type', async () => {
    const list = (name: string, request: JsonObject = {}): Promise<string> =>
      alice.createRoom({ visibility: 'public', name, ...request });
    await list('Gardening', { topic: 'ROSES and more' });
    await list('Cooking', { room_alias_name: 'rosemary' });
    await list('Cars');
    await list('Rose guild', { creation_content: { type: 'm.space' } });
    const search = async (filter: JsonObject): Promise<unknown[]> => namesOf(await directory({ filter }));
    expect(await search({ generic_search_term: 'rose' })).to.have.members([
      'Gardening',
      'Cooking',
      'Rose guild',
    ]);
    expect(await search({ generic_search_term: 'rose', room_types: ['m.space'] })).to.deep.equal([
      'Rose guild',
    ]);
    expect(await search({ generic_search_term: 'rose', room_types: [null] })).to.have.members([
      'Gardening',
      'Cooking',
    ]);
    expect(await search({ generic_search_term: 'nothing of the kind' })).to.deep.equal([]);
    expect(await search({ room_types: ['m.space', null], generic_search_term: 'cars' })).to.deep.equal([
      'Cars',
    ]);
  });

  it('is paged, the largest rooms first', async () => {
    const users = [await server.user('c'), await server.user('d'), await server.user('e')];
    for (let size = 0; size < 4; size += 1) {
      const roomId = await alice.createRoom({ visibility: 'public', name: `Paged ${size}` });
      for (const user of users.slice(0, size)) await user.join(roomId);
    }
    const filter = { generic_search_term: 'paged' };
    const first = await directory({ filter, limit: 3 });
    expect(namesOf(first)).to.deep.equal(['Paged 3', 'Paged 2', 'Paged 1']);
    expect(first).to.include({ total_room_count_estimate: 4 }).and.not.have.property('prev_batch');
    const second = await directory({ filter, limit: 3, since: first.next_batch ?? '' });
    expect(namesOf(second)).to.deep.equal(['Paged 0']);
    expect(second).not.to.have.property('next_batch');
    const back = await directory({ filter, limit: 3, since: second.prev_batch ?? '' });
    expect(back.chunk).to.deep.equal(first.chunk);
    const { body } = await server.anonymous('GET', '/v3/publicRooms?limit=1');
    expect(body.chunk).to.have.lengthOf(1);
    const further = await server.anonymous('GET', `/v3/publicRooms?limit=1&since=${String(body.next_batch)}`);
    expect(further.body.chunk).not.to.deep.equal(body.chunk);
  });

  it('refuses what makes no sense', async () => {
    const post = (body: unknown): Promise<string> => bob.refusal('POST', '/v3/publicRooms', body);
    expect(await post({ since: 'nonsense' })).to.equal('400 M_INVALID_PARAM');
    expect(await post({ limit: -1 })).to.equal('400 M_INVALID_PARAM');
    expect(await post({ limit: 'ten' })).to.equal('400 M_BAD_JSON');
    expect(await post({ filter: { generic_search_term: 5 } })).to.equal('400 M_BAD_JSON');
    expect(await bob.refusal('GET', '/v3/publicRooms?limit=ten')).to.equal('400 M_INVALID_PARAM');
    expect(await bob.refusal('GET', '/v3/publicRooms?server=no%20name')).to.equal('400 M_INVALID_PARAM');
  });

  it('does not count the steward', async () => {
    const guild = await alice.post('/_guildhall/client/v1/guilds', { name: 'Kept by the steward' });
    await alice.put(listPath(String(guild.guild_id)), { visibility: 'public' });
    const { chunk } = await directory({ filter: { generic_search_term: 'steward' } });
    expect(chunk[0]).to.include({ num_joined_members: 1, room_type: 'm.space' });
  });
});
