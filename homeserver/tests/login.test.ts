import { expect } from 'chai';
import { type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { eventually } from '../test-kit/eventually.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';

describe('logging in', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer();
  });
  after(() => server.stop());

  const login = (body: unknown) => server.anonymous('POST', '/v3/login', body);
  const identifier = (user: string) => ({ type: 'm.id.user', user });

  it('is offered with a password and with a token, and with nothing that is not there', async () => {
    const { body } = await server.anonymous('GET', '/v3/login');
    expect(body).to.deep.equal({
      flows: [{ type: 'm.login.password' }, { type: 'm.login.token', get_login_token: true }],
    });
  });

  it('works with every way to write a user, and under the old path', async () => {
    await server.user('alice');
    const password = 'password of alice';
    for (const body of [
      { identifier: identifier('alice') },
      { identifier: identifier('@ALICE:test') },
      { user: 'alice' },
    ]) {
      const answer = await login({ type: 'm.login.password', password, ...body });
      expect(answer.status).to.equal(200);
      expect(answer.body).to.include({ user_id: '@alice:test' });
    }
    const old = await server.anonymous('POST', '/r0/login', {
      type: 'm.login.password',
      user: 'alice',
      password,
    });
    expect(old.status).to.equal(200);
  });

  it('refuses a wrong password and an unknown user in the same words', async () => {
    await server.user('bob');
    const answers = await Promise.all(
      ['bob', 'nobody'].map((user) =>
        login({ type: 'm.login.password', identifier: identifier(user), password: 'wrong' }),
      ),
    );
    for (const { status, body } of answers) {
      expect(status).to.equal(403);
      expect(body).to.deep.equal({
        errcode: 'M_FORBIDDEN',
        error: 'The user name or the password is wrong',
      });
    }
  });

  it('refuses other types and other forms', async () => {
    const errcode = async (body: unknown) => {
      const answer = await login(body);
      expect(answer.status).to.equal(400);
      return answer.body.errcode;
    };
    const type = 'm.login.password';
    expect(await errcode({ type: 'm.login.sso', token: 'x' })).to.equal('M_UNKNOWN');
    expect(await errcode({})).to.equal('M_MISSING_PARAM');
    expect(await errcode({ type })).to.equal('M_MISSING_PARAM');
    expect(await errcode({ type, identifier: identifier('bob') })).to.equal('M_MISSING_PARAM');
    expect(await errcode({ type, identifier: 'bob', password: 'x' })).to.equal('M_BAD_JSON');
    expect(await errcode({ type, identifier: {}, password: 'x' })).to.equal('M_MISSING_PARAM');
    const phone = { type: 'm.id.phone', country: 'DE', phone: '1' };
    expect(await errcode({ type, identifier: phone, password: 'x' })).to.equal('M_UNKNOWN');
    expect(await errcode({ type, identifier: { type: 'm.id.user', user: 7 }, password: 'x' })).to.equal(
      'M_MISSING_PARAM',
    );
  });

  it('ends with logging out', async () => {
    const alice = await server.user('carol');
    const other = await server.login('carol');
    await alice.post('/v3/logout');
    expect(await alice.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
    expect(await other.get('/v3/account/whoami')).to.include({ device_id: other.deviceId });
    const third = await server.login('carol');
    await other.post('/v3/logout/all');
    expect(await other.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
    expect(await third.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
  });

  it('may fail only so often, by account', async () => {
    const limited = await startAccountsServer({ RATE_LIMITS: 'on' });
    try {
      await limited.user('alice');
      const attempt = (user: string) =>
        limited.anonymous('POST', '/v3/login', { type: 'm.login.password', user, password: 'guess' });
      const statuses: number[] = [];
      for (const user of ['alice', 'Alice', '@alice:test', ...Array<string>(8).fill('alice')]) {
        statuses.push((await attempt(user)).status);
      }
      expect(statuses).to.deep.equal([...Array(8).fill(403), ...Array(3).fill(429)]);
      expect((await attempt('bob')).status).to.equal(403);
    } finally {
      await limited.stop();
    }
  });

  it('does not count as failing when it works', async () => {
    const limited = await startAccountsServer({ RATE_LIMITS: 'on' });
    try {
      await limited.user('alice');
      for (let count = 0; count < 9; count++) await limited.login('alice');
    } finally {
      await limited.stop();
    }
  });
});

describe('refreshing access tokens', () => {
  let server: AccountsServer;
  let clock: ShiftedClock;
  before(async () => {
    clock = new ShiftedClock();
    server = await startAccountsServer({}, { clock });
  });
  after(() => server.stop());

  const refresh = (token: unknown) => server.anonymous('POST', '/v3/refresh', { refresh_token: token });
  const whoami = async (token: unknown) => {
    const path = '/_matrix/client/v3/account/whoami';
    const { status, body } = await server.request('GET', path, undefined, String(token));
    return status === 200 ? status : body;
  };
  const unknown = { errcode: 'M_UNKNOWN_TOKEN', soft_logout: false };
  const open = async (name: string) => {
    await server.user(name);
    const { body } = await server.anonymous('POST', '/v3/login', {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: name },
      password: `password of ${name}`,
      refresh_token: true,
    });
    return body;
  };

  it('is offered to clients that want it, at login and when registering', async () => {
    const session = await open('alice');
    expect(session.refresh_token).to.be.a('string');
    expect(session.expires_in_ms).to.equal(300_000);
    const { body: registered } = await server.anonymous('POST', '/v3/register', {
      username: 'new',
      password: 'a good password',
      auth: { type: 'm.login.dummy' },
      refresh_token: true,
    });
    expect(registered.refresh_token).to.be.a('string');
    const { body: plain } = await server.anonymous('POST', '/v3/login', {
      type: 'm.login.password',
      user: 'alice',
      password: 'password of alice',
    });
    expect(plain).to.not.have.any.keys('refresh_token', 'expires_in_ms');
  });

  it('gives new tokens, and ends the old ones once a new one is used', async () => {
    const old = await open('bob');
    const { status, body: fresh } = await refresh(old.refresh_token);
    expect(status).to.equal(200);
    expect(fresh).to.have.all.keys('access_token', 'refresh_token', 'expires_in_ms');
    expect(await whoami(old.access_token)).to.equal(200);
    const { body: again } = await refresh(old.refresh_token);
    expect(await whoami(fresh.access_token), 'given again').to.include(unknown);
    expect(await whoami(again.access_token)).to.equal(200);
    expect((await refresh(old.refresh_token)).body).to.include(unknown);
    expect(await whoami(old.access_token)).to.include(unknown);
    expect((await refresh(again.refresh_token)).status).to.equal(200);
  });

  it('logs out softly when the access token expires', async () => {
    const session = await open('carol');
    try {
      clock.set(Date.now() + 300_000);
      expect(await whoami(session.access_token)).to.include({
        errcode: 'M_UNKNOWN_TOKEN',
        soft_logout: true,
      });
      const { body: fresh } = await refresh(session.refresh_token);
      expect(await whoami(fresh.access_token)).to.equal(200);
    } finally {
      clock.set(Date.now());
    }
  });

  it('ends with the session', async () => {
    const session = await open('dave');
    await server.request('POST', '/_matrix/client/v3/logout', {}, String(session.access_token));
    expect((await refresh(session.refresh_token)).body).to.include(unknown);
  });

  it('refuses what is no refresh token', async () => {
    expect((await refresh('nonsense')).status).to.equal(401);
    expect((await refresh('nonsense')).body).to.include(unknown);
    expect((await refresh(7)).body.errcode).to.equal('M_BAD_JSON');
    expect((await server.anonymous('POST', '/v3/refresh', {})).body.errcode).to.equal('M_MISSING_PARAM');
  });

  it('takes the lifetimes of the configuration', async () => {
    const strict = await startAccountsServer(
      { ACCESS_TOKEN_LIFETIME: '90s', REFRESH_TOKEN_LIFETIME: '1h' },
      { clock },
    );
    try {
      await strict.user('alice');
      const { body } = await strict.anonymous('POST', '/v3/login', {
        type: 'm.login.password',
        user: 'alice',
        password: 'password of alice',
        refresh_token: true,
      });
      expect(body.expires_in_ms).to.equal(90_000);
      clock.set(Date.now() + 3_600_000);
      const late = await strict.anonymous('POST', '/v3/refresh', { refresh_token: body.refresh_token });
      expect(late.body).to.include({ errcode: 'M_UNKNOWN_TOKEN', soft_logout: true });
    } finally {
      clock.set(Date.now());
      await strict.stop();
    }
  });
});

