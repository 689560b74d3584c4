import { expect } from 'chai';
import type { JsonObject } from '../../src/protocol/canonical-json.ts';
import { eventually } from '../../test-kit/eventually.ts';
import { type FakeHomeserver, FakeReply } from '../../test-kit/fake-homeserver.ts';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE, RemoteRoom, type RemoteSending } from '../../test-kit/remote-room.ts';
import { expectSoundDatabase } from '../../test-kit/sound-database.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { roomPath, type TestResponse, type TestUser } from '../../test-kit/test-user.ts';
import {
  joinVia,
  sharedRoom,
  startTwoServers,
  type TwoServers,
  untilMember,
  untilSeen,
  untilSynced,
} from '../../test-kit/two-servers.ts';

const V1 = '/_matrix/federation/v1';
const BOB = `@bob:${REMOTE}`;
/** More pages than any test needs: who turns them without end has found a loop. */
const MOST_PAGES = 60;

/** Every page of a room's history that somebody gets who scrolls, from a token on. */
async function pagesOf(
  reader: TestUser,
  roomId: string,
  { limit = 50, from = '', dir = 'b' } = {},
): Promise<TestResponse['body'][]> {
  const pages: TestResponse['body'][] = [];
  let token: string | undefined = from;
  while (token !== undefined && pages.length < MOST_PAGES) {
    const query = new URLSearchParams({
      dir,
      limit: String(limit),
      ...(token === '' ? {} : { from: token }),
    });
    const page: TestResponse['body'] = await reader.ok('GET', `${roomPath(roomId)}/messages?${query}`);
    pages.push(page);
    if (page.end !== undefined) expect(page.end, 'a page that leads to itself').not.to.equal(token);
    token = page.end;
  }
  expect(pages.length).to.be.below(MOST_PAGES);
  return pages;
}

/** What was said, in the order of the pages. */
function bodiesOf(pages: readonly TestResponse['body'][]): string[] {
  return pages.flatMap(({ chunk }) =>
    chunk.flatMap(({ type, content }: JsonObject) =>
      type === 'm.room.message' ? [(content as JsonObject).body] : [],
    ),
  );
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_unused, index) => `message ${index}`);
}

describe('what was said while nobody of this server was in a room', function () {
  this.timeout(120_000);
  let servers: TwoServers;
  before(async () => {
    servers = await startTwoServers();
  });
  after(() => servers.network.stop());

  async function leaveAndComeBack(room: object, between: (roomId: string) => Promise<void>): Promise<string> {
    const { alice, bob } = servers;
    const roomId = await sharedRoom(alice, bob, room);
    await untilSeen(bob, roomId, await alice.say(roomId, 'before'));
    await bob.ok('POST', `${roomPath(roomId)}/leave`, {});
    await untilMember(alice, roomId, bob, 'leave');
    await between(roomId);
    await joinVia(bob, roomId, 'here.test');
    await untilSeen(bob, roomId, await alice.say(roomId, 'after'));
    return roomId;
  }

  it('is there when they have come back, in its order, once', async () => {
    const { alice, bob, there } = servers;
    const said = numbered(150);
    const roomId = await leaveAndComeBack({}, async (id) => {
      for (const body of said) await alice.say(id, body);
    });
    const pages = await pagesOf(bob, roomId);
    expect(bodiesOf(pages).reverse()).to.deep.equal(['before', ...said, 'after']);
    const ids = pages.flatMap(({ chunk }) => chunk.map(({ event_id: id }: TestResponse['body']) => id));
    expect(new Set(ids).size).to.equal(ids.length);
    // What is here now needs nobody any more.
    servers.network.cutOff('here.test');
    try {
      expect(bodiesOf(await pagesOf(bob, roomId)).reverse()).to.deep.equal(['before', ...said, 'after']);
      expect(bodiesOf(await pagesOf(bob, roomId, { dir: 'f' }))).to.deep.equal(['before', ...said, 'after']);
    } finally {
      servers.network.reconnect('here.test');
    }
    await expectSoundDatabase(there.rooms.storage.database);
  });

  it('is not shown to them where only members may read', async () => {
    const { alice, bob } = servers;
    const state = [
      { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } },
    ];
    const roomId = await leaveAndComeBack({ initial_state: state }, async (id) => {
      await alice.say(id, 'between us');
    });
    expect(bodiesOf(await pagesOf(bob, roomId)).reverse()).to.deep.equal(['before', 'after']);
  });

  it('is behind the token of the sync that tells of the room', async () => {
    const { alice, bob } = servers;
    const roomId = await leaveAndComeBack({}, async (id) => {
      await alice.say(id, 'meanwhile');
    });
    const { timeline } = await untilSynced(bob, ({ rooms }) => rooms?.join?.[roomId]);
    expect(bodiesOf([{ chunk: timeline.events }])).to.deep.equal(['after']);
    expect(timeline.limited).to.equal(true);
    const older = await pagesOf(bob, roomId, { from: timeline.prev_batch });
    expect(bodiesOf(older)).to.deep.equal(['meanwhile', 'before']);
  });
});

