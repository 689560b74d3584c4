import { expect } from 'chai';
import { type AccountClient, type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { roomPath } from '../test-kit/chat-client.ts';
import { eventually } from '../test-kit/eventually.ts';

const DUMMY = { type: 'm.login.dummy' };

/** The first admin of a server. */
async function makeAdmin(server: AccountsServer) {
  const { body } = await server.anonymous('POST', '/v3/register', {
    username: 'admin',
    password: 'a good password',
    auth: { type: 'm.login.registration_token', token: server.firstAdminToken },
  });
  const token = String(body.access_token);
  return (method: string, path: string, sent?: unknown) =>
    server.request(method, `/_matrix/client${path}`, sent, token);
}

describe('locking and suspending accounts', () => {
  let server: AccountsServer;
  let admin: Awaited<ReturnType<typeof makeAdmin>>;
  before(async () => {
    server = await startAccountsServer();
    admin = await makeAdmin(server);
  });
  after(() => server.stop());

  const sanction = (kind: 'lock' | 'suspend', userId: string, value: boolean) =>
    admin('PUT', `/v1/admin/${kind}/${encodeURIComponent(userId)}`, {
      [kind === 'lock' ? 'locked' : 'suspended']: value,
    });

  it('locks out of everything but logging out, until it is lifted', async () => {
    const user = await server.user('locked');
    expect((await sanction('lock', user.userId, true)).body).to.deep.equal({ locked: true });
    const refused = await user.request('GET', '/v3/account/whoami');
    expect(refused.status).to.equal(401);
    expect(refused.body).to.include({ errcode: 'M_USER_LOCKED', soft_logout: true });
    const login = await server.anonymous('POST', '/v3/login', {
      type: 'm.login.password',
      user: 'locked',
      password: 'password of locked',
    });
    expect(login.body.errcode).to.equal('M_USER_LOCKED');
    const status = await admin('GET', `/v1/admin/lock/${encodeURIComponent(user.userId)}`);
    expect(status.body).to.deep.equal({ locked: true });
    expect((await sanction('lock', user.userId, false)).body).to.deep.equal({ locked: false });
    expect(await user.get('/v3/account/whoami')).to.include({ user_id: user.userId });
    await sanction('lock', user.userId, true);
    await user.post('/v3/logout');
    expect(await user.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
  });

  it('lets the suspended look, leave and take back their own words, and no more', async () => {
    const user = await server.user('suspended');
    const host = await server.user('host');
    const room = await host.createRoom({ preset: 'public_chat' });
    await user.join(room);
    const own = await user.say(room, 'regretted');
    const others = await host.say(room, 'stays');
    await host
      .setState(room, 'm.room.power_levels', { users: { [host.userId]: 100 }, redact: 0 })
      .catch(() => 0);
    expect((await sanction('suspend', user.userId, true)).body).to.deep.equal({ suspended: true });
    expect(await user.history(room)).to.include('stays');
    await user.get('/v3/sync');
    for (const refused of [
      user.refusal('PUT', roomPath(room, 'send', 'm.room.message', 't'), { msgtype: 'm.text', body: 'x' }),
      user.refusal('POST', '/v3/createRoom', {}),
      user.refusal('PUT', `/v3/profile/${user.userId}/displayname`, { displayname: 'x' }),
      user.refusal('PUT', roomPath(room, 'redact', others, 't1'), {}),
    ]) {
      expect(await refused).to.equal('403 M_USER_SUSPENDED');
    }
    await user.put(roomPath(room, 'redact', own, 't2'), {});
    await user.post(roomPath(room, 'leave'));
    await sanction('suspend', user.userId, false);
    await user.join(room);
  });

  it('begins with knowing from where somebody comes', async () => {
    const user = await server.user('watched');
    const path = `/v3/admin/whois/${encodeURIComponent(user.userId)}`;
    const { body } = await admin('GET', path);
    expect(body.user_id).to.equal(user.userId);
    expect(body.devices).to.have.all.keys(user.deviceId);
    expect((await user.get(path)).devices).to.have.all.keys(user.deviceId);
    const other = await server.user('nosy');
    expect(await other.refusal('GET', path)).to.equal('403 M_FORBIDDEN');
    expect((await admin('GET', '/v3/admin/whois/@nobody:test')).status).to.equal(404);
    expect((await server.anonymous('GET', path)).status).to.equal(401);
  });

  it('is for admins, and not against admins', async () => {
    const user = await server.user('bystander');
    const path = `/v1/admin/lock/${encodeURIComponent(user.userId)}`;
    expect(await user.refusal('PUT', path, { locked: true })).to.equal('403 M_FORBIDDEN');
    expect(await user.refusal('GET', path)).to.equal('403 M_FORBIDDEN');
    expect((await server.anonymous('PUT', path, { locked: true })).status).to.equal(401);
    const errcode = async (answer: ReturnType<typeof admin>) => {
      const { status, body } = await answer;
      return `${status} ${body.errcode}`;
    };
    expect(await errcode(sanction('lock', '@admin:test', true))).to.equal('403 M_FORBIDDEN');
    expect(await errcode(sanction('suspend', '@nobody:test', true))).to.equal('404 M_NOT_FOUND');
    expect(await errcode(sanction('suspend', '@alice:elsewhere', true))).to.equal('400 M_INVALID_PARAM');
    expect(await errcode(sanction('suspend', 'nonsense', true))).to.equal('400 M_INVALID_PARAM');
    expect(await errcode(admin('PUT', path, {}))).to.equal('400 M_MISSING_PARAM');
    expect(await errcode(admin('PUT', path, { locked: 'yes' }))).to.equal('400 M_BAD_JSON');
  });
});

describe('guests', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer({ GUEST_ACCESS: 'on' });
  });
  after(() => server.stop());

  const guest = async () => {
    const { status, body } = await server.anonymous('POST', '/v3/register?kind=guest', {});
    expect(status, JSON.stringify(body)).to.equal(200);
    return server.client(body);
  };

  it('look around where rooms allow it, and speak there', async () => {
    const host = await server.user('host');
    const visitor = await guest();
    expect(await visitor.get('/v3/account/whoami')).to.include({ is_guest: true, user_id: visitor.userId });
    const closed = await host.createRoom({ preset: 'public_chat' });
    const join = (room: string) => `/v3/join/${encodeURIComponent(room)}`;
    expect(await visitor.refusal('POST', join(closed), {})).to.equal('403 M_GUEST_ACCESS_FORBIDDEN');
    await host.setState(closed, 'm.room.guest_access', { guest_access: 'can_join' });
    await visitor.join(closed);
    await visitor.say(closed, 'hello');
    expect(await host.history(closed)).to.include('hello');
    await visitor.put(`/v3/profile/${visitor.userId}/displayname`, { displayname: 'Visitor' });
  });

  it('leave rooms that no longer allow them', async () => {
    const host = await server.user('second');
    const visitor = await guest();
    const room = await host.createRoom({ preset: 'public_chat' });
    await host.setState(room, 'm.room.guest_access', { guest_access: 'can_join' });
    await visitor.join(room);
    await host.setState(room, 'm.room.guest_access', { guest_access: 'forbidden' });
    await eventually(async () => {
      const { membership } = await host.state(room, 'm.room.member', visitor.userId);
      return membership === 'leave';
    });
    expect(await host.history(room), 'the host stays').to.be.an('array');
  });

  it('may not do what needs an account', async () => {
    const visitor = await guest();
    const forbidden = '403 M_GUEST_ACCESS_FORBIDDEN';
    expect(await visitor.refusal('POST', '/v3/createRoom', {})).to.equal(forbidden);
    expect(await visitor.refusal('POST', '/v3/account/deactivate', {})).to.equal(forbidden);
    expect(await visitor.refusal('GET', '/v3/account/3pid')).to.equal(forbidden);
    const avatar = `/v3/profile/${visitor.userId}/avatar_url`;
    expect(await visitor.refusal('PUT', avatar, { avatar_url: 'mxc://test/x' })).to.equal(forbidden);
    const body = { new_password: 'a new password' };
    expect(await visitor.refusal('POST', '/v3/account/password', body)).to.equal(forbidden);
  });

  it('become users who keep their name, their rooms and their session', async () => {
    const host = await server.user('welcoming');
    const room = await host.createRoom({ preset: 'public_chat' });
    await host.setState(room, 'm.room.guest_access', { guest_access: 'can_join' });
    const visitor = await guest();
    await visitor.join(room);
    const body = {
      guest_access_token: visitor.accessToken,
      username: visitor.userId.slice(1, visitor.userId.indexOf(':')),
      password: 'a password of their own',
      auth: { type: 'm.login.dummy' },
    };
    const register = (changes: object) => server.anonymous('POST', '/v3/register', { ...body, ...changes });
    for (const changes of [
      { guest_access_token: 'made up' },
      { guest_access_token: host.accessToken },
      { username: 'somebodyelse' },
    ]) {
      expect(await register(changes), JSON.stringify(changes)).to.nested.include({
        status: 403,
        'body.errcode': 'M_FORBIDDEN',
      });
    }
    expect((await register({ guest_access_token: 5 })).status).to.equal(400);
    const { status, body: session } = await register({});
    expect(status, JSON.stringify(session)).to.equal(200);
    expect(session.user_id).to.equal(visitor.userId);
    const user = server.client(session);
    for (const client of [user, visitor]) {
      expect(await client.get('/v3/account/whoami')).to.include({ is_guest: false });
    }
    expect(await user.get('/v3/joined_rooms')).to.deep.equal({ joined_rooms: [room] });
    await user.createRoom();
    await server.login(body.username, { password: body.password });
    expect((await register({})).status, 'once').to.equal(403);
    await host.setState(room, 'm.room.guest_access', { guest_access: 'forbidden' });
    await host.say(room, 'still here?');
    expect((await host.state(room, 'm.room.member', user.userId)).membership).to.equal('join');
  });

  it('are found by nobody', async () => {
    const seeker = await server.user('seeker');
    const room = await seeker.createRoom({ preset: 'public_chat' });
    await seeker.setState(room, 'm.room.guest_access', { guest_access: 'can_join' });
    const visitor = await guest();
    await visitor.join(room);
    await visitor.put(`/v3/profile/${visitor.userId}/displayname`, { displayname: 'Wanderer' });
    const { results } = await seeker.post('/v3/user_directory/search', { search_term: 'wanderer' });
    expect(results).to.deep.equal([]);
  });

  it('do not exist unless the configuration says so', async () => {
    const closed = await startAccountsServer();
    try {
      const { status, body } = await closed.anonymous('POST', '/v3/register?kind=guest', {});
      expect(`${status} ${body.errcode}`).to.equal('403 M_GUEST_ACCESS_FORBIDDEN');
    } finally {
      await closed.stop();
    }
  });
});

