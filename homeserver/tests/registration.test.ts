import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { type AccountClient, type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';

const DUMMY = { type: 'm.login.dummy' };
const TOKEN = 'm.login.registration_token';
const password = 'a good password';

describe('registering on an open server', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer();
  });
  after(() => server.stop());

  const register = (body: unknown, query = '') => server.anonymous('POST', `/v3/register${query}`, body);

  it('takes two requests and ends in a session', async () => {
    const asked = await register({ username: 'alice', password });
    expect(asked.status).to.equal(401);
    expect(asked.body).to.have.all.keys('flows', 'params', 'session');
    const auth = { ...DUMMY, session: asked.body.session };
    const { status, body } = await register({
      username: 'alice',
      password,
      auth,
      device_id: 'PHONE',
      initial_device_display_name: 'My phone',
    });
    expect(status).to.equal(200);
    expect(body).to.include({ user_id: '@alice:test', device_id: 'PHONE', home_server: 'test' });
    const get = async (path: string) =>
      (await server.request('GET', `/_matrix/client${path}`, undefined, String(body.access_token))).body;
    expect(await get('/v3/account/whoami')).to.deep.equal({
      user_id: '@alice:test',
      device_id: 'PHONE',
      is_guest: false,
    });
    expect(await get('/v3/devices/PHONE')).to.include({ display_name: 'My phone' });
  });

  it('may leave the login for later', async () => {
    const { status, body } = await register({
      username: 'later',
      password,
      auth: DUMMY,
      inhibit_login: true,
    });
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ user_id: '@later:test', home_server: 'test' });
    await server.login('later', { password });
  });

  it('tells taken, reserved and malformed names apart, also beforehand', async () => {
    await register({ username: 'taken', password, auth: DUMMY });
    const errors = {
      taken: 'M_USER_IN_USE',
      _guildhall_x: 'M_EXCLUSIVE',
      'not a name': 'M_INVALID_USERNAME',
    };
    for (const [username, errcode] of Object.entries(errors)) {
      const refused = await register({ username, password });
      expect(refused.status).to.equal(400);
      expect(refused.body.errcode, username).to.equal(errcode);
      const available = await server.anonymous(
        'GET',
        `/v3/register/available?username=${encodeURIComponent(username)}`,
      );
      expect(available.status).to.equal(400);
      expect(available.body.errcode, username).to.equal(errcode);
    }
    const free = await server.anonymous('GET', '/v3/register/available?username=free');
    expect(free.status).to.equal(200);
    expect(free.body).to.deep.equal({ available: true });
    const unnamed = await server.anonymous('GET', '/v3/register/available');
    expect(unnamed.body.errcode).to.equal('M_MISSING_PARAM');
  });

  it('knows no guests', async () => {
    const guest = await register({}, '?kind=guest');
    expect(guest.status).to.equal(403);
    expect(guest.body.errcode).to.equal('M_GUEST_ACCESS_FORBIDDEN');
    expect((await register({}, '?kind=emperor')).body.errcode).to.equal('M_INVALID_PARAM');
  });

  it('refuses what has the wrong form', async () => {
    const errcode = async (body: unknown) => (await register(body)).body.errcode;
    expect(await errcode({ username: 7, password })).to.equal('M_BAD_JSON');
    expect(await errcode({ username: 'x', password: ['y'] })).to.equal('M_BAD_JSON');
    expect(await errcode({ auth: 'dummy' })).to.equal('M_BAD_JSON');
    expect(await errcode({ username: 'x', password: 'short' })).to.equal('M_WEAK_PASSWORD');
    expect(await errcode({ username: 'x', auth: DUMMY })).to.equal('M_MISSING_PARAM');
    expect(await errcode({ username: 'x', password, auth: DUMMY, device_id: 'a\0b' })).to.equal(
      'M_INVALID_PARAM',
    );
    expect((await register({ username: null, password: null, auth: null })).status).to.equal(401);
  });
});

describe('asking who may register', () => {
  const ask = async (server: AccountsServer) => {
    const { status, body } = await server.request('GET', '/_guildhall/client/v1/registration');
    expect(status).to.equal(200);
    return body.mode;
  };

  for (const mode of ['open', 'token', 'closed'] as const) {
    it(`is answered without trying when registration is ${mode}`, async () => {
      const server = await startAccountsServer({ REGISTRATION: mode });
      try {
        expect(await ask(server)).to.equal(mode === 'closed' ? 'token' : mode);
        await server.anonymous('POST', '/v3/register', {
          username: 'admin',
          password,
          auth: { type: TOKEN, token: server.firstAdminToken },
        });
        expect(await ask(server)).to.equal(mode);
      } finally {
        await server.stop();
      }
    });
  }
});

describe('registering too often', () => {
  it('is refused by address, while asking what is wanted is not', async () => {
    const server = await startAccountsServer({ RATE_LIMITS: 'on' });
    try {
      const register = async (username: string, auth?: unknown) =>
        (await server.anonymous('POST', '/v3/register', { username, password, auth })).status;
      for (let count = 0; count < 10; count++) {
        expect(await register(`user${count}`)).to.equal(401);
        expect(await register(`user${count}`, DUMMY)).to.equal(200);
      }
      expect(await register('user10')).to.equal(401);
      expect(await register('user10', DUMMY)).to.equal(429);
    } finally {
      await server.stop();
    }
  });
});

