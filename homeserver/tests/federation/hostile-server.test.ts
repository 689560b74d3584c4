import { expect } from 'chai';
import type { JsonObject } from '../../src/protocol/canonical-json.ts';
import { generateSigningKey } from '../../src/protocol/signing.ts';
import { pduToWire } from '../../src/protocol/wire.ts';
import { eventually } from '../../test-kit/eventually.ts';
import { FakeHomeserver, type FakeReply } from '../../test-kit/fake-homeserver.ts';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE, RemoteRoom, type RemoteSending } from '../../test-kit/remote-room.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../test-kit/test-user.ts';

const BOB = `@bob:${REMOTE}`;
const HOSTILE = 'hostile.test';
const MALLORY = `@mallory:${HOSTILE}`;

function say(body: string, sender: string): RemoteSending {
  return { type: 'm.room.message', sender, content: { msgtype: 'm.text', body } };
}

describe('a hostile server', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let server: TestServer;
  let honestFake: FakeHomeserver;
  let honest: RemotePeer;
  let fake: FakeHomeserver;
  let hostile: RemotePeer;
  let alice: TestUser;

  before(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    honestFake = await network.startFake();
    honest = new RemotePeer(honestFake, server);
    fake = await FakeHomeserver.start(network, HOSTILE, generateSigningKey(Buffer.alloc(32, 66), 'hostile'));
    hostile = new RemotePeer(fake, server);
    alice = await server.register('alice');
  });

  after(async () => {
    await fake.stop();
    await network.stop();
  });

  async function roomOfAll(options: object = {}): Promise<{ roomId: string; remote: RemoteRoom }> {
    const roomId = await alice.createRoom({ preset: 'public_chat', ...options });
    await honest.join(roomId, BOB);
    await hostile.join(roomId, MALLORY);
    return { roomId, remote: await RemoteRoom.of(server.rooms.storage, roomId) };
  }

  async function bodiesIn(roomId: string): Promise<string[]> {
    const { chunk } = await alice.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=500`);
    return chunk.flatMap(({ content }: JsonObject) => (content as JsonObject).body ?? []).reverse();
  }

  /** Sends as the honest server, and waits until it is shown. @returns how long that took, in milliseconds. */
  async function honestlySay({ roomId, remote }: { roomId: string; remote: RemoteRoom }, body: string) {
    const began = performance.now();
    const eventId = await remote.send([remote.newest], say(body, BOB));
    expect((await honest.send({ pdus: [remote.json(eventId)] })).status).to.equal(200);
    await eventually(async () => (await bodiesIn(roomId)).includes(body));
    return performance.now() - began;
  }

  it('does not speak for another one', async () => {
    const { roomId, remote } = await roomOfAll();
    const draft = await remote.draft([remote.newest], say('I am Bob', BOB));
    const { eventId, json } = hostile.sign(pduToWire(draft, remote.rules), remote.rules);
    const { body } = await hostile.send({ pdus: [json] });
    expect(body.pdus[eventId].error).to.be.a('string');
    const wrongOrigin = await hostile.request('PUT', '/_matrix/federation/v1/send/1', {
      origin: REMOTE,
      origin_server_ts: 1,
      pdus: [],
    });
    expect(wrongOrigin.status).to.equal(400);
    await honestlySay({ roomId, remote }, 'I am Bob indeed');
    expect(await bodiesIn(roomId)).to.deep.equal(['I am Bob indeed']);
  });

  it('does not hold up the room with events that follow each other in a circle', async () => {
    const shared = await roomOfAll({ room_version: '1' });
    const { roomId, remote } = shared;
    const draft = await remote.draft([remote.newest], say('round and round', MALLORY));
    // In the first room versions servers choose the IDs, so that each can name the other.
    const [one, other] = [`$one:${HOSTILE}`, `$other:${HOSTILE}`];
    const inCircle = (eventId: string, previous: string): JsonObject => {
      const wire = pduToWire({ ...draft, prev_events: [previous] }, remote.rules);
      return hostile.sign({ ...wire, event_id: eventId }, remote.rules).json;
    };
    fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', {
      events: [inCircle(other, one), inCircle(one, other)],
    });
    const { status } = await hostile.send({ pdus: [inCircle(one, other)] });
    expect(status).to.equal(200);
    await honestlySay(shared, 'straight on');
    expect(await bodiesIn(roomId)).to.deep.equal(['straight on']);
  });

  it('is not believed a state in which it rules', async () => {
    const shared = await roomOfAll();
    const { roomId, remote } = shared;
    const coup = {
      type: 'm.room.power_levels',
      sender: MALLORY,
      stateKey: '',
      content: { users: { [MALLORY]: 100 } },
    };
    const draft = pduToWire(await remote.draft([remote.newest], coup), remote.rules);
    const levels = hostile.sign({ ...draft, prev_events: ['$lost'] }, remote.rules);
    const ban = {
      type: 'm.room.member',
      sender: MALLORY,
      stateKey: BOB,
      content: { membership: 'ban' },
    };
    const banDraft = pduToWire(await remote.draft([remote.newest], ban), remote.rules);
    const auth = [...(banDraft.auth_events as string[]).slice(1), levels.eventId];
    const banned = hostile.sign({ ...banDraft, prev_events: ['$lost'], auth_events: auth }, remote.rules);
    const state = [...(await remote.stateAfter([remote.newest])).values()].map(
      (id) => remote.json(id) as JsonObject,
    );
    fake.answer('GET', '/_matrix/federation/v1/event/{eventId}', { pdus: [levels.json] });
    fake.answer('GET', '/_matrix/federation/v1/state_ids/{roomId}', {
      pdu_ids: [levels.eventId, ...(await remote.stateAfter([remote.newest])).values()],
      auth_chain_ids: [],
    });
    fake.answer('GET', '/_matrix/federation/v1/state/{roomId}', {
      pdus: [...state, levels.json],
      auth_chain: [],
    });
    fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', { events: [] });
    expect((await hostile.send({ pdus: [levels.json, banned.json] })).status).to.equal(200);
    await honestlySay(shared, 'still here');
    const path = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(BOB)}`;
    expect((await alice.ok('GET', path)).membership).to.equal('join');
  });

  it('does not hold up the events of others by passing them on first', async () => {
    const { roomId, remote } = await roomOfAll();
    const first = await remote.send([remote.newest], say('first', BOB));
    const second = await remote.send([first], say('second', BOB));
    const asked = new Promise<void>((resolve) => {
      fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', () => {
        resolve();
        return new Promise<FakeReply>(() => undefined);
      });
    });
    expect((await hostile.send({ pdus: [remote.json(second)] })).status).to.equal(200);
    await asked;
    await honest.send({ pdus: [remote.json(first), remote.json(second)] });
    await eventually(async () => (await bodiesIn(roomId)).includes('second'));
    expect(await bodiesIn(roomId)).to.deep.equal(['first', 'second']);
    // Nobody else is asked before the hostile server has been given up.
    expect(honestFake.requestsTo(`/_matrix/federation/v1/get_missing_events/${roomId}`)).to.deep.equal([]);
  });

  it('holds up nobody else, whatever it sends and however it answers', async () => {
    const open = await roomOfAll();
    const { remote } = await roomOfAll();
    fake.answer(
      'POST',
      '/_matrix/federation/v1/get_missing_events/{roomId}',
      () => new Promise<FakeReply>(() => undefined),
    );
    fake.answer(
      'GET',
      '/_matrix/federation/v1/state_ids/{roomId}',
      () => new Promise<FakeReply>(() => undefined),
    );
    const draft = pduToWire(await remote.draft([remote.newest], say('lost', MALLORY)), remote.rules);
    const deep = Array.from({ length: 50 }, (_none, index) =>
      hostile.sign({ ...draft, depth: 100 + index, prev_events: [`$lost${index}`] }, remote.rules),
    );
    const edus = Array.from({ length: 100 }, (_none, index) => ({
      edu_type: ['m.typing', 'm.presence', 'm.device_list_update', 'm.receipt', 'm.direct_to_device'][
        index % 5
      ],
      content: {
        room_id: open.roomId,
        user_id: `@nobody${index}:${HOSTILE}`,
        typing: true,
        device_id: 'A',
        stream_id: index,
        sender: MALLORY,
        type: 'x'.repeat(1000),
        message_id: `${index}`,
        messages: { [alice.userId]: { '*': {} } },
        push: Array.from({ length: 100 }, () => ({ user_id: MALLORY, presence: 'online' })),
      },
    }));
    const flood = Promise.all(
      Array.from({ length: 30 }, () => hostile.send({ pdus: deep.map(({ json }) => json), edus })),
    );
    const latencies: number[] = [];
    for (let count = 0; count < 10; count += 1) latencies.push(await honestlySay(open, `message ${count}`));
    const statuses = (await flood).map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200 && status !== 429)).to.deep.equal([]);
    expect(statuses).to.include(429);
    const most = Math.round(Math.max(...latencies));
    console.log(`      honest messages during the flood: at most ${most} ms until they were shown`);
  });
});
