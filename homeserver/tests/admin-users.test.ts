import { expect } from 'chai';
import { eventually } from '../test-kit/eventually.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, TestUser } from '../test-kit/test-user.ts';

const V1 = '/_synapse/admin/v1';
const V2 = '/_synapse/admin/v2';
const CLIENT = '/_matrix/client/v3';

describe('what admins see and set of people', function () {
  this.timeout(30_000);
  let server: TestServer;
  let admin: TestUser;
  let alice: TestUser;
  let users = 0;
  before(async () => {
    server = await TestServer.start({ SERVER_NAME: 'test', RATE_LIMITS: 'on' });
    admin = await server.registerAdmin('admin');
    await admin.ok('POST', `${V1}/users/${encodeURIComponent(admin.userId)}/override_ratelimit`, {});
  });
  beforeEach(async () => {
    users += 1;
    alice = await newUser('alice');
  });
  after(() => server.stop());

  /** Made by the admin: whoever registers many accounts is made to wait here. */
  async function newUser(name: string): Promise<TestUser> {
    const userId = `@${name}-${users}:test`;
    await admin.request('PUT', `${V2}/users/${encodeURIComponent(userId)}`, { password: 'long enough' });
    const { access_token: token } = await admin.ok('POST', `${V1}/users/${encodeURIComponent(userId)}/login`);
    return new TestUser(() => server.url, userId, '', String(token));
  }
  const user = ({ userId }: TestUser, rest = ''): string => `/users/${encodeURIComponent(userId)}${rest}`;
  const refusal = async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await admin.request(method, path, body);
    return `${answer.status} ${String(answer.body.errcode)}`;
  };

  it('is for admins, about users who are here', async () => {
    for (const rest of ['/pushers', '/accountdata', '/override_ratelimit']) {
      expect((await alice.request('GET', V1 + user(alice, rest))).status, rest).to.equal(403);
      expect((await server.request('GET', V1 + user(alice, rest))).status, rest).to.equal(401);
      expect(await refusal('GET', `${V1}/users/@nobody:test${rest}`), rest).to.equal('404 M_NOT_FOUND');
      expect(await refusal('GET', `${V1}/users/@a:elsewhere.example${rest}`)).to.equal('400 M_UNKNOWN');
    }
  });

  it('shows pushers, account data and memberships', async () => {
    await alice.ok('POST', `${CLIENT}/pushers/set`, {
      app_id: 'im.app',
      pushkey: 'key',
      kind: 'http',
      app_display_name: 'App',
      device_display_name: 'Phone',
      lang: 'en',
      data: { url: 'https://push.example/_matrix/push/v1/notify' },
    });
    const roomId = await alice.createRoom();
    const own = `${CLIENT}/user/${encodeURIComponent(alice.userId)}`;
    await alice.ok('PUT', `${own}/account_data/io.test`, { a: 1 });
    await alice.ok('PUT', `${own}/rooms/${encodeURIComponent(roomId)}/account_data/io.test`, { b: 2 });
    const { pushers, total } = await admin.ok('GET', V1 + user(alice, '/pushers'));
    expect([total, pushers[0].app_id, pushers[0].kind]).to.deep.equal([1, 'im.app', 'http']);
    const { account_data: data } = await admin.ok('GET', V1 + user(alice, '/accountdata'));
    expect(data.global['io.test']).to.deep.equal({ a: 1 });
    expect(data.rooms).to.deep.equal({ [roomId]: { 'io.test': { b: 2 } } });
    expect(await admin.ok('GET', V1 + user(alice, '/memberships'))).to.deep.equal({
      memberships: { [roomId]: 'join' },
    });
  });

  it('lets somebody send as much as they want, or little', async () => {
    const roomId = await alice.createRoom();
    const path = V1 + user(alice, '/override_ratelimit');
    expect(await admin.ok('GET', path)).to.deep.equal({});
    const limit = { messages_per_second: 1, burst_count: 2 };
    expect(await admin.ok('POST', path, limit)).to.deep.equal(limit);
    expect(await admin.ok('GET', path)).to.deep.equal(limit);
    const send = async (count: number): Promise<number[]> => {
      const statuses: number[] = [];
      for (let sent = 0; sent < count; sent += 1) {
        const txn = `${roomPath(roomId)}/send/m.room.message/${Math.random()}`;
        statuses.push((await alice.request('PUT', txn, { msgtype: 'm.text', body: 'x' })).status);
      }
      return statuses;
    };
    expect(await send(20)).to.include(429);
    expect(await admin.ok('POST', path, {})).to.deep.equal({ messages_per_second: 0, burst_count: 0 });
    expect(await send(100)).to.not.include(429);
    expect(await admin.ok('DELETE', path)).to.deep.equal({});
    expect(await admin.ok('GET', path)).to.deep.equal({});
    expect(await refusal('POST', path, { messages_per_second: -1 })).to.equal('400 M_INVALID_PARAM');
  });

  it('sets addresses and accounts elsewhere, and finds people by them', async () => {
    const address = `alice-${users}@mail.example`;
    const changed = await admin.ok('PUT', V2 + user(alice), {
      threepids: [{ medium: 'email', address: address.toUpperCase() }],
      external_ids: [{ auth_provider: 'oidc-test', external_id: `sub/${users}` }],
    });
    expect(changed.threepids[0]).to.include({ medium: 'email', address });
    expect(changed.external_ids).to.deep.equal([{ auth_provider: 'oidc-test', external_id: `sub/${users}` }]);
    const found = { user_id: alice.userId };
    expect(await admin.ok('GET', `${V1}/threepid/email/users/${address}`)).to.deep.equal(found);
    const subject = encodeURIComponent(`sub/${users}`);
    expect(await admin.ok('GET', `${V1}/auth_providers/oidc-test/users/${subject}`)).to.deep.equal(found);
    expect(await refusal('GET', `${V1}/threepid/email/users/nobody@mail.example`)).to.equal(
      '404 M_NOT_FOUND',
    );
    const bob = await newUser('bob');
    expect(await refusal('PUT', V2 + user(bob), { threepids: [{ medium: 'email', address }] })).to.equal(
      '400 M_THREEPID_IN_USE',
    );
    expect(
      await refusal('PUT', V2 + user(bob), {
        external_ids: [{ auth_provider: 'oidc-test', external_id: `sub/${users}` }],
      }),
    ).to.equal('409 M_UNKNOWN');
    await admin.ok('PUT', V2 + user(alice), { threepids: [], external_ids: [] });
    await admin.ok('PUT', V2 + user(bob), { threepids: [{ medium: 'email', address }] });
    expect(await refusal('PUT', V2 + user(bob), { threepids: [{ medium: 'email' }] })).to.equal(
      '400 M_MISSING_PARAM',
    );
  });

  it('brings an account back that had ended', async () => {
    await admin.ok('POST', `${V1}/deactivate/${encodeURIComponent(alice.userId)}`, { erase: true });
    const back = await admin.ok('PUT', V2 + user(alice), { deactivated: false, password: 'once again' });
    expect(back).to.include({ deactivated: false, erased: false });
    const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user: alice.userId } };
    const { status } = await server.request('POST', `${CLIENT}/login`, { ...login, password: 'once again' });
    expect(status).to.equal(200);
  });

  it('looks at one device, renames it, and adds one', async () => {
    const path = V2 + user(alice, '/devices');
    expect((await admin.request('POST', path, { device_id: 'SPARE' })).status).to.equal(201);
    await admin.ok('PUT', `${path}/SPARE`, { display_name: 'A spare' });
    expect(await admin.ok('GET', `${path}/SPARE`)).to.include({
      device_id: 'SPARE',
      display_name: 'A spare',
    });
    expect(await refusal('GET', `${path}/NONE`)).to.equal('404 M_NOT_FOUND');
    expect(await admin.ok('GET', `${V1}/whois/${encodeURIComponent(alice.userId)}`)).to.have.property(
      'devices',
    );
  });

  it('changes registration tokens', async () => {
    const { token } = await admin.ok('POST', `${V1}/registration_tokens/new`, { uses_allowed: 1 });
    const path = `${V1}/registration_tokens/${String(token)}`;
    expect(await admin.ok('PUT', path, { uses_allowed: 5 })).to.include({
      uses_allowed: 5,
      expiry_time: null,
    });
    expect(await admin.ok('PUT', path, { uses_allowed: null })).to.include({ uses_allowed: null });
    expect(await refusal('PUT', path, { uses_allowed: -1 })).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('PUT', path, { expiry_time: 1 })).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('PUT', `${V1}/registration_tokens/none`, {})).to.equal('404 M_NOT_FOUND');
  });

  it('reads who was reported, and puts it away', async () => {
    const bob = await newUser('bob');
    await alice.ok('POST', `${CLIENT}/users/${encodeURIComponent(bob.userId)}/report`, { reason: 'rude' });
    const target = encodeURIComponent(bob.userId);
    const { user_reports: reports, total } = await admin.ok(
      'GET',
      `${V1}/user_reports?target_user_id=${target}`,
    );
    const [report] = reports;
    expect([total, report.target_user_id, report.user_id, report.reason]).to.deep.equal([
      1,
      bob.userId,
      alice.userId,
      'rude',
    ]);
    const path = `${V1}/user_reports/${String(report.id)}`;
    expect(await admin.ok('GET', path)).to.deep.equal(report);
    await admin.ok('DELETE', path);
    expect(await refusal('GET', path)).to.equal('404 M_NOT_FOUND');
    expect(await refusal('GET', `${V1}/user_reports/first`)).to.equal('400 M_INVALID_PARAM');
  });

  it('redacts what somebody has sent, also after they were banned', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const bob = await newUser('bob');
    await bob.join(roomId);
    const said = [await bob.say(roomId, 'one'), await bob.say(roomId, 'two')];
    const others = await alice.say(roomId, 'three');
    await alice.ok('POST', `${roomPath(roomId)}/ban`, { user_id: bob.userId });
    const path = `${V1}/user/${encodeURIComponent(bob.userId)}/redact`;
    const { redact_id: id } = await admin.ok('POST', path, { rooms: [], reason: 'spam' });
    const status = `${V1}/user/redact_status/${String(id)}`;
    await eventually(async () => (await admin.ok('GET', status)).status !== 'active');
    expect(await admin.ok('GET', status)).to.deep.equal({ status: 'complete', failed_redactions: {} });
    for (const eventId of said) {
      const { content, unsigned } = await alice.ok('GET', `${roomPath(roomId)}/event/${eventId}`);
      expect([content, unsigned.redacted_because.content.reason]).to.deep.equal([{}, 'spam']);
    }
    expect((await alice.ok('GET', `${roomPath(roomId)}/event/${others}`)).content.body).to.equal('three');
    expect(await refusal('GET', `${V1}/user/redact_status/none`)).to.equal('404 M_NOT_FOUND');
    expect(await refusal('POST', path, {})).to.equal('400 M_MISSING_PARAM');
    expect(await refusal('POST', path, { rooms: ['hall'] })).to.equal('400 M_INVALID_PARAM');
    expect((await alice.request('POST', path, { rooms: [] })).status).to.equal(403);
    const { scheduled_tasks: tasks } = await admin.ok('GET', `${V1}/scheduled_tasks?action_name=redact-user`);
    expect(tasks.find((task: { id: string }) => task.id === id)).to.include({
      status: 'complete',
      resource_id: bob.userId,
    });
  });

  it('says truthfully that nothing changes the database in the background', async () => {
    const path = `${V1}/background_updates`;
    expect(await admin.ok('GET', `${path}/status`)).to.deep.equal({ enabled: true, current_updates: {} });
    expect(await admin.ok('POST', `${path}/enabled`, { enabled: true })).to.deep.equal({ enabled: true });
    expect(await refusal('POST', `${path}/enabled`, { enabled: false })).to.equal('400 M_UNKNOWN');
  });
});
