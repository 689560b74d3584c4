import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { JsonObject } from '../../src/protocol/canonical-json.ts';
import { signingBytes } from '../../src/protocol/hashing.ts';
import { roomVersionRules } from '../../src/protocol/room-versions.ts';
import { generateSigningKey, signBytes } from '../../src/protocol/signing.ts';
import { pduFromWire } from '../../src/protocol/wire.ts';
import { eventually } from '../../test-kit/eventually.ts';
import { type FakeHomeserver, FakeReply } from '../../test-kit/fake-homeserver.ts';
import { CREATOR, openRemoteRoom } from '../../test-kit/remote-join.ts';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE, RemoteRoom, type RemoteSending } from '../../test-kit/remote-room.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../test-kit/test-user.ts';

const BOB = `@bob:${REMOTE}`;

function say(body: string, sender = BOB): RemoteSending {
  return { type: 'm.room.message', sender, content: { msgtype: 'm.text', body } };
}

/** A room in which Alice and Bob are, and how each of them sees it. */
interface SharedRoom {
  readonly roomId: string;
  readonly remote: RemoteRoom;
}

describe('transactions of other servers', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let server: TestServer;
  let fake: FakeHomeserver;
  let peer: RemotePeer;
  let alice: TestUser;

  beforeEach(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    fake = await network.startFake();
    peer = new RemotePeer(fake, server);
    alice = await server.register('alice');
  });

  afterEach(() => network.stop());

  async function share(options: object = {}): Promise<SharedRoom> {
    const roomId = await alice.createRoom({ preset: 'public_chat', ...options });
    await peer.join(roomId, BOB);
    return { roomId, remote: await RemoteRoom.of(server.rooms.storage, roomId) };
  }

  /** What clients see of a room, oldest first. */
  async function bodiesIn(roomId: string): Promise<string[]> {
    const { chunk } = await alice.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=500`);
    return chunk.flatMap(({ content }: JsonObject) => (content as JsonObject).body ?? []).reverse();
  }

  const shows = (roomId: string, bodies: readonly string[]) =>
    eventually(async () => {
      const shown = await bodiesIn(roomId);
      return bodies.every((body) => shown.includes(body));
    });

  it('bring messages into their room, in order, and are answered for each event', async () => {
    const { roomId, remote } = await share();
    const ids: string[] = [];
    for (const body of ['one', 'two', 'three']) ids.push(await remote.send([remote.newest], say(body)));
    const { status, body } = await peer.send({ pdus: ids.map((id) => remote.json(id)) });
    expect([status, body]).to.deep.equal([200, { pdus: Object.fromEntries(ids.map((id) => [id, {}])) }]);
    await shows(roomId, ['one', 'two', 'three']);
    expect(await bodiesIn(roomId)).to.deep.equal(['one', 'two', 'three']);
  });

  it('are taken once', async () => {
    const { roomId, remote } = await share();
    const first = await remote.send([remote.newest], say('first'));
    const answer = await peer.send({ pdus: [remote.json(first)] }, 'same');
    const second = await remote.send([remote.newest], say('second'));
    expect((await peer.send({ pdus: [remote.json(second)] }, 'same')).body).to.deep.equal(answer.body);
    const third = await remote.send([first], say('third'));
    await peer.send({ pdus: [remote.json(first), remote.json(third)] });
    await shows(roomId, ['third']);
    expect(await bodiesIn(roomId)).to.deep.equal(['first', 'third']);
  });

  it('are refused when they are too large, or say that they are of another server', async () => {
    const event = {};
    const tooMany = await peer.send({ pdus: Array.from({ length: 51 }, () => event) });
    expect([tooMany.status, tooMany.body.errcode]).to.deep.equal([400, 'M_BAD_JSON']);
    const edu = { edu_type: 'm.typing', content: {} };
    expect((await peer.send({ edus: Array.from({ length: 101 }, () => edu) })).status).to.equal(400);
    const body = { origin: 'third.test', origin_server_ts: 1, pdus: [] };
    expect((await peer.request('PUT', '/_matrix/federation/v1/send/1', body)).status).to.equal(400);
  });

  it('survive events that are no good: those are named, the others come through', async () => {
    const { roomId, remote } = await share();
    const start = remote.newest;
    const good = remote.pdu(await remote.send([start], say('good')));
    const forged = remote.json(await remote.send([start], say('forged', '@carol:third.test'))) as JsonObject;
    const draft = await remote.draft([start], say('unsigned'));
    const unsigned = { ...remote.sign(draft), signatures: {} };
    const changed = { ...remote.sign(await remote.draft([start], say('signed'))), depth: 77 };
    const large = remote.sign(await remote.draft([start], say('x'.repeat(66_000))));
    const tampered = remote.sign(await remote.draft([start], say('told')));
    const { status, body } = await peer.send({
      pdus: [
        {},
        { room_id: roomId },
        { room_id: '!nowhere:hs.test', type: 'm.room.message' },
        forged,
        unsigned,
        changed,
        large,
        { ...tampered, content: { msgtype: 'm.text', body: 'retold' } },
        JSON.parse(JSON.stringify(good)),
      ],
    });
    expect(status).to.equal(200);
    const results = Object.values(body.pdus as Record<string, { error?: string }>);
    expect(results.filter(({ error }) => error !== undefined)).to.have.length(3);
    expect(results.filter(({ error }) => error === undefined)).to.have.length(2);
    await shows(roomId, ['good']);
    // Only what is signed of it is believed.
    expect(await bodiesIn(roomId)).to.deep.equal(['good']);
  });

  it('do not bring in what the room does not allow, and log why', async () => {
    const { roomId, remote } = await share();
    const start = remote.newest;
    const rename = { type: 'm.room.name', sender: BOB, stateKey: '', content: { name: 'Mine' } };
    const stranger = say('from outside', `@nobody:${REMOTE}`);
    const pdus = [await remote.send([start], rename), await remote.send([start], stranger)];
    // An authority that says nothing about it.
    const odd = remote.sign({ ...(await remote.draft([start], say('odd'))), auth_events: [start, start] });
    const after = await remote.send([start], say('after'));
    await peer.send({ pdus: [...pdus.map((id) => remote.json(id)), odd, remote.json(after)] });
    await shows(roomId, ['after']);
    expect(await bodiesIn(roomId)).to.deep.equal(['after']);
    const state = await alice.request('GET', `${roomPath(roomId)}/state/m.room.name/`);
    expect(state.status).to.equal(404);
    const metrics = (await server.request('GET', '/metrics')).body as string;
    expect(metrics).to.match(/guildhall_federation_received_total\{kind="pdu",outcome="rejected"\} 3/);
  });

  it('are held to the access control list of each room', async () => {
    const denied = await share();
    const open = await share();
    const [inDenied, inOpen] = [
      await denied.remote.send([denied.remote.newest], say('denied')),
      await open.remote.send([open.remote.newest], say('open')),
    ];
    await alice.setState(denied.roomId, 'm.room.server_acl', { allow: ['*'], deny: [REMOTE] });
    const pdus = [denied.remote.json(inDenied), open.remote.json(inOpen)];
    const typing = { room_id: denied.roomId, user_id: BOB, typing: true };
    const { body } = await peer.send({ pdus, edus: [{ edu_type: 'm.typing', content: typing }] });
    expect(body.pdus[inDenied].error).to.be.a('string');
    expect(body.pdus[inOpen]).to.deep.equal({});
    await shows(open.roomId, ['open']);
    expect(await bodiesIn(denied.roomId)).to.deep.equal([]);
    const { rooms } = await alice.sync();
    const ephemeral = rooms.join[denied.roomId].ephemeral.events;
    expect(ephemeral.some(({ type }: JsonObject) => type === 'm.typing')).to.equal(false);
  });

  it('are completed with the events between, which the sender is asked for', async () => {
    const { roomId, remote } = await share();
    const ids: string[] = [];
    for (let count = 0; count < 30; count += 1)
      ids.push(await remote.send([remote.newest], say(`m${count}`)));
    answerMissingEvents(remote);
    await peer.send({ pdus: [remote.json(ids.at(-1) ?? '')] });
    await shows(roomId, ['m0', 'm29']);
    expect(await bodiesIn(roomId)).to.deep.equal(ids.map((_id, index) => `m${index}`));
  });

  it('begin with the state where the events between are too many', async () => {
    const { roomId, remote } = await share();
    for (let count = 0; count < 200; count += 1) await remote.send([remote.newest], say(`m${count}`));
    const last = remote.newest;
    const topic = { type: 'm.room.topic', sender: BOB, stateKey: '', content: { topic: 'not allowed' } };
    await remote.send([last], topic);
    const next = await remote.send([last], say('at last'));
    answerMissingEvents(remote);
    fake.answer('GET', `/_matrix/federation/v1/state_ids/{roomId}`, async () => {
      const ids = await idsOfState(remote, [last]);
      return ids;
    });
    await peer.send({ pdus: [remote.json(next)] });
    await shows(roomId, ['at last']);
    expect(fake.requestsTo('/_matrix/federation/v1/get_missing_events/').length).to.be.at.most(5);
  });

  it('are not the newest of their room where something that follows them came before them', async () => {
    const { roomId, remote } = await share();
    const start = remote.newest;
    const early = await remote.send([start], say('early'));
    const late = await remote.send([early], say('late'));
    fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', { events: [] });
    fake.answer('GET', `/_matrix/federation/v1/state_ids/{roomId}`, () => idsOfState(remote, [early]));
    await peer.send({ pdus: [remote.json(late)] });
    await shows(roomId, ['late']);
    await peer.send({ pdus: [remote.json(early)] });
    await shows(roomId, ['late', 'early']);
    const room = await server.rooms.registry.byId(roomId);
    expect(room?.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([late]);
  });

  it('are tried again with the events between, where the sender could not be reached at first', async () => {
    const { roomId, remote } = await share();
    const missing = await remote.send([remote.newest], say('missing'));
    const late = await remote.send([remote.newest], say('late'));
    let isFirst = true;
    const asked = new Promise<void>((resolve) => {
      fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', () => {
        resolve();
        if (!isFirst) return { events: [remote.json(missing) as JsonObject] };
        isFirst = false;
        return new FakeReply(502);
      });
    });
    // The state alone would bring the event in, and leave out the one before it.
    fake.answer('GET', '/_matrix/federation/v1/state_ids/{roomId}', () => idsOfState(remote, [missing]));
    await peer.send({ pdus: [remote.json(late)] });
    await asked;
    await shows(roomId, ['missing', 'late']);
  });

  it('are tried until the sender can be asked, also when that takes more than once', async () => {
    const { roomId, remote } = await share();
    const missing = await remote.send([remote.newest], say('missing'));
    const late = await remote.send([remote.newest], say('late'));
    let asked = 0;
    fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', () => {
      asked += 1;
      return asked < 3 ? new FakeReply(502) : { events: [] };
    });
    fake.answer('GET', '/_matrix/federation/v1/state_ids/{roomId}', () =>
      asked < 3 ? new FakeReply(502) : idsOfState(remote, [missing]),
    );
    await peer.send({ pdus: [remote.json(late)] });
    await shows(roomId, ['late']);
    expect(asked).to.equal(3);
  });

  it('wait for no server that does not answer', async () => {
    const stuck = await share();
    const open = await share();
    await stuck.remote.send([stuck.remote.newest], say('missing'));
    const late = await stuck.remote.send([stuck.remote.newest], say('late'));
    const asked = new Promise<void>((resolve) => {
      fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', () => {
        resolve();
        return new Promise<FakeReply>(() => undefined);
      });
    });
    const soon = await open.remote.send([open.remote.newest], say('soon'));
    await peer.send({ pdus: [stuck.remote.json(late), open.remote.json(soon)] });
    await shows(open.roomId, ['soon']);
    await asked;
    // Nor does somebody who sends here.
    await alice.say(stuck.roomId, 'meanwhile');
    expect(await bodiesIn(stuck.roomId)).to.deep.equal(['meanwhile']);
  });

  it('end where a chain of events leads nowhere, or in a circle', async () => {
    const { roomId, remote } = await share();
    const start = remote.newest;
    const lost = remote.sign({ ...(await remote.draft([start], say('lost'))), prev_events: ['$nowhere'] });
    fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', {
      events: Array.from({ length: 100 }, () => JSON.parse(JSON.stringify(lost)) as JsonObject),
    });
    fake.answer(
      'GET',
      '/_matrix/federation/v1/state_ids/{roomId}',
      new FakeReply(404, { errcode: 'M_NOT_FOUND' }),
    );
    await peer.send({ pdus: [lost] });
    const after = await remote.send([start], say('after'));
    await peer.send({ pdus: [remote.json(after)] });
    await shows(roomId, ['after']);
    expect(await bodiesIn(roomId)).to.deep.equal(['after']);
  });

  it('are not lost when the server ends between its answer and its work', async () => {
    const { roomId, remote } = await share();
    await remote.send([remote.newest], say('missing'));
    const waiting = await remote.send([remote.newest], say('waiting'));
    const asked = new Promise<void>((resolve) => {
      fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', () => {
        resolve();
        return new Promise<FakeReply>(() => undefined);
      });
    });
    await peer.send({ pdus: [remote.json(waiting)] });
    await asked;
    answerMissingEvents(remote);
    await server.restart();
    await shows(roomId, ['missing', 'waiting']);
  });

  it('are refused with keys that have expired', async () => {
    const { remote } = await share();
    await network.stop();
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    fake = await network.startFake();
    fake.keysValidUntil = Date.now() - 1000;
    peer = new RemotePeer(fake, server);
    const { status } = await peer.send({ pdus: [remote.json(remote.newest)] });
    expect(status).to.equal(401);
  });

  it('show only what the policy server of the room signs', async () => {
    const { roomId, remote } = await share();
    const policyKey = generateSigningKey(Buffer.alloc(32, 9), 'policy_server');
    const content = { via: REMOTE, public_keys: { ed25519: policyKey.publicKeyBase64 } };
    await alice.setState(roomId, 'm.room.policy', content);
    const asked: string[] = [];
    fake.answer('POST', '/_matrix/policy/v1/sign', ({ body }) => {
      asked.push(body.content.body);
      if (body.content.body === 'spam') return new FakeReply(400, { errcode: 'M_FORBIDDEN', error: 'spam' });
      const signature = signBytes(signingBytes(pduFromWire(body, remote.rules), remote.rules), policyKey);
      return { [REMOTE]: { [policyKey.keyId]: signature } };
    });
    const after = remote.newest;
    const [spam, fine] = [await remote.send([after], say('spam')), await remote.send([after], say('fine'))];
    await peer.send({ pdus: [remote.json(spam), remote.json(fine)] });
    await shows(roomId, ['fine']);
    expect(await bodiesIn(roomId)).to.deep.equal(['fine']);
    expect(asked).to.have.members(['spam', 'fine']);
  });

  it('tell who types, has read, is there, and has other devices', async () => {
    const { roomId, remote } = await share();
    const { next_batch: since } = await alice.sync();
    const eventId = await remote.send([remote.newest], say('read this'));
    const read = { 'm.read': { [BOB]: { event_ids: [eventId], data: { ts: 1234 } } } };
    await peer.send({
      pdus: [remote.json(eventId)],
      edus: [
        { edu_type: 'm.typing', content: { room_id: roomId, user_id: BOB, typing: true } },
        { edu_type: 'm.receipt', content: { [roomId]: read } },
        {
          edu_type: 'm.presence',
          content: { push: [{ user_id: BOB, presence: 'online', status_msg: 'here', last_active_ago: 5 }] },
        },
        {
          edu_type: 'm.device_list_update',
          content: { user_id: BOB, device_id: 'PHONE', stream_id: 7, prev_id: [6] },
        },
        { edu_type: 'org.example.unknown', content: {} },
      ],
    });
    const found = new Set<string>();
    await eventually(async () => {
      const { rooms, presence, device_lists: lists } = await alice.sync({ since });
      const ofRoom = rooms?.join?.[roomId];
      for (const { type, content } of ofRoom?.ephemeral?.events ?? []) {
        if (type === 'm.typing' && content.user_ids.includes(BOB)) found.add('typing');
        if (content[eventId]?.['m.read']?.[BOB]?.ts === 1234) found.add('receipt');
      }
      for (const { sender, content } of presence?.events ?? []) {
        if (sender === BOB && content.status_msg === 'here') found.add(content.presence);
      }
      if (lists?.changed?.includes(BOB) === true) found.add('devices');
      return found.size === 4;
    });
    expect(found).to.include('online');
  });

  it('tell of devices, and of keys that count while their server does not answer, after a restart as well', async () => {
    await share();
    const key = (usage: object, id: string) => ({ user_id: BOB, ...usage, keys: { [`ed25519:${id}`]: id } });
    const phone = { ...key({ device_id: 'PHONE' }, 'PHONE'), algorithms: [], signatures: {} };
    const tablet = { ...key({ device_id: 'TABLET' }, 'TABLET'), algorithms: [], signatures: {} };
    const master = { ...key({ usage: ['master'] }, 'm'), signatures: {} };
    fake.answer('POST', '/_matrix/federation/v1/user/keys/query', {
      device_keys: { [BOB]: { PHONE: phone, LAPTOP: { ...phone, device_id: 'LAPTOP' } } },
    });
    const query = () =>
      alice.ok('POST', '/_matrix/client/v3/keys/query', { device_keys: { [BOB]: [] }, timeout: 2_000 });
    expect(Object.keys((await query()).device_keys[BOB])).to.have.members(['PHONE', 'LAPTOP']);
    const { next_batch: since } = await alice.sync();
    const update = { user_id: BOB, stream_id: 8, prev_id: [7] };
    await peer.send({
      edus: [
        {
          edu_type: 'm.device_list_update',
          content: { ...update, device_id: 'TABLET', keys: tablet },
        },
        { edu_type: 'm.device_list_update', content: { ...update, device_id: 'LAPTOP', deleted: true } },
        { edu_type: 'm.signing_key_update', content: { user_id: BOB, master_key: master } },
      ],
    });
    await server.restart();
    expect((await alice.sync({ since })).device_lists.changed).to.deep.equal([BOB]);
    fake.answer('POST', '/_matrix/federation/v1/user/keys/query', new FakeReply(502));
    const known = await query();
    expect(known.device_keys[BOB]).to.deep.equal({ PHONE: phone, TABLET: tablet });
    expect(known.master_keys[BOB]).to.deep.equal(master);
    expect(Object.keys(known.failures)).to.deep.equal([REMOTE]);
  });

  it('tell nothing of users of third servers, nor of those who are not in the room', async () => {
    const { roomId } = await share();
    const { next_batch: since } = await alice.sync();
    for (const userId of ['@carol:third.test', alice.userId, `@nobody:${REMOTE}`]) {
      await peer.send({
        edus: [
          { edu_type: 'm.typing', content: { room_id: roomId, user_id: userId, typing: true } },
          { edu_type: 'm.presence', content: { push: [{ user_id: userId, presence: 'unavailable' }] } },
          { edu_type: 'm.device_list_update', content: { user_id: userId, device_id: 'A', stream_id: 1 } },
          { edu_type: 'm.signing_key_update', content: { user_id: userId } },
        ],
      });
    }
    const { rooms, device_lists: lists, presence } = await alice.sync({ since });
    expect(rooms?.join?.[roomId]?.ephemeral?.events ?? []).to.deep.equal([]);
    expect(lists?.changed ?? []).to.deep.equal([]);
    const shown = (presence?.events ?? []).map(({ content }: JsonObject) => (content as JsonObject).presence);
    expect(shown).to.not.include('unavailable');
  });

  it('bring messages to devices, each once', async () => {
    const content = {
      sender: BOB,
      type: 'org.example.greeting',
      message_id: 'first',
      messages: { [alice.userId]: { '*': { text: 'hello' } }, '@carol:third.test': { '*': { text: 'no' } } },
    };
    for (let count = 0; count < 2; count += 1) {
      await peer.send({ edus: [{ edu_type: 'm.direct_to_device', content }] });
    }
    const forged = { ...content, sender: '@carol:third.test', message_id: 'forged' };
    await peer.send({ edus: [{ edu_type: 'm.direct_to_device', content: forged }] });
    const { to_device: toDevice } = await alice.sync();
    expect(toDevice.events).to.deep.equal([
      { sender: BOB, type: 'org.example.greeting', content: { text: 'hello' } },
    ]);
  });

  it('wait for the join that they follow', async () => {
    const remote = await openRemoteRoom(fake, alice.userId, async (room) => {
      const early = await room.send([room.newest], say('early', CREATOR));
      const sending = peer.send({ pdus: [room.json(early)] });
      // A server that does not wait answers within this time.
      await Promise.race([sending, delay(300)]);
    });
    await alice.ok('POST', `/_matrix/client/v3/join/${encodeURIComponent(remote.roomId)}?via=${REMOTE}`, {});
    await shows(remote.roomId, ['early']);
  });

  it('end an invite that is taken back, in a room that nobody here is in', async () => {
    const roomId = `!there:${REMOTE}`;
    const version = '11';
    const rules = roomVersionRules(version);
    if (rules === undefined) throw new Error('no such version');
    const draft = {
      type: 'm.room.member',
      room_id: roomId,
      sender: BOB,
      origin: REMOTE,
      state_key: alice.userId,
      depth: 5,
      prev_events: ['$before'],
      auth_events: ['$create'],
      origin_server_ts: 1000,
      hashes: { sha256: '' },
      signatures: {},
    };
    const invite = peer.sign({ ...draft, content: { membership: 'invite' } }, rules);
    const path = `/_matrix/federation/v2/invite/${encodeURIComponent(roomId)}/${encodeURIComponent(invite.eventId)}`;
    const body = { room_version: version, event: invite.json, invite_room_state: [] };
    expect((await peer.request('PUT', path, body)).status).to.equal(200);
    expect((await alice.sync()).rooms.invite).to.have.property(roomId);
    const end = peer.sign({ ...draft, content: { membership: 'leave' } }, rules);
    expect((await peer.send({ pdus: [end.json] })).body.pdus).to.deep.equal({ [end.eventId]: {} });
    expect((await alice.sync()).rooms?.invite ?? {}).to.deep.equal({});
  });

  /** The fake server hands out the events of its room. */
  function answerMissingEvents(remote: RemoteRoom): void {
    fake.answer('POST', '/_matrix/federation/v1/get_missing_events/{roomId}', ({ body }) => {
      const found: string[] = [];
      const seen = new Set<string>(body.earliest_events);
      for (let from: string[] = body.latest_events; from.length > 0 && found.length < body.limit; ) {
        from = from.flatMap((id) => remote.pdu(id).prev_events).filter((id) => !seen.has(id));
        for (const id of from) seen.add(id);
        found.push(...from);
      }
      return { events: found.slice(0, body.limit).map((id) => remote.json(id) as JsonObject) };
    });
  }

  async function idsOfState(remote: RemoteRoom, at: readonly string[]): Promise<JsonObject> {
    const ids = [...(await remote.stateAfter(at)).values()];
    const chain = new Set(ids.flatMap((id) => remote.pdu(id).auth_events));
    return { pdu_ids: ids, auth_chain_ids: [...chain] };
  }
});
