import { expect } from 'chai';
import { eventIdOf } from '../../src/protocol/hashing.ts';
import { type RoomVersionRules, roomVersionRules } from '../../src/protocol/room-versions.ts';
import { pduFromWire } from '../../src/protocol/wire.ts';
import type { FakeHomeserver } from '../../test-kit/fake-homeserver.ts';
import { makeImage } from '../../test-kit/images.ts';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE } from '../../test-kit/remote-room.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { request, type TestUser } from '../../test-kit/test-user.ts';

const BOB = `@bob:${REMOTE}`;
const V1 = '/_matrix/federation/v1';

const RULES = rulesOf('12');

function rulesOf(version: string): RoomVersionRules {
  const rules = roomVersionRules(version);
  if (rules === undefined) throw new Error(`there is no room version ${version}`);
  return rules;
}

/** Any event as servers exchange it. */
type Wire = Readonly<Record<string, unknown>> & { readonly type: string; readonly content: object };

describe('what other servers may read', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let server: TestServer;
  let remote: FakeHomeserver;
  let stranger: FakeHomeserver;
  let peer: RemotePeer;
  let alice: TestUser;
  before(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    remote = await network.startFake();
    stranger = await network.startFake('stranger.test');
    peer = new RemotePeer(remote, server);
    alice = await server.register('alice');
  });
  after(() => network.stop());

  const get = (path: string, from = remote) => from.request(server, 'GET', `${V1}${path}`);
  const ok = async (path: string, from = remote) => {
    const { status, body } = await get(path, from);
    expect(status, `${path}: ${JSON.stringify(body)}`).to.equal(200);
    return body;
  };
  const refusal = async (path: string, from = remote, body?: object): Promise<string> => {
    const answer = await from.request(server, body ? 'POST' : 'GET', `${V1}${path}`, body);
    return `${answer.status} ${answer.body.errcode}`;
  };
  const enc = encodeURIComponent;
  const idOf = (event: Wire): string => eventIdOf(pduFromWire(event, RULES), RULES);
  const publicRoom = (more: object = {}) => alice.createRoom({ preset: 'public_chat', ...more });
  const missingOf = (roomId: string, body: object) =>
    remote.request(server, 'POST', `${V1}/get_missing_events/${enc(roomId)}`, body);

  /** Every read of a room that names an event. */
  const reads = (roomId: string, eventId: string): string[] => [
    `/state/${enc(roomId)}?event_id=${enc(eventId)}`,
    `/state_ids/${enc(roomId)}?event_id=${enc(eventId)}`,
    `/event_auth/${enc(roomId)}/${enc(eventId)}`,
    `/backfill/${enc(roomId)}?v=${enc(eventId)}&limit=10`,
    `/timestamp_to_event/${enc(roomId)}?ts=0&dir=f`,
    `/event/${enc(eventId)}`,
  ];

  it('is everything of a room that they are in: events, what they are based on, the state before them', async () => {
    const roomId = await publicRoom();
    await peer.join(roomId, BOB);
    const eventId = await alice.say(roomId, 'hello');
    const { origin, pdus } = await ok(`/event/${enc(eventId)}`);
    expect(origin).to.equal('hs.test');
    expect(pdus[0]).to.deep.include({ type: 'm.room.message', sender: alice.userId });
    expect(pdus[0].signatures['hs.test']).to.be.an('object');
    expect(pdus[0]).not.to.have.any.keys('unsigned', 'event_id');
    expect(idOf(pdus[0])).to.equal(eventId);

    const state = await ok(`/state/${enc(roomId)}?event_id=${enc(eventId)}`);
    const ids = await ok(`/state_ids/${enc(roomId)}?event_id=${enc(eventId)}`);
    expect(state.pdus.map(idOf)).to.have.members(ids.pdu_ids);
    expect(state.auth_chain.map(idOf)).to.have.members(ids.auth_chain_ids);
    const keys = state.pdus.map(({ type, state_key: key }: Wire) => `${type} ${key}`);
    expect(keys).to.include.members(['m.room.create ', `m.room.member ${BOB}`, 'm.room.power_levels ']);

    const { auth_chain: chain } = await ok(`/event_auth/${enc(roomId)}/${enc(eventId)}`);
    const types = chain.map(({ type }: Wire) => type);
    expect(types).to.include.members(['m.room.member', 'm.room.power_levels']);
    expect(chain.map(idOf)).not.to.include(eventId);
  });

  it('is the state before an event, not the one after', async () => {
    const roomId = await publicRoom({ topic: 'before' });
    await peer.join(roomId, BOB);
    const eventId = await alice.setState(roomId, 'm.room.topic', { topic: 'after' });
    const { pdus } = await ok(`/state/${enc(roomId)}?event_id=${enc(eventId)}`);
    const topic = pdus.find(({ type }: Wire) => type === 'm.room.topic');
    expect(topic.content).to.deep.include({ topic: 'before' });
  });

  it('is nothing of a room that they are not in, were thrown out of, or are kept out of', async () => {
    const roomId = await publicRoom();
    const eventId = await alice.say(roomId, 'between us');
    for (const path of reads(roomId, eventId)) {
      expect(await refusal(path, stranger), path).to.equal('403 M_FORBIDDEN');
    }
    await peer.join(roomId, BOB);
    for (const path of reads(roomId, eventId)) await ok(path);
    const missing = { earliest_events: [], latest_events: [eventId] };
    expect(await refusal(`/get_missing_events/${enc(roomId)}`, stranger, missing)).to.equal(
      '403 M_FORBIDDEN',
    );

    await alice.setState(roomId, 'm.room.server_acl', { allow: ['*'], deny: [REMOTE] });
    for (const path of reads(roomId, eventId)) {
      expect(await refusal(path), path).to.equal('403 M_FORBIDDEN');
    }
    await alice.setState(roomId, 'm.room.server_acl', { allow: ['*'] });
    for (const path of reads(roomId, eventId)) await ok(path);
    await alice.ok('POST', `/_matrix/client/v3/rooms/${enc(roomId)}/kick`, { user_id: BOB });
    for (const path of reads(roomId, eventId)) {
      expect(await refusal(path), path).to.equal('403 M_FORBIDDEN');
    }
  });

  it('is nothing of one room by the name of another: the event has to be of the room', async () => {
    const secret = await alice.createRoom({ preset: 'private_chat' });
    const eventId = await alice.say(secret, 'for nobody');
    const open = await publicRoom();
    await peer.join(open, BOB);
    for (const path of reads(open, eventId).slice(0, 3)) {
      expect(await refusal(path), path).to.equal('404 M_NOT_FOUND');
    }
    expect((await ok(`/backfill/${enc(open)}?v=${enc(eventId)}&limit=10`)).pdus).to.deep.equal([]);
    const { body } = await missingOf(open, { earliest_events: [], latest_events: [eventId], limit: 20 });
    expect(body).to.deep.equal({ events: [] });
    expect(await refusal(`/event/${enc(eventId)}`)).to.equal('403 M_FORBIDDEN');
  });

  it('is what happened before, the newest first, as far as it is asked for', async () => {
    const roomId = await publicRoom();
    await peer.join(roomId, BOB);
    const said: string[] = [];
    for (const word of ['one', 'two', 'three', 'four']) said.unshift(await alice.say(roomId, word));
    const [newest = ''] = said;
    const three = await ok(`/backfill/${enc(roomId)}?v=${enc(newest)}&limit=3`);
    expect(three.pdus.map(idOf)).to.deep.equal(said.slice(0, 3));
    const all = await ok(`/backfill/${enc(roomId)}?v=${enc(newest)}&limit=100000`);
    expect(all.pdus.at(-1).type).to.equal('m.room.create');

    const [fourth = '', third, second, first = ''] = said;
    const missing = await missingOf(roomId, { earliest_events: [first], latest_events: [fourth] });
    expect(missing.body.events.map(idOf)).to.deep.equal([second, third]);
    const few = await missingOf(roomId, { earliest_events: [], latest_events: [fourth], limit: 2 });
    expect(few.body.events.map(idOf)).to.deep.equal([second, third]);
    const deep = await missingOf(roomId, {
      earliest_events: [],
      latest_events: [fourth],
      min_depth: all.pdus[1].depth,
    });
    expect(deep.body.events.map(idOf)).to.deep.equal([third]);
  });

  it('is redacted where the history is for those who were there', async () => {
    const roomId = await publicRoom();
    await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'joined' });
    const before = await alice.say(roomId, 'before Bob');
    await peer.join(roomId, BOB);
    const after = await alice.say(roomId, 'with Bob');
    const { pdus } = await ok(`/backfill/${enc(roomId)}?v=${enc(after)}&limit=3`);
    expect(pdus.map(idOf)).to.include.members([before, after]);
    const contents = new Map(pdus.map((event: Wire) => [idOf(event), event.content]));
    expect(contents.get(after)).to.include({ body: 'with Bob' });
    expect(contents.get(before)).to.deep.equal({});
    expect((await ok(`/event/${enc(before)}`)).pdus[0].content).to.deep.equal({});
    const missing = await missingOf(roomId, { earliest_events: [], latest_events: [after], limit: 20 });
    const told = missing.body.events.find((event: Wire) => idOf(event) === before);
    expect(told.content).to.deep.equal({});
    const later = await ok(`/timestamp_to_event/${enc(roomId)}?ts=0&dir=f`);
    expect(later.event_id).not.to.equal(before);
  });

  it('is there from the invite on where the history is for the invited', async () => {
    const roomId = await publicRoom();
    await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'invited' });
    const before = await alice.say(roomId, 'before the invite');
    remote.answer('PUT', '/_matrix/federation/v2/invite/{roomId}/{eventId}', ({ body }) => ({
      event: peer.sign(body.event, RULES).json,
    }));
    await alice.ok('POST', `/_matrix/client/v3/rooms/${enc(roomId)}/invite`, { user_id: BOB });
    const between = await alice.say(roomId, 'after the invite');
    await peer.join(roomId, BOB);
    const content = async (eventId: string) => (await ok(`/event/${enc(eventId)}`)).pdus[0].content;
    expect(await content(before)).to.deep.equal({});
    expect(await content(between)).to.include({ body: 'after the invite' });
  });

  it('is the event next to a time, in either direction', async () => {
    const roomId = await publicRoom();
    await peer.join(roomId, BOB);
    const first = await alice.say(roomId, 'first');
    const { pdus } = await ok(`/event/${enc(first)}`);
    const at = pdus[0].origin_server_ts;
    const found = await ok(`/timestamp_to_event/${enc(roomId)}?ts=${at}&dir=b`);
    expect(found).to.deep.equal({ event_id: first, origin_server_ts: at });
    expect(await refusal(`/timestamp_to_event/${enc(roomId)}?ts=${at + 1_000_000}&dir=f`)).to.equal(
      '404 M_NOT_FOUND',
    );
    expect(await refusal(`/timestamp_to_event/${enc(roomId)}?ts=1`)).to.equal('400 M_MISSING_PARAM');
    expect(await refusal(`/timestamp_to_event/${enc(roomId)}?ts=1&dir=x`)).to.equal('400 M_INVALID_PARAM');
  });

  it('is refused for what is malformed or not here', async () => {
    const roomId = await publicRoom();
    await peer.join(roomId, BOB);
    expect(await refusal(`/backfill/${enc(roomId)}?v=none&limit=1`)).to.equal('400 M_INVALID_PARAM');
    expect(await refusal(`/backfill/${enc(roomId)}?limit=1`)).to.equal('400 M_MISSING_PARAM');
    expect(await refusal(`/state/${enc(roomId)}`)).to.equal('400 M_MISSING_PARAM');
    expect(await refusal(`/state/${enc(roomId)}?event_id=x`)).to.equal('400 M_INVALID_PARAM');
    expect(await refusal(`/state/${enc(roomId)}?event_id=%24none`)).to.equal('404 M_NOT_FOUND');
    expect(await refusal('/state/!none?event_id=%24none')).to.equal('404 M_NOT_FOUND');
    expect(await refusal('/state/none?event_id=%24none')).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('/event/%24none')).to.equal('404 M_NOT_FOUND');
    expect(await refusal('/event/none')).to.equal('400 M_INVALID_PARAM');
  });

  it('is the tree of a space, without the rooms that they could not enter', async () => {
    const open = await publicRoom({ name: 'Open' });
    const closed = await alice.createRoom({ preset: 'private_chat', name: 'Closed' });
    const space = await publicRoom({ creation_content: { type: 'm.space' }, name: 'Space' });
    for (const child of [open, closed, '!elsewhere:other.test']) {
      await alice.setState(space, 'm.space.child', { via: ['hs.test'], suggested: child === closed }, child);
    }
    const tree = await ok(`/hierarchy/${enc(space)}`);
    expect(tree.room).to.include({ room_id: space, name: 'Space', room_type: 'm.space' });
    expect(tree.room.children_state).to.have.length(3);
    expect(tree.children.map((room: { name: string }) => room.name)).to.deep.equal(['Open']);
    expect(tree.inaccessible_children).to.deep.equal([closed]);
    const suggested = await ok(`/hierarchy/${enc(space)}?suggested_only=true`);
    expect(suggested.room.children_state).to.have.length(1);
    expect(await refusal(`/hierarchy/${enc(closed)}`)).to.equal('404 M_NOT_FOUND');
    expect(await refusal('/hierarchy/!none')).to.equal('404 M_NOT_FOUND');
  });

  it('is the directory, without rooms that are for this server alone', async () => {
    const roomId = await publicRoom({ visibility: 'public', name: 'Findable' });
    await publicRoom({ visibility: 'public', name: 'Ours', creation_content: { 'm.federate': false } });
    const names = (body: { chunk: { name: string }[] }) => body.chunk.map(({ name }) => name);
    expect(names(await ok('/publicRooms'))).to.deep.equal(['Findable']);
    const search = { filter: { generic_search_term: 'find' } };
    const { body } = await remote.request(server, 'POST', `${V1}/publicRooms`, search);
    expect(body.chunk[0].room_id).to.equal(roomId);
  });

  it('is who has an alias of this server, unless the room is blocked', async () => {
    const roomId = await publicRoom({ room_alias_name: 'plaza' });
    await peer.join(roomId, BOB);
    const alias = `/query/directory?room_alias=${enc('#plaza:hs.test')}`;
    expect(await ok(alias)).to.deep.equal({ room_id: roomId, servers: ['hs.test', REMOTE] });
    for (const other of ['#none:hs.test', '#plaza:other.test', 'plaza']) {
      expect(await refusal(`/query/directory?room_alias=${enc(other)}`)).to.equal('404 M_NOT_FOUND');
    }
    const admin = await server.registerAdmin('admin');
    await admin.ok('PUT', `/_synapse/admin/v1/rooms/${enc(roomId)}/block`, { block: true });
    expect(await refusal(alias)).to.equal('404 M_NOT_FOUND');
  });

  it('is the profile of a user of this server, or one field of it', async () => {
    const path = `/_matrix/client/v3/profile/${enc(alice.userId)}/displayname`;
    await alice.ok('PUT', path, { displayname: 'Alice' });
    const query = (userId: string, field = '') => `/query/profile?user_id=${enc(userId)}${field}`;
    expect(await ok(query(alice.userId))).to.deep.equal({ displayname: 'Alice' });
    expect(await ok(query(alice.userId, '&field=displayname'))).to.deep.equal({ displayname: 'Alice' });
    expect(await ok(query(alice.userId, '&field=avatar_url'))).to.deep.equal({});
    for (const other of ['@none:hs.test', BOB, 'alice']) {
      expect(await refusal(query(other)), other).to.equal('404 M_NOT_FOUND');
    }
  });

  it('is whose an OpenID token is, for anybody who has it', async () => {
    const path = `/_matrix/client/v3/user/${enc(alice.userId)}/openid/request_token`;
    const { access_token: token } = await alice.ok('POST', path, {});
    const ask = (given: string) => request(server.url, 'GET', `${V1}/openid/userinfo?access_token=${given}`);
    expect((await ask(token)).body).to.deep.equal({ sub: alice.userId });
    expect((await ask('another')).status).to.equal(401);
  });

  it('is media of this server, in two parts', async () => {
    const image = await makeImage('png', { width: 40, height: 30 });
    const upload = await fetch(`${server.url}/_matrix/media/v3/upload?filename=cat.png`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${alice.accessToken}`, 'Content-Type': 'image/png' },
      body: new Uint8Array(image),
    });
    const { content_uri: uri } = (await upload.json()) as { content_uri: string };
    const mediaId = uri.replace('mxc://hs.test/', '');
    const path = `${V1}/media/download/${mediaId}`;
    const response = await fetch(server.url + path, {
      headers: { ...remote.sign(server, { method: 'GET', path }).headers },
    });
    expect(response.status).to.equal(200);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).to.equal(String(bytes.length));
    const [, boundary = ''] =
      /^multipart\/mixed; boundary=([\w-]+)$/.exec(response.headers.get('content-type') ?? '') ?? [];
    const [before, head, file, end] = bytes.toString('latin1').split(`--${boundary}`);
    expect([before, end]).to.deep.equal(['', '--\r\n']);
    expect(head).to.equal('\r\nContent-Type: application/json\r\n\r\n{}\r\n');
    expect(file).to.match(
      /^\r\nContent-Type: image\/png\r\nContent-Disposition: inline; filename="cat.png"\r\n\r\n/,
    );
    expect(Buffer.from(file?.slice(file.indexOf('\r\n\r\n') + 4, -2) ?? '', 'latin1').equals(image)).to.equal(
      true,
    );
    expect((await get(`/media/thumbnail/${mediaId}?width=10&height=10`)).status).to.equal(200);
    expect(await refusal(`/media/thumbnail/${mediaId}`)).to.equal('400 M_MISSING_PARAM');
    expect(await refusal('/media/download/none')).to.equal('404 M_NOT_FOUND');
  });
});
