import { expect } from 'chai';
import { AppServiceClient, FakeAppService, HS_TOKEN } from '../test-kit/fake-app-service.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const ALIAS = '#_portal_new:hs.test';
const GHOST = '@_ghost_new:hs.test';
const METADATA = {
  user_fields: ['nick'],
  location_fields: ['channel'],
  icon: '',
  field_types: { nick: { regexp: '.*', placeholder: 'nick' }, channel: { regexp: '.*', placeholder: '#x' } },
  instances: [{ desc: 'A network', fields: {}, network_id: 'net' }],
};

describe('what application services are asked', () => {
  let service: FakeAppService;
  let server: TestServer;
  let client: AppServiceClient;
  let alice: TestUser;

  beforeEach(async () => {
    service = await FakeAppService.start({ protocols: ['irc'] });
    server = await TestServer.start({ APPSERVICE_DIR: service.folder });
    client = new AppServiceClient(() => server.url);
    alice = await server.register('alice');
  });

  afterEach(async () => {
    await server.stop();
    await service.stop();
  });

  it('is to make the room of an alias that somebody joins', async () => {
    service.answer = async ({ path }) => {
      if (!path.startsWith('/_matrix/app/v1/rooms/')) return undefined;
      expect(decodeURIComponent(path)).to.equal(`/_matrix/app/v1/rooms/${ALIAS}`);
      await client.request('POST', '/_matrix/client/v3/createRoom', {
        room_alias_name: '_portal_new',
        preset: 'public_chat',
      });
      return { status: 200 };
    };
    await alice.join(ALIAS);
    const { room_id: roomId } = await alice.ok(
      'GET',
      `/_matrix/client/v3/directory/room/${encodeURIComponent(ALIAS)}`,
    );
    expect((await alice.ok('GET', '/_matrix/client/v3/joined_rooms')).joined_rooms).to.deep.equal([roomId]);
    expect(service.received.filter(({ path }) => path.includes('/rooms/')).length).to.equal(1);
  });

  it('is asked of those only who keep the alias, and may be refused', async () => {
    const join = (alias: string) =>
      alice.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(alias)}`, {});
    expect((await join('#other:hs.test')).status).to.equal(404);
    expect(service.received.length).to.equal(0);
    expect((await join(ALIAS)).status).to.equal(404);
    expect(service.received.map(({ path }) => decodeURIComponent(path))).to.deep.equal([
      `/_matrix/app/v1/rooms/${ALIAS}`,
      `/rooms/${ALIAS}?access_token=${HS_TOKEN}`,
    ]);
  });

  it('is to make a user whom somebody invites', async () => {
    service.answer = async ({ path }) => {
      if (!path.startsWith('/_matrix/app/v1/users/')) return undefined;
      await client.register('_ghost_new', { inhibit_login: true });
      return { status: 200 };
    };
    const roomId = await alice.createRoom();
    await alice.ok('POST', `${roomPath(roomId)}/invite`, { user_id: GHOST });
    await alice.ok('POST', `${roomPath(roomId)}/invite`, { user_id: '@nobody:hs.test' });
    expect(service.received.filter(({ path }) => path.includes('nobody'))).to.deep.equal([]);
  });

  it('is what they know of other networks', async () => {
    const user = { userid: GHOST, protocol: 'irc', fields: { nick: 'ann' } };
    const location = { alias: ALIAS, protocol: 'irc', fields: { channel: '#a' } };
    service.answer = ({ path }) => {
      if (path === '/_matrix/app/v1/thirdparty/protocol/irc') return { status: 200, body: METADATA };
      if (path.startsWith('/_matrix/app/v1/thirdparty/user')) return { status: 200, body: [user] };
      if (path.startsWith('/_matrix/app/v1/thirdparty/location')) return { status: 200, body: [location] };
      return undefined;
    };
    const lookUp = (path: string) => alice.request('GET', `/_matrix/client/v3/thirdparty${path}`);
    const irc = { ...METADATA, instances: [{ ...METADATA.instances[0], instance_id: 'bridge|net' }] };
    expect((await lookUp('/protocols')).body).to.deep.equal({ irc });
    expect((await lookUp('/protocol/irc')).body).to.deep.equal(irc);
    expect((await lookUp('/protocol/other')).status).to.equal(404);
    expect((await lookUp('/user/irc?nick=ann')).body).to.deep.equal([user]);
    expect(service.received.at(-1)?.path).to.equal('/_matrix/app/v1/thirdparty/user/irc?nick=ann');
    expect((await lookUp('/location/irc?channel=%23a')).body).to.deep.equal([location]);
    expect((await lookUp('/location/other')).status).to.equal(404);
    expect((await lookUp(`/user?userid=${encodeURIComponent(GHOST)}`)).body).to.deep.equal([user]);
    expect((await lookUp(`/location?alias=${encodeURIComponent(ALIAS)}`)).body).to.deep.equal([location]);
    expect((await lookUp(`/user?userid=${encodeURIComponent(alice.userId)}`)).status).to.equal(404);
  });

  it('is whether this server reaches them', async () => {
    const path = '/_matrix/client/v1/appservice/bridge/ping';
    const failed = await client.request('POST', path, { transaction_id: 'one' });
    expect([failed.status, failed.body.errcode, failed.body.status]).to.deep.equal([
      502,
      'M_BAD_STATUS',
      404,
    ]);
    service.answer = ({ path: asked }) => (asked.endsWith('/ping') ? { status: 200 } : undefined);
    const { status, body } = await client.request('POST', path, { transaction_id: 'two' });
    expect(status).to.equal(200);
    expect(body.duration_ms).to.be.a('number');
    expect(service.received.at(-1)).to.deep.include({
      path: '/_matrix/app/v1/ping',
      body: { transaction_id: 'two' },
      authorization: `Bearer ${HS_TOKEN}`,
    });
    expect((await alice.request('POST', path, {})).status).to.equal(403);
    const other = '/_matrix/client/v1/appservice/other/ping';
    expect((await client.request('POST', other, {})).body.errcode).to.equal('M_FORBIDDEN');
    await service.stop();
    const gone = await client.request('POST', path, {});
    expect([gone.status, gone.body.errcode]).to.deep.equal([502, 'M_CONNECTION_FAILED']);
  });

  it('is which rooms the directory shows of a network', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const listed = await alice.createRoom({ preset: 'public_chat', visibility: 'public' });
    const path = `/_matrix/client/v3/directory/list/appservice/net/${encodeURIComponent(roomId)}`;
    expect((await client.request('PUT', path, { visibility: 'public' })).status).to.equal(200);
    expect((await alice.request('PUT', path, { visibility: 'public' })).status).to.equal(403);
    const find = async (body: object) => {
      const { chunk } = await alice.ok('POST', '/_matrix/client/v3/publicRooms', body);
      return new Set(chunk.map((room: { room_id: string }) => room.room_id));
    };
    expect(await find({})).to.deep.equal(new Set([listed]));
    expect(await find({ third_party_instance_id: 'bridge|net' })).to.deep.equal(new Set([roomId]));
    expect(await find({ third_party_instance_id: 'bridge|other' })).to.deep.equal(new Set());
    expect(await find({ include_all_networks: true })).to.deep.equal(new Set([roomId, listed]));
    expect((await client.request('PUT', path, { visibility: 'private' })).status).to.equal(200);
    expect(await find({ third_party_instance_id: 'bridge|net' })).to.deep.equal(new Set());
  });
});
