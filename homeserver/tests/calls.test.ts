import { expect } from 'chai';
import { RoomServiceClient, TokenVerifier } from 'livekit-server-sdk';
import { findLivekit } from '../bin/livekit.mjs';
import { eventually } from '../test-kit/eventually.ts';
import { type FakeLiveKit, LIVEKIT_KEYS, startFakeLiveKit } from '../test-kit/fake-livekit.ts';
import { startLiveKit } from '../test-kit/livekit-process.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestResponse, TestUser } from '../test-kit/test-user.ts';

const TRANSPORTS = '/_matrix/client/unstable/org.matrix.msc4143/rtc/transports';
const GET_TOKEN = '/_matrix/client/v1/rtc/livekit/get_token';
const { LIVEKIT_API_KEY: KEY, LIVEKIT_API_SECRET: SECRET } = LIVEKIT_KEYS;

const verify = (token: unknown) => new TokenVerifier(KEY, SECRET).verify(String(token));
/** What makes somebody with no special level able to be in calls. */
const OPEN_CALLS = {
  preset: 'public_chat',
  power_level_content_override: { events: { 'org.matrix.msc3401.call.member': 0 } },
};

async function createRoom(user: TestUser, request: object = OPEN_CALLS): Promise<string> {
  return String((await user.request('POST', '/_matrix/client/v3/createRoom', request)).body.room_id);
}

async function openIdOf(user: TestUser): Promise<object> {
  const path = `/_matrix/client/v3/user/${encodeURIComponent(user.userId)}/openid/request_token`;
  return (await user.request('POST', path, {})).body;
}

