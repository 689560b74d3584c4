import { expect } from 'chai';
import { roomPath } from '../test-kit/chat-client.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

const V1 = '/_synapse/admin/v1';
const V2 = '/_synapse/admin/v2';

type Body = Record<string, unknown>;

describe('administration', function () {
  this.timeout(30_000);
  let server: TestServer;
  let admin: TestUser;
  let alice: TestUser;
  let users = 0;
  before(async () => {
    server = await TestServer.start({ SERVER_NAME: 'test' });
    admin = await server.registerAdmin('admin');
  });
  beforeEach(async () => {
    users += 1;
    alice = await server.register(`alice-${users}`);
  });
  after(() => server.stop());

  const user = ({ userId }: TestUser, rest = ''): string => `/users/${encodeURIComponent(userId)}${rest}`;
  const ask = async (method: string, path: string, body?: unknown): Promise<Body> => {
    const answer = await admin.request(method, path, body);
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).to.be.oneOf([200, 201]);
    return answer.body;
  };
  const refusal = async (method: string, path: string, body?: unknown): Promise<string> => {
    const { status, body: answer } = await admin.request(method, path, body);
    return `${status} ${String(answer.errcode)}`;
  };
  const chat = (path: string): string => `/_matrix/client${path}`;
  const createRoom = async (request: object = {}): Promise<string> =>
    String((await alice.request('POST', chat('/v3/createRoom'), request)).body.room_id);
  const logIn = async (name: string, password: string): Promise<number> =>
    (
      await server.request('POST', chat('/v3/login'), {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password,
      })
    ).status;

  describe('of people', () => {
    it('is for admins', async () => {
      for (const path of [`${V2}/users`, V2 + user(alice), `${V1}/rooms`, `${V1}/event_reports`]) {
        expect((await alice.request('GET', path)).body.errcode, path).to.equal('M_FORBIDDEN');
        expect((await server.request('GET', path)).status, path).to.equal(401);
      }
    });

    it('looks at somebody, and says who is not here', async () => {
      expect(await ask('GET', V2 + user(alice))).to.include({
        name: alice.userId,
        admin: false,
        deactivated: false,
        locked: false,
        is_guest: false,
      });
      expect(await refusal('GET', `${V2}/users/@nobody:test`)).to.equal('404 M_NOT_FOUND');
      expect(await refusal('GET', `${V2}/users/@a:elsewhere.example`)).to.equal('400 M_UNKNOWN');
    });

    it('makes people and changes them', async () => {
      const path = `${V2}/users/@made-${users}:test`;
      const made = await admin.request('PUT', path, {
        password: 'long enough',
        displayname: 'Made',
        admin: true,
      });
      expect([made.status, made.body.displayname, made.body.admin]).to.deep.equal([201, 'Made', true]);
      expect(await logIn(`made-${users}`, 'long enough')).to.equal(200);
      const changed = await ask('PUT', path, { displayname: 'Changed', admin: false, locked: true });
      expect(changed).to.include({ displayname: 'Changed', admin: false, locked: true });
      await ask('PUT', path, { locked: false, password: 'another one' });
      expect(await logIn(`made-${users}`, 'long enough')).to.equal(403);
      expect(await logIn(`made-${users}`, 'another one')).to.equal(200);
      expect(await refusal('PUT', `${V2}/users/@_guildhall:test`, { user_type: 'bishop' })).to.equal(
        '400 M_INVALID_PARAM',
      );
    });

    it('lists people in pages and by what they are', async () => {
      const name = `alice-${users}`;
      const found = (await ask('GET', `${V2}/users?name=${name}`)).users as Body[];
      expect(found.map((one) => one.name)).to.deep.equal([alice.userId]);
      const first = await ask('GET', `${V2}/users?limit=1`);
      const second = await ask('GET', `${V2}/users?limit=1&from=${String(first.next_token)}`);
      expect([first.users, second.users]).to.have.nested.property('[0][0].name');
      expect(first.total).to.equal(second.total);
      const admins = (await ask('GET', `${V2}/users?admins=true`)).users as Body[];
      expect(admins.map((one) => one.name))
        .to.include(admin.userId)
        .and.not.include(alice.userId);
      expect(await refusal('GET', `${V2}/users?order_by=weight`)).to.equal('400 M_INVALID_PARAM');
    });

    it('makes admins, but nobody stops being one by themselves', async () => {
      await ask('PUT', V1 + user(alice, '/admin'), { admin: true });
      expect(await ask('GET', V1 + user(alice, '/admin'))).to.deep.equal({ admin: true });
      expect((await alice.request('GET', `${V2}/users`)).status).to.equal(200);
      await ask('PUT', V1 + user(alice, '/admin'), { admin: false });
      expect((await alice.request('GET', `${V2}/users`)).status).to.equal(403);
      expect(await refusal('PUT', V1 + user(admin, '/admin'), { admin: false })).to.equal('400 M_UNKNOWN');
    });

    it('sets passwords, sees and ends sessions, and ends accounts', async () => {
      const path = `${V1}/reset_password/${encodeURIComponent(alice.userId)}`;
      await ask('POST', path, { new_password: 'a new password', logout_devices: false });
      expect((await alice.request('GET', chat('/v3/account/whoami'))).status).to.equal(200);
      expect(await logIn(`alice-${users}`, 'a new password')).to.equal(200);
      const { devices, total } = await ask('GET', V2 + user(alice, '/devices'));
      expect([total, (devices as Body[]).length]).to.deep.equal([2, 2]);
      const ids = (devices as Body[]).map((device) => device.device_id);
      await ask('POST', V2 + user(alice, '/delete_devices'), { devices: ids });
      expect((await alice.request('GET', chat('/v3/account/whoami'))).status).to.equal(401);
      await ask('POST', `${V1}/deactivate/${encodeURIComponent(alice.userId)}`, { erase: true });
      expect(await ask('GET', V2 + user(alice))).to.include({ deactivated: true, erased: true });
      expect(await logIn(`alice-${users}`, 'a new password')).to.equal(403);
    });

    it('acts as somebody, who sees it among the sessions', async () => {
      const { access_token: token } = await ask('POST', V1 + user(alice, '/login'), {});
      const who = await fetch(`${server.url}${chat('/v3/account/whoami')}`, {
        headers: { authorization: `Bearer ${String(token)}` },
      });
      expect(await who.json()).to.include({ user_id: alice.userId });
      const { devices } = (await alice.request('GET', chat('/v3/devices'))).body as { devices: Body[] };
      expect(devices.map((device) => device.display_name)).to.include(`Server admin ${admin.userId}`);
      expect(await refusal('POST', V1 + user(admin, '/login'), {})).to.equal('403 M_FORBIDDEN');
    });

    it('suspends, and tells which names are free', async () => {
      const path = `${V1}/suspend/${encodeURIComponent(alice.userId)}`;
      expect(await ask('PUT', path, { suspend: true })).to.deep.equal({
        [`user_${alice.userId}_suspended`]: true,
      });
      expect((await alice.request('POST', chat('/v3/createRoom'), {})).body.errcode).to.equal(
        'M_USER_SUSPENDED',
      );
      expect(await ask('GET', `${V1}/username_available?username=free-name`)).to.deep.equal({
        available: true,
      });
      expect(await refusal('GET', `${V1}/username_available?username=alice-${users}`)).to.equal(
        '400 M_USER_IN_USE',
      );
    });
  });

  describe('of rooms', () => {
    it('looks at a room, its members and its state', async () => {
      const roomId = await createRoom({ preset: 'public_chat', name: 'The hall', topic: 'Everything' });
      const path = `${V1}/rooms/${encodeURIComponent(roomId)}`;
      expect(await ask('GET', path)).to.include({
        room_id: roomId,
        name: 'The hall',
        topic: 'Everything',
        joined_members: 1,
        joined_local_members: 1,
        creator: alice.userId,
        join_rules: 'public',
        public: false,
      });
      expect(await ask('GET', `${path}/members`)).to.deep.equal({ members: [alice.userId], total: 1 });
      const { state } = await ask('GET', `${path}/state`);
      expect((state as Body[]).map((event) => event.type))
        .to.include('m.room.create')
        .and.include('m.room.member');
      expect(await refusal('GET', `${V1}/rooms/!none:test`)).to.equal('404 M_NOT_FOUND');
      expect((await ask('GET', V1 + user(alice, '/joined_rooms'))).joined_rooms).to.deep.equal([roomId]);
    });

    it('lists rooms by name, in pages', async () => {
      const term = `hall of ${alice.userId}`;
      for (const name of ['B', 'A', 'C']) await createRoom({ name: `${name} ${term}` });
      const list = async (query = ''): Promise<Body> =>
        ask('GET', `${V1}/rooms?search_term=${encodeURIComponent(term)}${query}`);
      const names = ({ rooms }: Body): unknown[] => (rooms as Body[]).map((room) => String(room.name)[0]);
      expect(names(await list())).to.deep.equal(['A', 'B', 'C']);
      expect(names(await list('&dir=b'))).to.deep.equal(['C', 'B', 'A']);
      const first = await list('&limit=2');
      expect([first.total_rooms, first.next_batch, first.offset]).to.deep.equal([3, 2, 0]);
      const second = await list(`&limit=2&from=${String(first.next_batch)}`);
      expect([names(second), second.prev_batch]).to.deep.equal([['C'], 0]);
    });

    it('takes somebody into a room, and gives a room to somebody', async () => {
      const roomId = await createRoom({ preset: 'public_chat', room_version: '11' });
      const bob = await server.register(`bob-${users}`);
      const answer = await ask('POST', `${V1}/join/${encodeURIComponent(roomId)}`, { user_id: bob.userId });
      expect(answer).to.deep.equal({ room_id: roomId });
      const joined = (await bob.request('GET', chat('/v3/joined_rooms'))).body.joined_rooms;
      expect(joined).to.deep.equal([roomId]);
      await ask('POST', `${V1}/rooms/${encodeURIComponent(roomId)}/make_room_admin`, { user_id: bob.userId });
      const levels = await bob.request('GET', chat(roomPath(roomId, 'state', 'm.room.power_levels', '')));
      expect(levels.body.users).to.include({ [bob.userId]: 100 });
      expect(
        await refusal('POST', `${V1}/join/${encodeURIComponent(roomId)}`, { user_id: '@x:test' }),
      ).to.equal('404 M_NOT_FOUND');
    });
  });

  it('reads what was reported, and puts it away', async () => {
    const roomId = await createRoom({ name: 'Reported' });
    const said = await alice.request('PUT', chat(roomPath(roomId, 'send', 'm.room.message', 't')), {
      msgtype: 'm.text',
      body: 'buy this',
    });
    const eventId = String(said.body.event_id);
    await alice.request('POST', chat(roomPath(roomId, 'report', eventId)), { reason: 'spam' });
    const { event_reports: reports, total } = await ask(
      'GET',
      `${V1}/event_reports?room_id=${encodeURIComponent(roomId)}`,
    );
    const [report] = reports as Body[];
    expect([total, report?.event_id, report?.reason, report?.name, report?.user_id]).to.deep.equal([
      1,
      eventId,
      'spam',
      'Reported',
      alice.userId,
    ]);
    const path = `${V1}/event_reports/${String(report?.id)}`;
    expect(await ask('GET', path)).to.have.nested.property('event_json.content.body', 'buy this');
    await ask('DELETE', path);
    expect(await refusal('GET', path)).to.equal('404 M_NOT_FOUND');
    expect(await refusal('GET', `${V1}/event_reports/first`)).to.equal('400 M_INVALID_PARAM');
  });

  it('says which server it is', async () => {
    const { body } = await server.request('GET', `${V1}/server_version`);
    expect(body.server_version).to.match(/^Guildhall \d/);
  });
});
