import { expect } from 'chai';
import { type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { eventually } from '../test-kit/eventually.ts';

describe('logging in', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer();
  });
  after(() => server.stop());

  const login = (body: unknown) => server.anonymous('POST', '/v3/login', body);
  const identifier = (user: string) => ({ type: 'm.id.user', user });

  it('is offered with a password, and with nothing that is not there', async () => {
    const { body } = await server.anonymous('GET', '/v3/login');
    expect(body).to.deep.equal({ flows: [{ type: 'm.login.password' }] });
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
    expect(await errcode({ type: 'm.login.token', token: 'x' })).to.equal('M_UNKNOWN');
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

  it('may be asked for only so often, by account', async () => {
    const limited = await startAccountsServer({ RATE_LIMITS: 'on' });
    try {
      await limited.user('alice');
      const attempt = (user: string) =>
        limited.anonymous('POST', '/v3/login', { type: 'm.login.password', user, password: 'guess' });
      const statuses: number[] = [];
      for (const user of ['alice', 'Alice', '@alice:test', ...Array<string>(8).fill('alice')]) {
        statuses.push((await attempt(user)).status);
      }
      expect(statuses.slice(0, 10)).to.deep.equal(Array(10).fill(403));
      expect(statuses[10]).to.equal(429);
      expect((await attempt('bob')).status).to.equal(403);
    } finally {
      await limited.stop();
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
    expect((await server.anonymous('GET', `/v3/profile/${guest.userId}`)).body).to.deep.equal({});
  });
});