describe('calls', function () {
  this.timeout(30_000);
  let liveKit: FakeLiveKit;
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let roomId: string;
  before(async () => {
    liveKit = await startFakeLiveKit();
    server = await TestServer.start({ LIVEKIT_URL: liveKit.url, ...LIVEKIT_KEYS });
    alice = await server.register('alice');
    bob = await server.register('bob');
    roomId = await createRoom(alice);
    await bob.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, {});
  });
  after(async () => {
    await server.stop();
    await liveKit.stop();
  });

  const ask = (path: string, body: object): Promise<TestResponse> =>
    server.request('POST', `/livekit/jwt${path}`, body);
  const sticky = async (user: TestUser, changes: object = {}): Promise<TestResponse> =>
    ask('/get_token', {
      room_id: roomId,
      slot_id: 'm.call#ROOM',
      openid_token: await openIdOf(user),
      member: { id: 'm1', claimed_user_id: user.userId, claimed_device_id: 'DEV' },
      ...changes,
    });

  it('are found by clients of every generation', async () => {
    const service = `${server.url}/livekit/jwt`;
    expect((await bob.request('GET', TRANSPORTS)).body).to.deep.equal({
      rtc_transports: [
        { type: 'livekit', livekit_service_url: service },
        { type: 'm.livekit', url: liveKit.url },
      ],
    });
    expect((await bob.request('GET', '/_matrix/client/v1/rtc/transports')).status).to.equal(200);
    expect((await server.request('GET', TRANSPORTS)).status).to.equal(401);
    expect((await server.request('GET', '/.well-known/matrix/client')).body).to.deep.include({
      'org.matrix.msc4143.rtc_foci': [{ type: 'livekit', livekit_service_url: service }],
    });
    expect((await server.request('GET', '/livekit/jwt/healthz')).status).to.equal(200);
  });

  it('let in whose membership is state', async () => {
    const { status, body } = await ask('/sfu/get', {
      room: roomId,
      openid_token: await openIdOf(bob),
      device_id: 'BOBSPHONE',
    });
    expect(status).to.equal(200);
    expect(body.url).to.equal(liveKit.url);
    const { sub, video, exp = 0, nbf = 0 } = await verify(body.jwt);
    expect(sub).to.equal(`${bob.userId}:BOBSPHONE`);
    expect(video).to.include({ roomJoin: true, canPublish: true, canSubscribe: true, roomCreate: false });
    expect(liveKit.rooms).to.include(video?.room);
    expect(exp - nbf).to.equal(600);
  });

  it('let in whose membership is a sticky event, into the same call', async () => {
    const [one, other] = [
      await verify((await sticky(alice)).body.jwt),
      await verify((await sticky(bob)).body.jwt),
    ];
    expect(one.video?.room).to.equal(other.video?.room);
    expect(one.sub).not.to.equal(other.sub);
    const legacy = await ask('/sfu/get', {
      room: roomId,
      openid_token: await openIdOf(alice),
      device_id: 'D',
    });
    expect((await verify(legacy.body.jwt)).video?.room).to.equal(one.video?.room);
  });

  it('let in with a token of the homeserver, in both forms of the proposal', async () => {
    const body = { url: liveKit.url, room_id: roomId, slot_id: 'm.call#ROOM' };
    const intermediate = await bob.request('POST', GET_TOKEN, {
      ...body,
      member: { id: 'm1', claimed_device_id: 'DEV' },
    });
    expect(intermediate.status).to.equal(200);
    expect((await verify(intermediate.body.jwt)).sub).to.equal(
      (await verify((await sticky(bob)).body.jwt)).sub,
    );
    const newest = await bob.request('POST', GET_TOKEN, { ...body, member_id: 'm1' });
    expect((await verify(newest.body.jwt)).video).to.include({ canPublish: true });
    expect((await server.request('POST', GET_TOKEN, { ...body, member_id: 'm1' })).status).to.equal(401);
    for (const wrong of [{ url: 'wss://elsewhere.example' }, { server_name: 'elsewhere.example' }]) {
      const refused = await bob.request('POST', GET_TOKEN, { ...body, member_id: 'm1', ...wrong });
      expect(refused).to.deep.include({ status: 400 }).and.nested.property('body.errcode', 'M_INVALID_PARAM');
    }
    expect(await bob.request('POST', GET_TOKEN, body)).to.nested.include({
      'body.errcode': 'M_MISSING_PARAM',
    });
  });

  it('are closed to who is not in the room, also after they have left', async () => {
    const carol = await server.register('carol');
    expect(await sticky(carol)).to.nested.include({ status: 403, 'body.errcode': 'M_FORBIDDEN' });
    await carol.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, {});
    expect((await sticky(carol)).status).to.equal(200);
    await carol.request('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/leave`, {});
    expect((await sticky(carol)).status).to.equal(403);
    expect((await sticky(bob, { room_id: '!nowhere:hs.test' })).status).to.equal(403);
  });

  it('are closed to who may not say that they are in one', async () => {
    const quiet = await createRoom(alice, { preset: 'public_chat' });
    await bob.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(quiet)}`, {});
    const openid = await openIdOf(bob);
    const refused = await ask('/sfu/get', { room: quiet, openid_token: openid, device_id: 'D' });
    expect(refused).to.nested.include({ status: 403, 'body.errcode': 'M_FORBIDDEN' });
    const open = await createRoom(alice, {
      preset: 'public_chat',
      power_level_content_override: { events: { 'org.matrix.msc4143.rtc.member': 50 } },
    });
    await bob.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(open)}`, {});
    expect((await sticky(bob, { room_id: open })).status).to.equal(403);
  });

  it('are closed to who is not who they say', async () => {
    expect(
      await sticky(bob, { member: { id: 'm', claimed_user_id: alice.userId, claimed_device_id: 'D' } }),
    ).to.nested.include({
      status: 401,
      'body.errcode': 'M_UNAUTHORIZED',
    });
    for (const token of [
      { access_token: 'made up', matrix_server_name: 'hs.test' },
      { access_token: 'made up', matrix_server_name: 'elsewhere.test' },
    ]) {
      expect((await sticky(bob, { openid_token: token })).status).to.equal(401);
    }
    const body = { room: roomId, openid_token: await openIdOf(bob), device_id: '8448:DEV' };
    expect(await ask('/sfu/get', body)).to.nested.include({ status: 400, 'body.errcode': 'M_BAD_JSON' });
  });

  it('answer what is malformed as clients expect it', async () => {
    expect((await ask('/sfu/get', { room: roomId })).status).to.equal(400);
    expect((await server.request('GET', '/livekit/jwt/sfu/get')).status).to.equal(405);
    // Element Call asks again without.
    expect(await sticky(bob, { delay_id: 'sched_x', delay_timeout: 1000 })).to.nested.include({
      status: 400,
      'body.errcode': 'M_BAD_JSON',
    });
    const text = await fetch(`${server.url}/livekit/jwt/get_token`, { method: 'POST', body: 'no JSON' });
    expect(await text.json()).to.include({ errcode: 'M_NOT_JSON' });
    const preflight = await fetch(`${server.url}/livekit/jwt/get_token`, { method: 'OPTIONS' });
    expect(preflight.ok).to.equal(true);
    expect(preflight.headers.get('access-control-allow-origin')).to.equal('*');
  });

  it('do not hang while LiveKit is away', async () => {
    liveKit.isDown = true;
    try {
      expect(await sticky(bob)).to.nested.include({ status: 502, 'body.errcode': 'M_UNKNOWN' });
    } finally {
      liveKit.isDown = false;
    }
  });
});