describe('erasure', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer();
  });
  after(() => server.stop());

  it('hides what somebody said from those who were not there', async () => {
    const leaver = await server.user('leaver');
    const witness = await server.user('witness');
    const late = await server.user('late');
    const room = await witness.createRoom({ preset: 'public_chat' });
    await leaver.join(room);
    const event = await leaver.say(room, 'my secret');
    await late.join(room);
    expect(await late.history(room)).to.include('my secret');
    await leaver.post('/v3/account/deactivate', {
      erase: true,
      auth: { type: 'm.login.password', user: 'leaver', password: 'password of leaver' },
    });
    expect(await witness.history(room)).to.include('my secret');
    expect(await late.history(room)).not.to.include('my secret');
    expect((await late.event(room, event)).content).to.deep.equal({});
    const sync = await late.get('/v3/sync');
    expect(JSON.stringify(sync)).not.to.include('my secret');
  });

  it('does not happen without being asked for', async () => {
    const leaver = await server.user('quiet');
    const witness = await server.user('observer');
    const late = await server.user('latecomer');
    const room = await witness.createRoom({ preset: 'public_chat' });
    await leaver.join(room);
    await leaver.say(room, 'for all to read');
    await leaver.post('/v3/account/deactivate', {
      auth: { type: 'm.login.password', user: 'quiet', password: 'password of quiet' },
    });
    await late.join(room);
    expect(await late.history(room)).to.include('for all to read');
  });
});