describe('what a server has missed', function () {
  this.timeout(120_000);
  let network: TestNetwork;
  let server: TestServer;
  let fake: FakeHomeserver;
  let peer: RemotePeer;
  let alice: TestUser;
  let carol: TestUser;
  let roomId: string;
  let remote: RemoteRoom;

  before(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    fake = await network.startFake();
    peer = new RemotePeer(fake, server);
    alice = await server.register('alice');
    carol = await server.register('carol');
  });
  after(() => network.stop());

  beforeEach(async () => {
    fake.received.length = 0;
    roomId = await alice.createRoom({ preset: 'public_chat' });
    await peer.join(roomId, BOB);
    remote = await RemoteRoom.of(server.rooms.storage, roomId);
    fake.answer('POST', `${V1}/get_missing_events/{roomId}`, { events: [] });
    fake.answer('GET', `${V1}/state_ids/{roomId}`, async ({ query }) => {
      const { prev_events: previous } = remote.pdu(query.get('event_id') ?? '');
      const { state, authChain } = await remote.foreignState(previous);
      return { pdu_ids: state.map(idOf), auth_chain_ids: authChain.map(idOf) };
    });
    fake.answer('GET', `${V1}/event/{eventId}`, ({ params }) => ({
      pdus: [remote.json(params.eventId ?? '') as JsonObject],
    }));
    fake.answer('GET', `${V1}/backfill/{roomId}`, ({ query }) => ({
      pdus: beforeThat(query.getAll('v'), Number(query.get('limit'))),
    }));
  });

  const idOf = (json: unknown): string => {
    const text = JSON.stringify(json);
    return remote.eventIds.find((eventId) => JSON.stringify(remote.json(eventId)) === text) ?? '';
  };
  const say = (body: string): RemoteSending => ({
    type: 'm.room.message',
    sender: BOB,
    content: { msgtype: 'm.text', body },
  });

  /** Some events and what is before them, the newest first. */
  function beforeThat(eventIds: readonly string[], limit: number): JsonObject[] {
    const found = new Set<string>();
    for (let from = [...eventIds]; from.length > 0 && found.size < limit; ) {
      for (const eventId of from) found.add(eventId);
      from = from.flatMap((eventId) => remote.pdu(eventId).prev_events);
    }
    return [...found].slice(0, limit).map((eventId) => remote.json(eventId) as JsonObject);
  }

  /** Bob talks while nothing comes here, and then once more, which does. */
  async function miss(count: number): Promise<string[]> {
    const said = numbered(count);
    for (const body of said) await remote.send([remote.newest], say(body));
    await arrives('back again');
    return said;
  }

  async function arrives(body: string): Promise<void> {
    const eventId = await remote.send([remote.newest], say(body));
    await peer.send({ pdus: [remote.json(eventId)] });
    await untilSeen(alice, roomId, eventId);
  }

  it('is fetched when somebody scrolls there, in its order, once', async () => {
    await alice.say(roomId, 'before');
    remote = await RemoteRoom.of(server.rooms.storage, roomId);
    const said = await miss(300);
    const all = ['before', ...said, 'back again'];
    expect(bodiesOf(await pagesOf(alice, roomId)).reverse()).to.deep.equal(all);
    const asked = fake.requestsTo(`${V1}/backfill/`).length;
    expect(bodiesOf(await pagesOf(alice, roomId, { limit: 7 * 13 })).reverse()).to.deep.equal(all);
    expect(fake.requestsTo(`${V1}/backfill/`)).to.have.length(asked);
    await expectSoundDatabase(server.rooms.storage.database);
  });

  it('is fetched once for all who scroll there at the same moment', async () => {
    const said = await miss(150);
    await joinVia(carol, roomId, 'hs.test');
    const read = await Promise.all([alice, carol, alice].map((reader) => pagesOf(reader, roomId)));
    for (const pages of read) expect(bodiesOf(pages).reverse()).to.deep.equal([...said, 'back again']);
    expect(fake.requestsTo(`${V1}/backfill/`)).to.have.length(2);
  });

  it('is behind the token of a limited timeline', async () => {
    const { next_batch: since } = await alice.sync();
    await miss(120);
    const { timeline } = await untilSynced(alice, ({ rooms }) => rooms?.join?.[roomId], since);
    expect(bodiesOf([{ chunk: timeline.events }])).to.deep.equal(['back again']);
    expect(timeline.limited).to.equal(true);
    const [page] = await pagesOf(alice, roomId, { from: timeline.prev_batch, limit: 10 });
    expect(bodiesOf([page])).to.deep.equal(numbered(120).slice(-10).reverse());
  });

  it('is not passed over by a sync of somebody else that comes after it was fetched', async () => {
    const { next_batch: since } = await alice.sync();
    const said = await miss(5);
    await joinVia(carol, roomId, 'hs.test');
    await pagesOf(carol, roomId);
    const { rooms } = await alice.sync({ since });
    expect(bodiesOf([{ chunk: rooms.join[roomId].timeline.events }])).to.deep.equal([...said, 'back again']);
  });

  for (const between of [0, 1]) {
    it(`keeps nobody from being heard who came in ${between} events before they speak`, async () => {
      const carl = `@carl:${REMOTE}`;
      await remote.join([remote.newest], carl);
      for (const body of numbered(between)) await remote.send([remote.newest], say(body));
      const eventId = await remote.send([remote.newest], { ...say('hello'), sender: carl });
      await peer.send({ pdus: [remote.json(eventId)] });
      await untilSeen(alice, roomId, eventId);
      expect(bodiesOf(await pagesOf(alice, roomId)).reverse()).to.deep.equal([...numbered(between), 'hello']);
    });
  }

  it('is told of in what surrounds an event', async () => {
    await miss(30);
    const path = `${roomPath(roomId)}/context/${encodeURIComponent(remote.newest)}?limit=20`;
    const { events_before: older, start } = await alice.ok('GET', path);
    expect(bodiesOf([{ chunk: older }])).to.deep.equal(numbered(30).slice(-10).reverse());
    expect(bodiesOf(await pagesOf(alice, roomId, { from: start }))).to.deep.equal(
      numbered(30).slice(0, -10).reverse(),
    );
  });

  it('is fetched back to an event that a link leads to', async () => {
    await miss(130);
    const wanted = remote.eventIds.at(-121) ?? '';
    const { event, events_before: older } = await alice.ok(
      'GET',
      `${roomPath(roomId)}/context/${encodeURIComponent(wanted)}?limit=4`,
    );
    expect(bodiesOf([{ chunk: [event, ...older] }])).to.deep.equal(['message 10', 'message 9', 'message 8']);
  });

  it('comes later where the other server is down, and the rest is shown meanwhile', async () => {
    await alice.say(roomId, 'before');
    remote = await RemoteRoom.of(server.rooms.storage, roomId);
    const said = await miss(20);
    let isDown = true;
    fake.answer('GET', `${V1}/backfill/{roomId}`, ({ query }) =>
      isDown ? new FakeReply(503) : { pdus: beforeThat(query.getAll('v'), 100) },
    );
    expect(bodiesOf(await pagesOf(alice, roomId)).reverse()).to.deep.equal(['before', 'back again']);
    isDown = false;
    await eventually(async () => {
      // Who is heard from is asked again.
      await peer.send({});
      return bodiesOf(await pagesOf(alice, roomId)).length > 2;
    });
    expect(bodiesOf(await pagesOf(alice, roomId)).reverse()).to.deep.equal(['before', ...said, 'back again']);
  });

  it('is left when nobody has it', async () => {
    await miss(3);
    fake.answer('GET', `${V1}/backfill/{roomId}`, ({ query }) => ({
      pdus: query.getAll('v').map((eventId) => remote.json(eventId) as JsonObject),
    }));
    expect(bodiesOf(await pagesOf(alice, roomId))).to.deep.equal(['back again']);
    const asked = fake.requestsTo(`${V1}/backfill/`).length;
    const [page] = await pagesOf(alice, roomId);
    expect(bodiesOf([page])).to.deep.equal(['back again']);
    expect(fake.requestsTo(`${V1}/backfill/`)).to.have.length(asked);
  });

  for (const [what, pdus] of [
    ['garbage', ['no event', 7, null, { type: 'm.room.message' }]],
    ['no list', 'none'],
  ] as const) {
    it(`holds up nobody when the other server answers with ${what}`, async () => {
      await miss(3);
      fake.answer('GET', `${V1}/backfill/{roomId}`, { pdus: pdus as unknown as JsonObject[] });
      expect(bodiesOf(await pagesOf(alice, roomId))).to.deep.equal(['back again']);
    });
  }

  it('has no place for events that have nothing to do with it', async () => {
    await alice.say(roomId, 'before');
    remote = await RemoteRoom.of(server.rooms.storage, roomId);
    await miss(3);
    const [create = ''] = remote.eventIds;
    fake.answer('GET', `${V1}/backfill/{roomId}`, async () => {
      const strays: JsonObject[] = [];
      for (let count = 0; count < 50; count += 1) {
        strays.push(remote.json(await remote.send([create], say('stray'))) as JsonObject);
      }
      return { pdus: strays };
    });
    expect(bodiesOf(await pagesOf(alice, roomId))).to.deep.equal(['back again', 'before']);
  });

  it('is asked for a thousand events at a time, however much the other server has', async () => {
    await miss(1_100);
    const query = new URLSearchParams({ dir: 'b', filter: JSON.stringify({ types: ['m.no.such.type'] }) });
    const { chunk, end } = await alice.ok('GET', `${roomPath(roomId)}/messages?${query}`);
    expect(chunk).to.deep.equal([]);
    expect(fake.requestsTo(`${V1}/backfill/`)).to.have.length(10);
    const rest = bodiesOf(await pagesOf(alice, roomId, { from: end, limit: 100 }));
    expect(rest.at(-1)).to.equal('message 0');
  });
});
