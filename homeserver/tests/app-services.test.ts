import { expect } from 'chai';
import { AppServiceClient, FakeAppService } from '../test-kit/fake-app-service.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { request, roomPath } from '../test-kit/test-user.ts';

const GHOST = '@_ghost_ann:hs.test';

describe('application services', () => {
  let service: FakeAppService;
  let server: TestServer;
  let client: AppServiceClient;

  before(async () => {
    service = await FakeAppService.start();
    server = await TestServer.start({ APPSERVICE_DIR: service.folder });
    client = new AppServiceClient(() => server.url);
    await client.register('_ghost_ann', { inhibit_login: true });
  });

  after(async () => {
    await server.stop();
    await service.stop();
  });

  describe('act with their token', () => {
    it('as their own user, which is there from the start', async () => {
      const { status, body } = await client.request('GET', '/_matrix/client/v3/account/whoami');
      expect(status).to.equal(200);
      expect(body).to.deep.equal({ user_id: '@bridge_bot:hs.test', is_guest: false });
    });

    it('as a user of their namespace', async () => {
      const { body } = await client.request('GET', '/_matrix/client/v3/account/whoami', undefined, {
        user_id: GHOST,
      });
      expect(body.user_id).to.equal(GHOST);
    });

    it('as nobody else, and as nobody who is not there', async () => {
      await server.register('bob');
      for (const userId of ['@bob:hs.test', '@_ghost_nobody:hs.test', '@_ghost_ann:elsewhere.test']) {
        const { status, body } = await client.request('GET', '/_matrix/client/v3/account/whoami', undefined, {
          user_id: userId,
        });
        expect(status, userId).to.equal(403);
        expect(body.errcode).to.equal('M_FORBIDDEN');
      }
    });

    it('as a device that they have made, and as no other', async () => {
      const as = { user_id: GHOST };
      const made = await client.request(
        'PUT',
        '/_matrix/client/v3/devices/BRIDGE',
        { display_name: 'x' },
        as,
      );
      expect(made.status).to.equal(201);
      const again = await client.request(
        'PUT',
        '/_matrix/client/v3/devices/BRIDGE',
        { display_name: 'y' },
        as,
      );
      expect(again.status).to.equal(200);
      for (const key of ['device_id', 'org.matrix.msc3202.device_id']) {
        const whoami = '/_matrix/client/v3/account/whoami';
        const { body } = await client.request('GET', whoami, undefined, { ...as, [key]: 'BRIDGE' });
        expect(body.device_id).to.equal('BRIDGE');
        const other = await client.request('GET', whoami, undefined, { ...as, [key]: 'NONE' });
        expect(other.status).to.equal(400);
        expect(other.body.errcode).to.equal('M_UNKNOWN_DEVICE');
      }
      const gone = await client.request('DELETE', '/_matrix/client/v3/devices/BRIDGE', {}, as);
      expect(gone.status, 'without a password').to.equal(200);
    });

    it('with keys, for which a device has to be named, and without a password', async () => {
      const upload = (as: Record<string, string>) =>
        client.request('POST', '/_matrix/client/v3/keys/upload', {}, { user_id: GHOST, ...as });
      expect((await upload({})).status).to.equal(400);
      await client.request('PUT', '/_matrix/client/v3/devices/KEYS', {}, { user_id: GHOST });
      expect((await upload({ device_id: 'KEYS' })).status).to.equal(200);
      const key = { 'ed25519:abc': 'abc' };
      for (const usage of [key, { 'ed25519:def': 'def' }]) {
        const { status, body } = await client.request(
          'POST',
          '/_matrix/client/v3/keys/device_signing/upload',
          { master_key: { user_id: GHOST, usage: ['master'], keys: usage } },
          { user_id: GHOST },
        );
        // The second replaces the first, which would take a password.
        expect(status, JSON.stringify(body)).to.equal(200);
      }
    });

    it('without which devices are not made', async () => {
      const carol = await server.register('carol');
      const { status } = await carol.request('PUT', '/_matrix/client/v3/devices/NEW', { display_name: 'x' });
      expect(status).to.equal(404);
    });

    it('and say when something was said, which nobody else does', async () => {
      const dave = await server.register('dave');
      const roomId = await dave.createRoom({ preset: 'public_chat' });
      await client.request(
        'POST',
        `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`,
        {},
        { user_id: GHOST },
      );
      const path = `${roomPath(roomId)}/send/m.room.message/1`;
      const content = { msgtype: 'm.text', body: 'long ago' };
      const sent = await client.request('PUT', path, content, { user_id: GHOST, ts: '1234567890123' });
      const own = await dave.request('PUT', `${path}2?ts=1234567890123`, content);
      const timeOf = async (eventId: string) =>
        (await dave.ok('GET', `${roomPath(roomId)}/event/${encodeURIComponent(eventId)}`)).origin_server_ts;
      expect(await timeOf(sent.body.event_id)).to.equal(1234567890123);
      expect(await timeOf(own.body.event_id)).to.be.greaterThan(1234567890123);
      const state = await client.request(
        'PUT',
        `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(GHOST)}`,
        { membership: 'join', displayname: 'Ann' },
        { user_id: GHOST, ts: '1234567890124' },
      );
      expect(await timeOf(state.body.event_id)).to.equal(1234567890124);
    });
  });

  describe('make users', () => {
    it('with a session, unless they want none', async () => {
      const { status, body } = await client.register('_ghost_with', { device_id: 'D' });
      expect(status).to.equal(200);
      expect(body.user_id).to.equal('@_ghost_with:hs.test');
      expect(body.device_id).to.equal('D');
      const without = await client.register('_ghost_without', { inhibit_login: true });
      expect(without.body.access_token).to.equal(undefined);
    });

    it('only once, and only in their namespace', async () => {
      expect((await client.register('_ghost_ann')).body.errcode).to.equal('M_USER_IN_USE');
      expect((await client.register('bridge_bot')).body.errcode).to.equal('M_USER_IN_USE');
      const { status, body } = await client.register('somebody');
      expect([status, body.errcode]).to.deep.equal([400, 'M_EXCLUSIVE']);
    });

    it('whom they log in', async () => {
      const login = {
        type: 'm.login.application_service',
        identifier: { type: 'm.id.user', user: '_ghost_ann' },
      };
      const flows = (await server.request('GET', '/_matrix/client/v3/login')).body.flows;
      expect(flows).to.deep.include({ type: 'm.login.application_service' });
      const { status, body } = await client.request('POST', '/_matrix/client/v3/login', login);
      expect(status).to.equal(200);
      expect(body.user_id).to.equal(GHOST);
      const without = await server.request('POST', '/_matrix/client/v3/login', login);
      expect([without.status, without.body.errcode]).to.deep.equal([401, 'M_MISSING_TOKEN']);
      await server.register('eve');
      const other = { ...login, identifier: { type: 'm.id.user', user: 'eve' } };
      const refused = await client.request('POST', '/_matrix/client/v3/login', other);
      expect([refused.status, refused.body.errcode]).to.deep.equal([400, 'M_EXCLUSIVE']);
    });

    it('which takes the right token', async () => {
      const body = { type: 'm.login.application_service', username: '_ghost_false' };
      const without = await server.request('POST', '/_matrix/client/v3/register', body);
      expect([without.status, without.body.errcode]).to.deep.equal([401, 'M_MISSING_TOKEN']);
      const wrong = await request(server.url, 'POST', '/_matrix/client/v3/register', {
        token: 'wrong',
        body,
      });
      expect([wrong.status, wrong.body.errcode]).to.deep.equal([401, 'M_UNKNOWN_TOKEN']);
    });
  });

  describe('keep their names for themselves', () => {
    it('those of users', async () => {
      const auth = { type: 'm.login.dummy' };
      for (const username of ['_ghost_thief', 'bridge_bot']) {
        const { status, body } = await server.request('POST', '/_matrix/client/v3/register', {
          username,
          password: 'a long password',
          auth,
        });
        expect([status, body.errcode]).to.deep.equal([400, 'M_EXCLUSIVE']);
        const path = `/_matrix/client/v3/register/available?username=${username}`;
        expect((await server.request('GET', path)).body.errcode).to.equal('M_EXCLUSIVE');
      }
    });

    it('those of rooms', async () => {
      const frank = await server.register('frank');
      const roomId = await frank.createRoom();
      const path = `/_matrix/client/v3/directory/room/${encodeURIComponent('#_portal_1:hs.test')}`;
      const { status, body } = await frank.request('PUT', path, { room_id: roomId });
      expect([status, body.errcode]).to.deep.equal([400, 'M_EXCLUSIVE']);
      const named = await frank.request('POST', '/_matrix/client/v3/createRoom', {
        room_alias_name: '_portal_1',
      });
      expect([named.status, named.body.errcode]).to.deep.equal([400, 'M_EXCLUSIVE']);
      const own = await client.request('POST', '/_matrix/client/v3/createRoom', {
        room_alias_name: '_portal_1',
      });
      expect(own.status).to.equal(200);
      expect((await frank.request('DELETE', path)).body.errcode).to.equal('M_EXCLUSIVE');
      expect((await client.request('DELETE', path)).status).to.equal(200);
    });
  });
});

