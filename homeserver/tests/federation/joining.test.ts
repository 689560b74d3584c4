import { expect } from 'chai';
import type { JsonObject } from '../../src/protocol/canonical-json.ts';
import type { Pdu } from '../../src/protocol/events.ts';
import { signingBytes } from '../../src/protocol/hashing.ts';
import { roomVersionRules } from '../../src/protocol/room-versions.ts';
import { addSignature, signBytes } from '../../src/protocol/signing.ts';
import { pduFromWire, pduToWire } from '../../src/protocol/wire.ts';
import { eventually } from '../../test-kit/eventually.ts';
import { type FakeHomeserver, FakeReply } from '../../test-kit/fake-homeserver.ts';
import { REMOTE, RemoteRoom } from '../../test-kit/remote-room.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../test-kit/test-user.ts';

const V1 = '/_matrix/federation/v1';
const JOIN_RULES = { type: 'm.room.join_rules', sender: `@creator:${REMOTE}`, stateKey: '' };

describe('entering a room of another server', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let server: TestServer;
  let fake: FakeHomeserver;
  let alice: TestUser;
  let room: RemoteRoom;
  beforeEach(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    fake = await network.startFake();
    alice = await server.register('alice');
    room = await RemoteRoom.create('11');
    await room.send([room.newest], { ...JOIN_RULES, content: { join_rule: 'public' } });
    for (const name of ['anna', 'ben']) await room.join([room.newest], `@${name}:${REMOTE}`);
  });
  afterEach(() => network.stop());

  /** What the other server proposes, with what a test changes. */
  function proposes(changes: JsonObject = {}): void {
    fake.answer('GET', `${V1}/make_join/{roomId}/{userId}`, async () => {
      const content = { membership: 'join' };
      const draft = await room.draft([room.newest], {
        type: 'm.room.member',
        sender: alice.userId,
        stateKey: alice.userId,
        content,
      });
      return { room_version: '11', event: { ...pduToWire(draft, room.rules), ...changes } };
    });
  }

  /** Takes the join, and tells the room's state; without members but those that have to do with the join, if so asked. */
  function takes({ isPartial = false } = {}): void {
    fake.answer('PUT', '/_matrix/federation/v2/send_join/{roomId}/{eventId}', async ({ body }) => {
      const isWanted = ({ type, state_key: key }: Pdu) =>
        type !== 'm.room.member' || key === `@creator:${REMOTE}`;
      const { state, authChain } = await room.foreignState([room.newest], isPartial ? isWanted : undefined);
      const answer = { event: body, state, auth_chain: authChain, members_omitted: isPartial };
      return { ...answer, servers_in_room: [REMOTE] } as unknown as JsonObject;
    });
  }

  function tellsState(): void {
    fake.answer('GET', `${V1}/state/{roomId}`, async () => {
      const { state, authChain } = await room.foreignState([room.newest]);
      return { pdus: state, auth_chain: authChain } as unknown as JsonObject;
    });
  }

  const enter = () =>
    alice.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(room.roomId)}?via=${REMOTE}`, {});

  const members = async (): Promise<string[]> => {
    const { body } = await alice.request('GET', `${roomPath(room.roomId)}/joined_members`);
    return Object.keys(body.joined ?? {}).sort();
  };
  const everybody = () =>
    [alice.userId, ...['anna', 'ben', 'creator'].map((name) => `@${name}:${REMOTE}`)].sort();

  it('brings its state along', async () => {
    proposes();
    takes();
    expect((await enter()).body).to.deep.equal({ room_id: room.roomId });
    expect(await members()).to.deep.equal(everybody());
  });

  it('asks for the members that came not at once, after a restart as well', async () => {
    proposes();
    takes({ isPartial: true });
    fake.answer('GET', `${V1}/state/{roomId}`, new FakeReply(503));
    expect((await enter()).status).to.equal(200);
    const eventId = await alice.say(room.roomId, 'talking already');
    expect(eventId).to.be.a('string');
    await server.restart();
    tellsState();
    // Whoever is heard from is asked again.
    await fake.request(server, 'GET', `${V1}/query/profile?user_id=${encodeURIComponent(alice.userId)}`);
    await eventually(async () => (await members()).length === 4);
    expect(await members()).to.deep.equal(everybody());
  });

  it('begins with a part of a large state, and tells of the rest when it has come', async () => {
    const pieces = 1_005;
    for (let count = 0; count < pieces; count += 1) {
      const piece = { type: 'org.example.piece', sender: `@creator:${REMOTE}`, stateKey: `${count}` };
      await room.send([room.newest], { ...piece, content: { is: count } });
    }
    proposes();
    takes({ isPartial: true });
    let tell: (() => void) | undefined;
    const isTime = new Promise<void>((resolve) => {
      tell = resolve;
    });
    fake.answer('GET', `${V1}/state/{roomId}`, async () => {
      await isTime;
      const { state, authChain } = await room.foreignState([room.newest]);
      return { pdus: state, auth_chain: authChain } as unknown as JsonObject;
    });
    expect((await enter()).status).to.equal(200);
    const filter = JSON.stringify({ room: { state: { lazy_load_members: true } } });
    const first = await alice.sync({ filter });
    const shown = (events: JsonObject[]) => events.filter(({ type }) => type === 'org.example.piece').length;
    expect(shown(first.rooms.join[room.roomId].state.events)).to.equal(1_000);
    const last = alice.ok('GET', `${roomPath(room.roomId)}/state/org.example.piece/${pieces - 1}`);
    tell?.();
    expect(await last).to.deep.equal({ is: pieces - 1 });
    const state: JsonObject[] = await alice.ok('GET', `${roomPath(room.roomId)}/state`);
    expect(shown(state)).to.equal(pieces);
    const next = await alice.sync({ filter, since: first.next_batch, timeout: '10000' });
    expect(shown(next.rooms.join[room.roomId].state.events)).to.equal(pieces - 1_000);
  });

  it('brings somebody in again who left before all members had come', async () => {
    proposes();
    takes({ isPartial: true });
    fake.answer('GET', `${V1}/state/{roomId}`, new FakeReply(404));
    expect((await enter()).status).to.equal(200);
    await alice.ok('POST', `${roomPath(room.roomId)}/leave`, {});
    expect((await enter()).status).to.equal(200);
  });

  it('asks anew for the members of a room that was left and entered again before they came', async () => {
    proposes();
    takes({ isPartial: true });
    const before = room.newest;
    const { promise: isBack, resolve: comeBack } = Promise.withResolvers<void>();
    let asked = 0;
    fake.answer('GET', `${V1}/state/{roomId}`, async () => {
      asked += 1;
      const isFirst = asked === 1;
      if (isFirst) await isBack;
      const { state, authChain } = await room.foreignState([isFirst ? before : room.newest]);
      return { pdus: state, auth_chain: authChain } as unknown as JsonObject;
    });
    await enter();
    await eventually(async () => asked === 1);
    await alice.ok('POST', `${roomPath(room.roomId)}/leave`, {});
    await room.join([room.newest], `@dora:${REMOTE}`);
    expect((await enter()).status).to.equal(200);
    comeBack();
    await eventually(async () => (await members()).includes(`@dora:${REMOTE}`));
    expect(await members()).to.deep.equal([...everybody(), `@dora:${REMOTE}`].sort());
  });

  for (const [what, changes] of [
    ['for another user', { state_key: '@mallory:remote.test' }],
    ['of another sender', { sender: '@mallory:remote.test' }],
    ['of another room', { room_id: '!other:remote.test' }],
    ['of another kind', { content: { membership: 'leave' } }],
    ['that is no membership', { type: 'm.room.message' }],
    ['without predecessors', { prev_events: 'none' }],
  ] as const) {
    it(`signs no event ${what} that the other server proposes`, async () => {
      proposes(changes as unknown as JsonObject);
      takes();
      expect((await enter()).status).to.equal(502);
      expect(fake.requestsTo('/_matrix/federation/v2/send_join')).to.deep.equal([]);
    });
  }

  it('refuses a state that does not allow the join', async () => {
    proposes();
    await room.send([room.newest], { ...JOIN_RULES, content: { join_rule: 'invite' } });
    takes();
    const { status, body } = await enter();
    expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
  });

  it('asks another server when the first one does not answer', async () => {
    proposes();
    takes();
    const path = `/_matrix/client/v3/join/${encodeURIComponent(room.roomId)}?via=nobody.test&via=${REMOTE}`;
    expect((await alice.request('POST', path, {})).status).to.equal(200);
  });

  it('says what the other server says of a version that is not known', async () => {
    fake.answer('GET', `${V1}/make_join/{roomId}/{userId}`, { room_version: '99', event: {} });
    const { status, body } = await enter();
    expect([status, body.errcode]).to.deep.equal([400, 'M_UNSUPPORTED_ROOM_VERSION']);
  });

  it('does not take an invite that the invited server did not sign', async () => {
    const roomId = await alice.createRoom({ preset: 'private_chat' });
    fake.answer('PUT', '/_matrix/federation/v2/invite/{roomId}/{eventId}', ({ body }) => ({
      event: body.event,
    }));
    const invite = { user_id: `@anna:${REMOTE}` };
    expect((await alice.request('POST', `${roomPath(roomId)}/invite`, invite)).status).to.equal(502);
    const member = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(invite.user_id)}`;
    expect((await alice.request('GET', member)).status).to.equal(404);
  });

  it('invites through servers that know the older way alone', async () => {
    const roomId = await alice.createRoom({ preset: 'private_chat', room_version: '2' });
    fake.answer('PUT', `${V1}/invite/{roomId}/{eventId}`, ({ body }) => {
      const rules = roomVersionRules('2');
      if (rules === undefined) throw new Error('no room version 2');
      const signature = signBytes(signingBytes(pduFromWire(body, rules), rules), fake.key);
      const event = addSignature(body as Pdu, fake.name, fake.key.keyId, signature);
      return new FakeReply(200, JSON.stringify([200, { event }]));
    });
    await alice.ok('POST', `${roomPath(roomId)}/invite`, { user_id: `@anna:${REMOTE}` });
    const path = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(`@anna:${REMOTE}`)}`;
    expect(await alice.ok('GET', path)).to.deep.include({ membership: 'invite' });
  });
});