describe('blocking invites', () => {
  let server: AccountsServer;
  let host: AccountClient;
  before(async () => {
    server = await startAccountsServer();
    host = await server.user('host');
  });
  after(() => server.stop());

  const config = (user: AccountClient) => `/v3/user/${user.userId}/account_data/m.invite_permission_config`;

  it('goes by lists of users and servers, the more exact ones first', async () => {
    const user = await server.user('choosy');
    const [friend, bore] = [await server.user('friend'), await server.user('bore')];
    const lists = `/v3/user/${user.userId}/account_data/org.matrix.msc4155.invite_permission_config`;
    await user.put(lists, {
      allowed_users: [friend.userId],
      ignored_users: ['@bor*:test'],
      blocked_servers: ['t?st'],
    });
    const invite = async (by: AccountClient) => {
      const room = await by.createRoom();
      const { status } = await by.request('POST', roomPath(room, 'invite'), { user_id: user.userId });
      return { room, status };
    };
    const invitesOf = async () => {
      const { rooms } = (await user.get('/v3/sync')) as { rooms?: { invite?: object } };
      return Object.keys(rooms?.invite ?? {});
    };
    const [welcome, unseen, refused] = [await invite(friend), await invite(bore), await invite(host)];
    expect([welcome.status, unseen.status, refused.status]).to.deep.equal([200, 200, 403]);
    expect(await invitesOf()).to.deep.equal([welcome.room]);
    await user.put(lists, { enabled: false, blocked_servers: ['*'] });
    expect((await invite(host)).status).to.equal(200);
    await user.put(lists, { blocked_users: 'nonsense', blocked_servers: [5, null] });
    expect((await invite(host)).status).to.equal(200);
    await user.put(lists, { blocked_users: ['*'] });
    expect(await invitesOf(), 'those that are there').to.deep.equal([]);
  });

  it('refuses invites in every way that there is', async () => {
    const user = await server.user('quiet');
    await user.put(config(user), { default_action: 'block' });
    const room = await host.createRoom();
    const blocked = '403 M_INVITE_BLOCKED';
    const invite = { user_id: user.userId };
    expect(await host.refusal('POST', roomPath(room, 'invite'), invite)).to.equal(blocked);
    const state = roomPath(room, 'state', 'm.room.member', user.userId);
    expect(await host.refusal('PUT', state, { membership: 'invite' })).to.equal(blocked);
    expect(await host.refusal('POST', '/v3/createRoom', { invite: [user.userId] })).to.equal(blocked);
    await user.put(config(user), {});
    await host.invite(room, user);
  });

  it('hides the invites that are there', async () => {
    const user = await server.user('late');
    const room = await host.createRoom();
    await host.invite(room, user);
    const invites = async () => {
      const { rooms = {} } = (await user.get('/v3/sync')) as { rooms?: { invite?: object } };
      return Object.keys(rooms.invite ?? {});
    };
    expect(await invites()).to.deep.equal([room]);
    await user.put(config(user), { default_action: 'block' });
    expect(await invites()).to.deep.equal([]);
    await user.put(config(user), {});
    expect(await invites()).to.deep.equal([room]);
  });
});

