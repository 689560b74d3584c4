import { expect } from 'chai';
import { eventually } from '../../test-kit/eventually.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import type { TestUser } from '../../test-kit/test-user.ts';
import { sharedRoom } from '../../test-kit/two-servers.ts';

const PATH = '/_synapse/admin/v1/federation/destinations';

describe('what admins see of other servers', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let server: TestServer;
  let admin: TestUser;
  before(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    await network.startFake('fake.test');
    await network.register('gone.test', '127.0.0.1:1');
    admin = await server.registerAdmin('admin');
    for (const name of ['fake.test', 'gone.test']) {
      await admin.request('GET', `/_matrix/client/v3/directory/room/%23room%3A${name}`);
    }
    await eventually(async () => (await admin.request('GET', PATH)).body.total === 2);
  });
  after(() => network.stop());

  it('are those that were asked for something, and why they do not answer', async () => {
    const { body } = await admin.request('GET', PATH);
    const [fake, gone] = body.destinations;
    expect(fake).to.deep.equal({
      destination: 'fake.test',
      retry_last_ts: 0,
      retry_interval: 0,
      failure_ts: null,
      last_successful_stream_ordering: null,
    });
    expect(gone).to.include({ destination: 'gone.test', retry_interval: 2_000 });
    expect(gone.failure_ts).to.equal(gone.retry_last_ts).and.to.be.above(0);
    expect(gone.reason).to.contain('cannot be reached');
    expect((await admin.request('GET', `${PATH}/gone.test`)).body).to.deep.equal(gone);
  });

  it('come in pages, in every order', async () => {
    const list = async (query: string): Promise<string[]> => {
      const { body } = await admin.request('GET', `${PATH}?${query}`);
      return body.destinations.map((found: { destination: string }) => found.destination);
    };
    expect(await list('dir=b')).to.deep.equal(['gone.test', 'fake.test']);
    expect(await list('destination=one')).to.deep.equal(['gone.test']);
    for (const order of ['retry_last_ts', 'retry_interval', 'failure_ts']) {
      expect(await list(`order_by=${order}`), order).to.deep.equal(['fake.test', 'gone.test']);
      expect(await list(`order_by=${order}&dir=b`), order).to.deep.equal(['gone.test', 'fake.test']);
    }
    expect(await list('order_by=last_successful_stream_ordering')).to.have.length(2);
    const { body } = await admin.request('GET', `${PATH}?limit=1`);
    expect(body).to.include({ total: 2, next_token: '1' });
    expect(await list('limit=1&from=1')).to.deep.equal(['gone.test']);
    expect((await admin.request('GET', `${PATH}?order_by=name`)).status).to.equal(400);
  });

  it('are asked again at once when an admin says so', async () => {
    const reset = `${PATH}/gone.test/reset_connection`;
    expect((await admin.request('POST', reset, {})).status).to.equal(200);
    expect((await admin.request('GET', `${PATH}/gone.test`)).body).to.include({ retry_interval: 0 });
    const { status, body } = await admin.request('POST', reset, {});
    expect([status, body.errcode]).to.deep.equal([400, 'M_UNKNOWN']);
  });

  it('have the rooms that they get events of', async () => {
    const other = await network.startServer('other.test');
    const roomId = await sharedRoom(admin, await other.register('bob'));
    await admin.say(roomId, 'hello');
    await eventually(async () => (await admin.request('GET', `${PATH}/other.test`)).status === 200);
    const listed = () => admin.ok('GET', `${PATH}/other.test/rooms`);
    await eventually(async () => {
      const [room] = (await listed()).rooms;
      const { last_successful_stream_ordering: sent } = await admin.ok('GET', `${PATH}/other.test`);
      return room !== undefined && room.stream_ordering === sent;
    });
    const { total, rooms } = await listed();
    expect([total, rooms[0].room_id]).to.deep.equal([1, roomId]);
    expect((await admin.request('GET', `${PATH}/fake.test/rooms`)).body).to.deep.equal({
      rooms: [],
      total: 0,
    });
  });

  it('are nothing for others, and nothing of servers that were never asked', async () => {
    const user = await server.register('user');
    for (const path of [PATH, `${PATH}/fake.test`, `${PATH}/fake.test/rooms`]) {
      expect((await user.request('GET', path)).status).to.equal(403);
    }
    for (const path of ['', '/rooms']) {
      expect((await admin.request('GET', `${PATH}/never.test${path}`)).status).to.equal(404);
    }
    expect((await admin.request('POST', `${PATH}/never.test/reset_connection`, {})).status).to.equal(404);
  });
});