describe('calls without LiveKit', () => {
  it('are nowhere', async () => {
    const server = await TestServer.start();
    try {
      const alice = await server.register('alice');
      const roomId = await createRoom(alice);
      expect((await alice.request('GET', TRANSPORTS)).body).to.deep.equal({ rtc_transports: [] });
      const { body } = await server.request('GET', '/.well-known/matrix/client');
      expect(body).not.to.have.property('org.matrix.msc4143.rtc_foci');
      const asked = { url: 'wss://x.example', room_id: roomId, slot_id: 's', member_id: 'm' };
      expect((await alice.request('POST', GET_TOKEN, asked)).status).to.equal(404);
    } finally {
      await server.stop();
    }
  });
});

describe('calls through a real LiveKit', function () {
  this.timeout(60_000);

  it('are begun by this server, entered with its tokens, and left when it says so', async function () {
    const program = findLivekit();
    if (program === undefined) return this.skip();
    const liveKit = await startLiveKit(program);
    const server = await TestServer.start({ LIVEKIT_URL: liveKit.url, ...LIVEKIT_KEYS });
    try {
      const alice = await server.register('alice');
      const roomId = await createRoom(alice);
      const asked = { url: liveKit.url, room_id: roomId, slot_id: 'm.call#ROOM', member_id: 'm1' };
      const { body } = await alice.request('POST', GET_TOKEN, asked);
      const { sub, video } = await verify(body.jwt);
      expect(await enter(liveKit.url, String(body.jwt))).to.equal('entered');
      expect(await enter(liveKit.url, `${String(body.jwt)}x`)).to.equal('refused');

      const api = new RoomServiceClient(liveKit.url, KEY, SECRET);
      expect((await api.listRooms()).map(({ name }) => name)).to.deep.equal([video?.room]);
      const people = await api.listParticipants(video?.room ?? '');
      expect(people.map(({ identity }) => identity)).to.deep.equal([sub]);
      expect(people[0]?.permission).to.include({ canPublish: true, canSubscribe: true, hidden: false });

      const bob = await server.register('bob');
      await bob.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, {});
      const token = await bob.request('POST', GET_TOKEN, asked);
      expect(await enter(liveKit.url, String(token.body.jwt))).to.equal('entered');
      const kick = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/kick`;
      await alice.request('POST', kick, { user_id: bob.userId });
      await eventually(async () => {
        const left = await api.listParticipants(video?.room ?? '');
        return left.every(({ identity }) => identity === sub);
      });
    } finally {
      await server.stop();
      await liveKit.stop();
    }
  });
});

/** Opens the connection over which a client and LiveKit agree on everything, and waits for its first answer. */
function enter(url: string, token: string): Promise<'entered' | 'refused'> {
  const socket = new WebSocket(`${url}/rtc?access_token=${token}&protocol=16&auto_subscribe=1`);
  return new Promise((resolve) => {
    socket.addEventListener('message', () => resolve('entered'));
    socket.addEventListener('error', () => resolve('refused'));
    socket.addEventListener('close', () => resolve('refused'));
  });
}