describe('what is shown to others', () => {
  it('is as much as the configuration says', async () => {
    for (const visibility of ['everyone', 'users', 'shared']) {
      const server = await startAccountsServer({ PROFILE_VISIBILITY: visibility });
      try {
        const [alice, bob] = [await server.user('alice'), await server.user('bob')];
        const path = `/v3/profile/${alice.userId}`;
        const statuses = async () => [
          (await server.anonymous('GET', path)).status,
          (await bob.request('GET', path)).status,
          (await alice.request('GET', `${path}/displayname`)).status,
        ];
        const expected = { everyone: [200, 200, 200], users: [403, 200, 200], shared: [403, 403, 200] };
        expect(await statuses(), visibility).to.deep.equal(expected[visibility as keyof typeof expected]);
        const room = await alice.createRoom({ preset: 'public_chat' });
        await bob.join(room);
        expect((await bob.request('GET', path)).status).to.equal(200);
      } finally {
        await server.stop();
      }
    }
  });
});

describe('tokens for other devices and services', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer();
  });
  after(() => server.stop());

  const proof = (name: string) => ({ type: 'm.login.password', user: name, password: `password of ${name}` });

  it('log another device in, once', async () => {
    const alice = await server.user('alice');
    expect((await alice.request('POST', '/v1/login/get_token')).status).to.equal(401);
    const { login_token: token, expires_in_ms: life } = await alice.post('/v1/login/get_token', {
      auth: proof('alice'),
    });
    expect(life).to.equal(120_000);
    const login = () => server.anonymous('POST', '/v3/login', { type: 'm.login.token', token });
    const { status, body } = await login();
    expect(status).to.equal(200);
    expect(body).to.include({ user_id: alice.userId });
    expect(body.device_id).not.to.equal(alice.deviceId);
    expect((await login()).body.errcode).to.equal('M_FORBIDDEN');
    const wrong = await server.anonymous('POST', '/v3/login', { type: 'm.login.token', token: 'guess' });
    expect(wrong.status).to.equal(403);
    const none = await server.anonymous('POST', '/v3/login', { type: 'm.login.token' });
    expect(none.body.errcode).to.equal('M_MISSING_PARAM');
    expect((await server.anonymous('POST', '/v1/login/get_token', {})).status).to.equal(401);
  });

  it('tell other services who somebody is', async () => {
    const bob = await server.user('bob');
    const path = `/v3/user/${bob.userId}/openid/request_token`;
    const answer = await bob.post(path, {});
    expect(answer).to.include({ token_type: 'Bearer', matrix_server_name: 'test', expires_in: 3_600 });
    expect(answer.access_token).to.be.a('string');
    const whoami = await server.request(
      'GET',
      '/_matrix/client/v3/account/whoami',
      undefined,
      String(answer.access_token),
    );
    expect(whoami.status, 'it opens no session').to.equal(401);
    const other = '/v3/user/@alice:test/openid/request_token';
    expect(await bob.refusal('POST', other, {})).to.equal('403 M_FORBIDDEN');
    expect((await server.anonymous('POST', path, {})).status).to.equal(401);
  });
});