describe('the own account', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer();
  });
  after(() => server.stop());

  const proof = (user: string, session?: unknown) => ({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user },
    password: `password of ${user}`,
    ...(session !== undefined && { session }),
  });

  it('gets a new password once the old one is given, and the other devices are logged out', async () => {
    const alice = await server.user('alice');
    const other = await server.login('alice');
    const asked = await alice.request('POST', '/v3/account/password', { new_password: 'brand new one' });
    expect(asked.status).to.equal(401);
    await alice.post('/v3/account/password', {
      new_password: 'brand new one',
      auth: proof('alice', asked.body.session),
    });
    expect(await alice.get('/v3/account/whoami')).to.include({ user_id: alice.userId });
    expect(await other.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
    await server.login('alice', { password: 'brand new one' });
  });

  it('keeps the other devices when that is wished', async () => {
    const bob = await server.user('bob');
    const other = await server.login('bob');
    const body = { new_password: 'brand new one', logout_devices: false, auth: proof('bob') };
    await bob.post('/v3/account/password', body);
    expect(await other.get('/v3/account/whoami')).to.include({ user_id: bob.userId });
  });

  it('has no third-party identifiers', async () => {
    const user = await server.user('plain');
    expect(await user.get('/v3/account/3pid')).to.deep.equal({ threepids: [] });
  });

  it('refuses passwords of the wrong form', async () => {
    const user = await server.user('form');
    const path = '/v3/account/password';
    expect(await user.refusal('POST', path, {})).to.equal('400 M_MISSING_PARAM');
    expect(await user.refusal('POST', path, { new_password: 7 })).to.equal('400 M_BAD_JSON');
    expect(await user.refusal('POST', path, { new_password: 'short' })).to.equal('400 M_WEAK_PASSWORD');
  });

  it('can be deactivated for good', async () => {
    const user = await server.user('leaver');
    expect((await user.request('POST', '/v3/account/deactivate')).status).to.equal(401);
    expect(await user.post('/v3/account/deactivate', { auth: proof('leaver') })).to.deep.equal({
      id_server_unbind_result: 'success',
    });
    expect(await user.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
    const login = await server.anonymous('POST', '/v3/login', proof('leaver'));
    expect(login.body.errcode).to.equal('M_USER_DEACTIVATED');
    const taken = await server.anonymous('GET', '/v3/register/available?username=leaver');
    expect(taken.body.errcode).to.equal('M_USER_IN_USE');
  });

  it('leaves its rooms when it is deactivated', async () => {
    const host = await server.user('host');
    const guest = await server.user('guest');
    const roomId = await host.createRoom({ preset: 'public_chat' });
    await guest.join(roomId);
    await guest.post('/v3/account/deactivate', { auth: proof('guest') });
    await eventually(async () => {
      const { membership } = await host.state(roomId, 'm.room.member', guest.userId);
      return membership === 'leave';
    });
    expect((await server.anonymous('GET', `/v3/profile/${guest.userId}`)).status).to.equal(404);
  });
});