describe('registering with tokens', () => {
  let server: AccountsServer;
  let admin: AccountClient;
  const tokens = '/_synapse/admin/v1/registration_tokens';

  before(async () => {
    server = await startAccountsServer({ REGISTRATION: 'token' });
    const { body } = await server.anonymous('POST', '/v3/register', {
      username: 'admin',
      password,
      auth: { type: TOKEN, token: server.firstAdminToken },
    });
    admin = await server.login('admin', { password });
    expect(body.user_id).to.equal(admin.userId);
  });
  after(() => server.stop());

  const asAdmin = (method: string, path: string, body?: unknown) =>
    server.request(method, path, body, admin.accessToken);
  const isValid = async (token: string) =>
    (await server.anonymous('GET', `/v1/register/${TOKEN}/validity?token=${token}`)).body;

  it('lets admins make, see and delete tokens', async () => {
    const made = await asAdmin('POST', `${tokens}/new`, { token: 'party', uses_allowed: 2 });
    const party = { token: 'party', uses_allowed: 2, pending: 0, completed: 0, expiry_time: null };
    expect(made.body).to.deep.equal(party);
    expect((await asAdmin('GET', tokens)).body).to.deep.equal({ registration_tokens: [party] });
    expect((await asAdmin('GET', `${tokens}?valid=false`)).body).to.deep.equal({ registration_tokens: [] });
    expect((await asAdmin('GET', `${tokens}/party`)).body).to.deep.equal(party);
    expect((await asAdmin('POST', `${tokens}/new`, { length: 9 })).body.token).to.have.lengthOf(9);
    expect(await isValid('party')).to.deep.equal({ valid: true });
    expect((await asAdmin('DELETE', `${tokens}/party`)).status).to.equal(200);
    expect(await isValid('party')).to.deep.equal({ valid: false });
    expect((await asAdmin('GET', `${tokens}/party`)).body.errcode).to.equal('M_NOT_FOUND');
    expect((await asAdmin('DELETE', `${tokens}/party`)).body.errcode).to.equal('M_NOT_FOUND');
  });

  it('keeps the tokens from everybody else', async () => {
    await asAdmin('POST', `${tokens}/new`, { token: 'once', uses_allowed: 1 });
    const auth = { type: TOKEN, token: 'once' };
    await server.anonymous('POST', '/v3/register', { username: 'bob', password, auth });
    const bob = await server.login('bob', { password });
    const refused = await server.request('GET', tokens, undefined, bob.accessToken);
    expect(refused.status).to.equal(403);
    expect((await server.request('GET', tokens)).status).to.equal(401);
  });

  it('makes one account with the last use, and tells the other why', async () => {
    await asAdmin('POST', `${tokens}/new`, { token: 'last', uses_allowed: 1 });
    const auth = { type: TOKEN, token: 'last' };
    const answers = await Promise.all(
      ['carol', 'dave'].map((username) =>
        server.anonymous('POST', '/v3/register', { username, password, auth }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 401]);
    const loser = answers.find(({ status }) => status === 401)?.body;
    expect(loser).to.include({ errcode: 'M_FORBIDDEN' });
    expect(loser?.flows).to.deep.equal([{ stages: [TOKEN] }]);
  });
});

describe('registering with the shared secret', () => {
  const path = '/_synapse/admin/v1/register';
  const secret = 'shared secret';

  const sign = (nonce: string, username: string, role: string) =>
    createHmac('sha1', secret).update(`${nonce}\0${username}\0${password}\0${role}`).digest('hex');

  it("works as Synapse's scripts expect, although registration is closed", async () => {
    const server = await startAccountsServer({
      REGISTRATION: 'closed',
      REGISTRATION_SHARED_SECRET: secret,
    });
    try {
      const nonce = String((await server.request('GET', path)).body.nonce);
      const request = { nonce, username: 'boss', password, admin: true };
      const mac = sign(nonce, 'boss', 'admin');
      const { status, body } = await server.request('POST', path, { ...request, mac });
      expect(status).to.equal(200);
      expect(body).to.include({ user_id: '@boss:test', home_server: 'test' });
      expect(body).to.include.all.keys('access_token', 'device_id');
      const again = await server.request('POST', path, { ...request, username: 'again', mac });
      expect(again.status).to.equal(400);
      const closed = await server.anonymous('POST', '/v3/register', { username: 'me', password });
      expect(closed.status).to.equal(403);
      expect(closed.body.errcode).to.equal('M_FORBIDDEN');
      const missing = await server.request('POST', path, { nonce });
      expect(missing.body.errcode).to.equal('M_MISSING_PARAM');
    } finally {
      await server.stop();
    }
  });

  it('is off without a secret', async () => {
    const server = await startAccountsServer();
    try {
      expect((await server.request('GET', path)).status).to.equal(400);
    } finally {
      await server.stop();
    }
  });
});
