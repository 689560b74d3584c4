import { expect } from 'chai';
import { TokenVerifier } from 'livekit-server-sdk';
import { type FakeLiveKit, LIVEKIT_KEYS, startFakeLiveKit } from '../../test-kit/fake-livekit.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import type { TestResponse, TestUser } from '../../test-kit/test-user.ts';
import { sharedRoom } from '../../test-kit/two-servers.ts';

/** What makes somebody with no special level able to be in calls. */
const OPEN_CALLS = { power_level_content_override: { events: { 'org.matrix.msc3401.call.member': 0 } } };

describe('calls with people of other servers', function () {
  this.timeout(60_000);
  let liveKit: FakeLiveKit;
  let network: TestNetwork;
  let here: TestServer;
  let bob: TestUser;
  let roomId: string;
  before(async () => {
    liveKit = await startFakeLiveKit();
    network = await TestNetwork.create();
    here = await network.startServer('here.test', { LIVEKIT_URL: liveKit.url, ...LIVEKIT_KEYS });
    const there = await network.startServer('there.test');
    bob = await there.register('bob');
    roomId = await sharedRoom(await here.register('alice'), bob, OPEN_CALLS);
  });
  after(async () => {
    await network.stop();
    await liveKit.stop();
  });

  async function openIdOfBob(): Promise<object> {
    const path = `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/openid/request_token`;
    return bob.ok('POST', path, {});
  }

  const ask = (room: string, token: object): Promise<TestResponse> =>
    here.request('POST', '/livekit/jwt/sfu/get', { room, openid_token: token, device_id: 'BOBSPHONE' });

  const errorOf = ({ status, body }: TestResponse): unknown[] => [status, body.errcode];

  it('let in whose own server says who they are', async () => {
    const { status, body } = await ask(roomId, await openIdOfBob());
    expect(status, JSON.stringify(body)).to.equal(200);
    const { LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = LIVEKIT_KEYS;
    const { sub, video } = await new TokenVerifier(key, secret).verify(body.jwt);
    expect(sub).to.equal(`${bob.userId}:BOBSPHONE`);
    expect(video).to.include({ roomJoin: true, roomCreate: false });
  });

  it('let in nobody with a token that their server does not know', async () => {
    const token = { ...(await openIdOfBob()), access_token: 'made-up' };
    expect(errorOf(await ask(roomId, token))).to.deep.equal([401, 'M_UNAUTHORIZED']);
  });

  it('let in nobody as a user of yet another server', async () => {
    const fake = await network.startFake('liar.test');
    fake.answer('GET', '/_matrix/federation/v1/openid/userinfo', { sub: bob.userId });
    const token = { access_token: 'x', matrix_server_name: 'liar.test' };
    expect(errorOf(await ask(roomId, token))).to.deep.equal([401, 'M_UNAUTHORIZED']);
    // It is in none of the rooms, so it is not even asked.
    expect(fake.received).to.deep.equal([]);
  });

  it('let in nobody who is not in the room', async () => {
    const closed = await (await here.register('carol')).createRoom({ preset: 'private_chat' });
    expect((await ask(closed, await openIdOfBob())).status).to.equal(401);
  });
});
