import { expect } from 'chai';
import { signingBytes } from '../../src/protocol/hashing.ts';
import { type RoomVersionRules, roomVersionRules } from '../../src/protocol/room-versions.ts';
import { generateSigningKey, signBytes, verifyBytes } from '../../src/protocol/signing.ts';
import { pduFromWire } from '../../src/protocol/wire.ts';
import { eventually } from '../../test-kit/eventually.ts';
import { type FakeHomeserver, FakeReply } from '../../test-kit/fake-homeserver.ts';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE, RemoteRoom } from '../../test-kit/remote-room.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { roomPath, type TestResponse, type TestUser } from '../../test-kit/test-user.ts';

const BOB = `@bob:${REMOTE}`;
const MALLORY = `@mallory:${REMOTE}`;
const SIGN = '/_matrix/policy/v1/sign';
const KEY_ID = 'ed25519:policy_server';
const THEIR_KEY = generateSigningKey(Buffer.alloc(32, 9), 'policy_server');

function newestRules(): RoomVersionRules {
  const rules = roomVersionRules('12');
  if (rules === undefined) throw new Error('there is no room version 12');
  return rules;
}

describe('policy servers of rooms', () => {
  let network: TestNetwork;
  let server: TestServer;
  let fake: FakeHomeserver;
  let peer: RemotePeer;
  let alice: TestUser;
  let roomId: string;
  beforeEach(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    fake = await network.startFake();
    peer = new RemotePeer(fake, server);
    alice = await server.register('alice');
    roomId = await alice.createRoom({ preset: 'public_chat' });
    await peer.join(roomId, BOB);
  });
  afterEach(() => network.stop());

  const say = (sender: string, body: string) => ({
    type: 'm.room.message',
    sender,
    content: { msgtype: 'm.text', body },
  });
  const namePolicyServer = (via: string, ed25519: string) =>
    alice.setState(roomId, 'm.room.policy', { via, public_keys: { ed25519 } });
  const send = (body: string): Promise<TestResponse> =>
    alice.request('PUT', `${roomPath(roomId)}/send/m.room.message/${body}`, { msgtype: 'm.text', body });
  const bodies = async (): Promise<string[]> => {
    const { chunk } = await alice.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=50`);
    return chunk.flatMap(({ content }: TestResponse['body']) => content.body ?? []).reverse();
  };
  /** What the fake server got of the room. */
  const sent = (): TestResponse['body'][] =>
    fake.requestsTo('/_matrix/federation/v1/send/').flatMap(({ body }) => body.pdus);
  const isSignedWith = (json: TestResponse['body'], by: string, publicKey: string): boolean => {
    const rules = newestRules();
    const signature = json.signatures[by]?.[KEY_ID] ?? '';
    return verifyBytes(signingBytes(pduFromWire(json, rules), rules), signature, publicKey);
  };

  describe('elsewhere', () => {
    /** The other server signs what is no spam. */
    beforeEach(async () => {
      fake.answer('POST', SIGN, ({ body }) => {
        if (body.content.body === 'spam')
          return new FakeReply(400, { errcode: 'M_FORBIDDEN', error: 'spam' });
        const rules = newestRules();
        return {
          [REMOTE]: { [KEY_ID]: signBytes(signingBytes(pduFromWire(body, rules), rules), THEIR_KEY) },
        };
      });
      await namePolicyServer(REMOTE, THEIR_KEY.publicKeyBase64);
    });

    it('sign what is said here before anybody gets it', async () => {
      expect(fake.requestsTo(SIGN), 'the event that names them needs no signature').to.deep.equal([]);
      expect((await send('fine')).status).to.equal(200);
      await eventually(async () => sent().some(({ content }) => content.body === 'fine'));
      const event = sent().find(({ content }) => content.body === 'fine');
      expect(isSignedWith(event, REMOTE, THEIR_KEY.publicKeyBase64)).to.equal(true);
      expect(Object.keys(event.signatures)).to.have.members(['hs.test', REMOTE]);
    });

    it('can refuse it, which whoever says it is told', async () => {
      const { status, body } = await send('spam');
      expect([status, body.errcode]).to.deep.equal([400, 'M_FORBIDDEN']);
      expect((await send('fine')).status).to.equal(200);
      expect(await bodies()).to.deep.equal(['fine']);
    });

    it('have to sign with the key that the room names', async () => {
      fake.answer('POST', SIGN, { [REMOTE]: { [KEY_ID]: signBytes('something else', THEIR_KEY) } });
      expect((await send('unsigned')).status).to.equal(403);
    });

    it('that do not answer hold up what is said, until the room names them no more', async () => {
      fake.answer('POST', SIGN, new FakeReply(503));
      expect((await send('lost')).status).to.equal(502);
      await alice.setState(roomId, 'm.room.policy', {});
      expect((await send('free')).status).to.equal(200);
      expect(await bodies()).to.deep.equal(['free']);
    });

    it('sign invites of users of other servers as well', async () => {
      fake.answer('PUT', '/_matrix/federation/v2/invite/{roomId}/{eventId}', ({ body }) => ({
        event: peer.sign(body.event, newestRules()).json,
      }));
      await alice.ok('POST', `${roomPath(roomId)}/invite`, { user_id: `@carol:${REMOTE}` });
      const asked = fake.requestsTo(SIGN).map(({ body }) => body.state_key);
      expect(asked).to.include(`@carol:${REMOTE}`);
    });
  });

  describe('here', () => {
    let publicKey: string;
    let remote: RemoteRoom;
    beforeEach(async () => {
      const told = await alice.ok('GET', '/.well-known/matrix/policy_server');
      publicKey = told.public_keys.ed25519;
      await peer.join(roomId, MALLORY);
      await namePolicyServer('hs.test', publicKey);
      remote = await RemoteRoom.of(server.rooms.storage, roomId);
    });

    const ask = (json: unknown): Promise<TestResponse> => peer.request('POST', SIGN, json);

    it('sign what may be shown', async () => {
      const json = remote.json(await remote.send([remote.newest], say(BOB, 'hello')));
      const { status, body } = await ask(json);
      expect(status, JSON.stringify(body)).to.equal(200);
      const signatures = { 'hs.test': body['hs.test'] };
      expect(isSignedWith({ ...(json as object), signatures }, 'hs.test', publicKey)).to.equal(true);
    });

    it('sign nothing of those who are banned, though they say that it was before', async () => {
      const before = remote.newest;
      await alice.ok('POST', `${roomPath(roomId)}/ban`, { user_id: MALLORY });
      const json = remote.json(await remote.send([before], say(MALLORY, 'still here')));
      const { status, body } = await ask(json);
      expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
      await peer.send({ pdus: [json, remote.json(await remote.send([before], say(BOB, 'good riddance')))] });
      await eventually(async () => (await bodies()).includes('good riddance'));
      expect(await bodies()).to.deep.equal(['good riddance']);
    });

    it('sign nothing of servers that the room keeps out', async () => {
      const json = remote.json(await remote.send([remote.newest], say(BOB, 'hello')));
      await alice.setState(roomId, 'm.room.server_acl', { allow: ['*'], deny: [REMOTE] });
      expect((await ask(json)).status).to.equal(403);
    });

    it('sign nothing that was changed, forged, or names them', async () => {
      const json = remote.json(await remote.send([remote.newest], say(BOB, 'hello'))) as object;
      expect((await ask({ ...json, content: { msgtype: 'm.text', body: 'changed' } })).status).to.equal(400);
      expect((await ask({ ...json, signatures: {} })).status).to.be.within(400, 403);
      const policy = { type: 'm.room.policy', sender: BOB, stateKey: '' };
      expect((await ask(remote.json(await remote.send([remote.newest], policy)))).status).to.equal(400);
      for (const garbage of [{}, { room_id: roomId }, { room_id: 7 }]) {
        expect((await ask(garbage)).status).to.be.within(400, 404);
      }
    });

    it('sign nothing of rooms that have another one, or none', async () => {
      const json = remote.json(await remote.send([remote.newest], say(BOB, 'hello')));
      for (const key of [THEIR_KEY.publicKeyBase64, undefined]) {
        await alice.setState(roomId, 'm.room.policy', {
          via: 'hs.test',
          ...(key && { public_keys: { ed25519: key } }),
        });
        expect((await ask(json)).status).to.equal(404);
      }
    });

    it('sign what is said here, with the same key after a restart', async () => {
      await server.restart();
      const told = await alice.ok('GET', '/.well-known/matrix/policy_server');
      expect(told.public_keys.ed25519).to.equal(publicKey);
      expect((await send('fine')).status).to.equal(200);
      await eventually(async () => sent().some(({ content }) => content.body === 'fine'));
      const event = sent().find(({ content }) => content.body === 'fine');
      expect(isSignedWith(event, 'hs.test', publicKey)).to.equal(true);
    });
  });
});