describe('terms', () => {
  const POLICIES =
    'privacy@1.1:en https://a.example/privacy Privacy policy,privacy@1.1:de https://a.example/de Datenschutz,' +
    'terms@2:en https://a.example/terms Terms <of> service';
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer({ POLICIES });
  });
  after(() => server.stop());

  const register = (body: object) =>
    server.anonymous('POST', '/v3/register', { password: 'a good password', ...body });
  const page = (stage: string, session: unknown) =>
    `/_matrix/client/v3/auth/${stage}/fallback/web?session=${encodeURIComponent(String(session))}`;
  const press = (stage: string, fields: Record<string, string>) =>
    fetch(`${server.url}/_matrix/client/v3/auth/${stage}/fallback/web`, {
      method: 'POST',
      body: new URLSearchParams(fields),
    });

  it('are shown and have to be accepted', async () => {
    const { status, body } = await register({ username: 'alice', auth: DUMMY });
    expect(status).to.equal(401);
    expect(body.errcode).to.equal('M_UNRECOGNIZED');
    expect(body.flows).to.deep.include({ stages: ['m.login.terms'] });
    expect(body.params).to.deep.equal({
      'm.login.terms': {
        policies: {
          privacy: {
            version: '1.1',
            en: { name: 'Privacy policy', url: 'https://a.example/privacy' },
            de: { name: 'Datenschutz', url: 'https://a.example/de' },
          },
          terms: { version: '2', en: { name: 'Terms <of> service', url: 'https://a.example/terms' } },
        },
      },
    });
    const auth = { type: 'm.login.terms', session: body.session };
    expect((await register({ username: 'alice', auth })).status).to.equal(200);
  });

  it('can be accepted on a page', async () => {
    const { body } = await register({ username: 'bob' });
    const session = String(body.session);
    const shown = await fetch(server.url + page('m.login.terms', session));
    expect(shown.status).to.equal(200);
    expect(shown.headers.get('content-security-policy')).to.include("default-src 'none'");
    const html = await shown.text();
    expect(html).to.include('https://a.example/de').and.to.include('Terms &#60;of&#62; service');
    expect((await register({ username: 'bob', auth: { session } })).status, 'only shown').to.equal(401);
    const accepted = await press('m.login.terms', { session });
    expect(await accepted.text()).to.include('onAuthDone');
    expect((await register({ username: 'bob', auth: { session } })).status).to.equal(200);
    expect((await register({ username: 'bob2', auth: { session } })).status, 'used up').to.equal(401);
  });

  it('have no page for what there is not, and none for sessions that are over', async () => {
    const { body } = await register({});
    for (const [stage, session] of [
      ['m.login.password', body.session],
      ['nonsense', body.session],
      ['m.login.terms', 'nonsense'],
    ]) {
      expect((await fetch(server.url + page(String(stage), session))).status, String(stage)).to.equal(404);
    }
    expect((await fetch(server.url + page('m.login.terms', ''))).status).to.equal(400);
    expect((await press('m.login.terms', { session: 'nonsense' })).status).to.equal(404);
    expect((await press('m.login.terms', {})).status).to.equal(400);
    expect((await press('m.login.terms', { session: 'x'.repeat(20_000) })).status).to.equal(413);
  });

  it('has a page for registration tokens, too', async () => {
    const { body } = await register({});
    const session = String(body.session);
    const stage = 'm.login.registration_token';
    expect(await (await fetch(server.url + page(stage, session))).text()).to.include('name="token"');
    expect((await press(stage, { session, token: 'wrong' })).status).to.equal(403);
    expect((await press(stage, { session })).status).to.equal(403);
    expect((await press(stage, { session, token: server.firstAdminToken ?? '' })).status).to.equal(200);
    const asked = await register({ auth: { session } });
    expect(asked.body.completed).to.deep.equal([stage]);
  });
});
