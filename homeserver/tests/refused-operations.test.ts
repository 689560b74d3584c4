import { expect } from 'chai';
import { REFUSALS } from '../test-kit/spec-coverage/refusals.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const PHONE = { client_secret: 'secret', country: 'GB', phone_number: '07700900001', send_attempt: 1 };
const ELSEWHERE = { client_secret: 'secret', id_server: 'id.example', id_access_token: 'token', sid: 'sid' };
const V3 = '/_matrix/client/v3';

describe('operations that are refused as the specification allows', () => {
  let server: TestServer;
  let alice: TestUser;
  before(async () => {
    server = await TestServer.start({ SUPPORT_EMAIL: 'help@example.org' });
    alice = await server.register('alice');
  });
  after(() => server.stop());

  /** Media that is there. @returns `server/id`. */
  async function upload(): Promise<string> {
    const { content_uri: uri } = await alice.ok('POST', '/_matrix/media/v3/upload', 'bytes');
    return uri.replace('mxc://', '');
  }

  const requests: Readonly<
    Record<string, () => Promise<readonly [method: string, path: string, body?: object]>>
  > = {
    requestTokenToRegisterMSISDN: async () => ['POST', `${V3}/register/msisdn/requestToken`, PHONE],
    requestTokenTo3PIDMSISDN: async () => ['POST', `${V3}/account/3pid/msisdn/requestToken`, PHONE],
    requestTokenToResetPasswordMSISDN: async () => [
      'POST',
      `${V3}/account/password/msisdn/requestToken`,
      PHONE,
    ],
    bind3PID: async () => ['POST', `${V3}/account/3pid/bind`, ELSEWHERE],
    inviteBy3PID: async () => [
      'POST',
      `${roomPath(await alice.createRoom())}/invite`,
      { ...ELSEWHERE, medium: 'email', address: 'friend@example.org' },
    ],
    getContent: async () => ['GET', `/_matrix/media/v3/download/${await upload()}`],
    getContentOverrideName: async () => ['GET', `/_matrix/media/v3/download/${await upload()}/name`],
    getContentThumbnail: async () => [
      'GET',
      `/_matrix/media/v3/thumbnail/${await upload()}?width=9&height=9`,
    ],
  };

  it('are at most ten', () => {
    expect(Object.keys(REFUSALS)).to.have.length.at.most(10).and.have.members(Object.keys(requests));
  });

  for (const [operation, { status, errcode }] of Object.entries(REFUSALS)) {
    it(`are answered with ${status} ${errcode}: ${operation}`, async () => {
      const request = await requests[operation]?.();
      const answer = await alice.request(...(request ?? ['GET', '/']));
      expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
      expect(answer.body.errcode)
        .to.match(/^M_[A-Z_]+$/)
        .and.not.equal('M_UNRECOGNIZED');
    });
  }

  it('are not those that lead to help', async () => {
    const { status, body } = await server.request('GET', '/.well-known/matrix/support');
    expect({ status, body }).to.deep.equal({
      status: 200,
      body: { contacts: [{ role: 'm.role.admin', email_address: 'help@example.org' }] },
    });
  });
});