describe('rate limits', () => {
  /** How many of 40 accounts an application service can make at once, and how many of 25 names it can set. */
  async function attempts(isLimited: boolean): Promise<{ accounts: number; names: number }> {
    const service = await FakeAppService.start({ rate_limited: isLimited });
    // Time stands still, so that nothing fills up again.
    const server = await TestServer.start(
      { APPSERVICE_DIR: service.folder, RATE_LIMITS: 'on' },
      { clock: new ManualClock() },
    );
    try {
      const client = new AppServiceClient(() => server.url);
      const count = async (times: number, attempt: (index: number) => Promise<{ status: number }>) => {
        const answers: number[] = [];
        for (let index = 0; index < times; index += 1) answers.push((await attempt(index)).status);
        return answers.filter((status) => status === 200).length;
      };
      const path = `/_matrix/client/v3/profile/${encodeURIComponent('@bridge_bot:hs.test')}/displayname`;
      return {
        accounts: await count(40, (index) => client.register(`_ghost_${index}`, { inhibit_login: true })),
        names: await count(25, (index) => client.request('PUT', path, { displayname: `Bot ${index}` })),
      };
    } finally {
      await server.stop();
      await service.stop();
    }
  }

  it('hold application services back, unless their registration says otherwise', async () => {
    expect(await attempts(false)).to.deep.equal({ accounts: 40, names: 25 });
    const limited = await attempts(true);
    expect(limited).to.deep.equal({ accounts: 30, names: 20 });
  });
});
