import { expect } from 'chai';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const V1 = '/_synapse/admin/v1';

describe('what admins see and do of rooms', function () {
  this.timeout(30_000);
  let server: TestServer;
  let admin: TestUser;
  let alice: TestUser;
  let roomId: string;
  before(async () => {
    server = await TestServer.start({ SERVER_NAME: 'test' });
    admin = await server.registerAdmin('admin');
    alice = await server.register('alice');
  });
  beforeEach(async () => {
    roomId = await alice.createRoom({ name: 'Closed', room_version: '11' });
  });
  after(() => server.stop());

  const room = (rest: string, id = roomId): string => `${V1}/rooms/${encodeURIComponent(id)}${rest}`;
  const refusal = async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await admin.request(method, path, body);
    return `${answer.status} ${String(answer.body.errcode)}`;
  };

  it('reads the history of a room without being in it', async () => {
    const events = [await alice.say(roomId, 'one'), await alice.say(roomId, 'two')];
    const { chunk } = await admin.ok('GET', room('/messages?dir=b&limit=2'));
    expect(chunk.map((event: { event_id: string }) => event.event_id)).to.deep.equal(events.toReversed());
    const around = await admin.ok('GET', room(`/context/${events[0]}?limit=2`));
    expect([around.event.content.body, around.events_after[0].content.body]).to.deep.equal(['one', 'two']);
    const near = await admin.ok('GET', room('/timestamp_to_event?ts=1&dir=f'));
    expect(near.event_id).to.match(/^\$/);
    const { event } = await admin.ok('GET', `${V1}/fetch_event/${events[0]}`);
    expect([event.content.body, event.room_id, event.event_id]).to.deep.equal(['one', roomId, events[0]]);
    expect(event).to.have.property('signatures');
    expect((await admin.request('GET', `${roomPath(roomId)}/messages?dir=b`)).status).to.equal(403);
  });

  it('lets nobody else read it, and knows which rooms there are', async () => {
    const eventId = await alice.say(roomId, 'one');
    for (const rest of ['/messages', `/context/${eventId}`, '/timestamp_to_event?ts=1', '/hierarchy']) {
      expect((await alice.request('GET', room(rest))).status, rest).to.equal(403);
      expect((await server.request('GET', room(rest))).status, rest).to.equal(401);
      expect(await refusal('GET', room(rest, '!none:test')), rest).to.equal('404 M_NOT_FOUND');
    }
    expect(await refusal('GET', `${V1}/fetch_event/$none`)).to.equal('404 M_NOT_FOUND');
    expect(await refusal('GET', room('/timestamp_to_event'))).to.equal('400 M_MISSING_PARAM');
  });

  it('walks a space with the rooms that it may not join', async () => {
    const space = await alice.createRoom({ creation_content: { type: 'm.space' } });
    await alice.setState(space, 'm.space.child', { via: ['test'] }, roomId);
    const { rooms } = await admin.ok('GET', room('/hierarchy', space));
    expect(rooms.map((one: { room_id: string }) => one.room_id)).to.deep.equal([space, roomId]);
  });

  it('lists rooms as they are now', async () => {
    const name = `Hall of ${roomId}`;
    const term = encodeURIComponent(name);
    const list = async (query = ''): Promise<unknown[]> =>
      (await admin.ok('GET', `${V1}/rooms?search_term=${term}${query}`)).rooms;
    await alice.setState(roomId, 'm.room.name', { name });
    expect(await list()).to.have.length(1);
    const bob = await server.register(
      `bob${roomId
        .slice(1, 9)
        .toLowerCase()
        .replaceAll(/[^a-z0-9]/g, '')}`,
    );
    await alice.invite(roomId, bob);
    await bob.join(roomId);
    expect((await list())[0]).to.include({ joined_members: 2, joined_local_members: 2, name });
    expect(await list('&empty_rooms=true')).to.have.length(0);
    expect(await list('&public_rooms=false')).to.have.length(1);
    const nameEvent = await alice.setState(roomId, 'm.room.name', { name: `${name}!` });
    expect(await list()).to.have.length(1);
    await alice.ok('PUT', `${roomPath(roomId)}/redact/${nameEvent}/t`, {});
    expect(await list(), 'a name that was redacted').to.have.length(0);
    expect(await refusal('GET', `${V1}/rooms?search_term=`)).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('GET', `${V1}/rooms?order_by=weight`)).to.equal('400 M_INVALID_PARAM');
    await alice.setState(roomId, 'm.room.name', { name: '100%_sure' });
    expect((await admin.ok('GET', `${V1}/rooms?search_term=0%25_s`)).total_rooms).to.equal(1);
    expect((await admin.ok('GET', `${V1}/rooms?search_term=0%25%25`)).total_rooms).to.equal(0);
  });

  it('orders rooms by each of the columns, both ways', async () => {
    for (const order of ['name', 'joined_members', 'version', 'creator', 'public', 'state_events']) {
      const { rooms, total_rooms: total } = await admin.ok('GET', `${V1}/rooms?order_by=${order}`);
      const back = await admin.ok('GET', `${V1}/rooms?order_by=${order}&dir=b`);
      const ids = (list: { room_id: string }[]): string[] => list.map((one) => one.room_id);
      expect(ids(back.rooms), order).to.deep.equal(ids(rooms).toReversed());
      expect(total).to.equal(rooms.length);
    }
  });

  it('tells more of one room than of those in a list', async () => {
    await alice.setState(roomId, 'm.room.tombstone', { body: 'gone', replacement_room: '!next:test' });
    expect(await admin.ok('GET', room(''))).to.include({
      joined_local_devices: 1,
      forgotten: false,
      tombstoned: true,
      replacement_room: '!next:test',
    });
    const { rooms } = await admin.ok('GET', `${V1}/statistics/database/rooms`);
    expect(rooms[0].estimated_size).to.be.greaterThan(0);
  });

  it('gives a closed room to somebody by inviting them, also by its alias', async () => {
    const alias = `#closed-${Math.random()}:test`;
    const directory = `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`;
    await alice.ok('PUT', directory, { room_id: roomId });
    await admin.ok('POST', room('/make_room_admin', alias));
    await admin.join(roomId);
    const levels = await admin.ok('GET', `${roomPath(roomId)}/state/m.room.power_levels`);
    expect(levels.users[admin.userId]).to.equal(100);
    await alice.ok('POST', `${roomPath(roomId)}/leave`);
    await admin.ok('POST', `${roomPath(roomId)}/leave`);
    expect(await refusal('POST', room('/make_room_admin'))).to.equal('400 M_UNKNOWN');
  });

  it('tells the forward extremities, of which an ordinary room has one', async () => {
    const eventId = await alice.say(roomId, 'newest');
    const { count, results } = await admin.ok('GET', room('/forward_extremities'));
    expect([count, results[0].event_id]).to.deep.equal([1, eventId]);
    expect(await admin.ok('DELETE', room('/forward_extremities'))).to.deep.equal({ deleted: 0 });
    expect(await refusal('GET', room('/forward_extremities', '!none:test'))).to.equal('404 M_NOT_FOUND');
  });
});
