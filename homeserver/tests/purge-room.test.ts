import { expect } from 'chai';
import { TABLES_OF_EVENTS, TABLES_OF_ROOMS } from '../src/storage/stores/room-rows.ts';
import { eventually } from '../test-kit/eventually.ts';
import { expectSoundDatabaseAt } from '../test-kit/sound-database.ts';
import { SyncSession } from '../test-kit/sync-session.ts';
import { createTestDatabase, type TestDatabase } from '../test-kit/test-database.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';
import { numbersOfRoom, tracesOfRoom, tracingColumns } from '../test-kit/traces-of-room.ts';

const ADMIN = '/_synapse/admin';

function adminPath(version: 'v1' | 'v2', roomId: string, ...rest: string[]): string {
  return [`${ADMIN}/${version}/rooms`, encodeURIComponent(roomId), ...rest].join('/');
}

describe('deleting a room', () => {
  let database: TestDatabase;
  let server: TestServer;
  let admin: TestUser;
  let alice: TestUser;
  let bob: TestUser;

  before(async () => {
    database = await createTestDatabase();
    server = await TestServer.start({ DATABASE_URL: database.url });
    admin = await server.registerAdmin('admin');
    alice = await server.register('alice');
    bob = await server.register('bob');
  });
  after(async () => {
    await server.stop();
    await database.drop();
  });

  /** A room with something in every table that has rows of rooms. */
  async function livelyRoom(alias: string): Promise<string> {
    const roomId = await alice.createRoom({ preset: 'public_chat', room_alias_name: alias, name: 'Lively' });
    await bob.join(roomId);
    const message = await alice.say(roomId, 'hello');
    await bob.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encodeURIComponent(message)}`, {});
    await bob.ok('PUT', `${roomPath(roomId)}/send/m.reaction/r1`, {
      'm.relates_to': { rel_type: 'm.annotation', event_id: message, key: '+' },
    });
    const wrong = await bob.say(roomId, 'wrong');
    await bob.ok('PUT', `${roomPath(roomId)}/redact/${encodeURIComponent(wrong)}/x1`, {});
    for (const topic of ['one', 'two', 'three']) {
      await alice.ok('PUT', `${roomPath(roomId)}/state/m.room.topic/`, { topic });
    }
    await alice.ok('PUT', `/_matrix/client/v3/user/${alice.userId}/rooms/${roomId}/tags/u.work`, {
      order: 1,
    });
    return roomId;
  }

  async function deletion(roomId: string, body: object = {}): Promise<string> {
    return (await admin.ok('DELETE', adminPath('v2', roomId), body)).delete_id;
  }

  async function finished(deleteId: string) {
    let status: Awaited<ReturnType<TestUser['ok']>>;
    await eventually(async () => {
      status = await admin.ok('GET', `${ADMIN}/v2/rooms/delete_status/${deleteId}`);
      return status.status !== 'active';
    });
    return status;
  }

  async function nidOf(roomId: string): Promise<number> {
    const row = await server.rooms.storage.rooms.byId(roomId);
    if (row === undefined) throw new Error(`no room ${roomId}`);
    return row.nid;
  }

  it('leaves no row of it behind, whatever the table', async () => {
    const roomId = await livelyRoom('lively');
    const { storage } = server.rooms;
    const numbers = await numbersOfRoom(storage, await nidOf(roomId));
    const traces = (await tracesOfRoom(storage, numbers)).map((trace) => trace.split(':')[0]);
    expect(traces).to.include.members(['rooms.nid', 'receipts.room_nid', 'account_data.room_nid', 'log.ref']);
    expect((await finished(await deletion(roomId))).status).to.equal('complete');
    expect(await tracesOfRoom(storage, numbers)).to.deep.equal([]);
    await expectSoundDatabaseAt(database.url);
  });

  it('knows every table of the schema that has rows of rooms or events', async () => {
    // What goes with the room or the state itself.
    const known = new Set([
      'rooms.nid',
      'rooms.snapshot_nid',
      'purged_rooms.nid',
      'events.nid',
      'events.room_nid',
      'events.snapshot_nid',
      'events.replaces_nid',
      'events.redacted_by',
      'log.room_nid',
      'room_members.event_nid',
      'state_snapshots.nid',
      'state_snapshots.room_nid',
      'state_blocks.block_nid',
      'state_blocks.event_nid',
    ]);
    for (const { table, column } of [...TABLES_OF_ROOMS, ...TABLES_OF_EVENTS])
      known.add(`${table}.${column}`);
    const withEvents = new Set(TABLES_OF_EVENTS.map(({ table }) => table));
    const columns = await tracingColumns(server.rooms.storage.database);
    const unknown = columns.filter(
      ({ table, name, what }) =>
        !known.has(`${table}.${name}`) && !(what === 'room' && withEvents.has(table)),
    );
    expect(unknown, 'add them to storage/stores/room-rows.ts').to.deep.equal([]);
  });

  it('is seen by those who wait, by those who were away, and in no list', async () => {
    const roomId = await livelyRoom('seen');
    const away = await SyncSession.begin(alice);
    const waiting = await SyncSession.begin(bob);
    const news = untilLeft(waiting, roomId);
    const id = await deletion(roomId);
    await news;
    const { shutdown_room: result } = await finished(id);
    expect(result.kicked_users).to.have.members([alice.userId, bob.userId]);
    const { rooms } = await away.next();
    expect(rooms.join?.[roomId]).to.equal(undefined);
    const [departure] = rooms.leave[roomId].timeline.events;
    expect(departure).to.include({ type: 'm.room.member', state_key: alice.userId });
    expect(departure.content.membership).to.equal('leave');
    expect((await away.next()).rooms).to.equal(undefined);
    expect((await new SyncSession(alice).next()).rooms?.join?.[roomId]).to.equal(undefined);
    expect((await alice.ok('GET', '/_matrix/client/v3/joined_rooms')).joined_rooms).to.not.include(roomId);
  });

  it('tells those who were away also after a restart', async () => {
    const roomId = await livelyRoom('restarted');
    const away = await SyncSession.begin(bob);
    await finished(await deletion(roomId));
    await server.restart();
    expect((await away.next()).rooms.leave[roomId].timeline.events[0].content.membership).to.equal('leave');
  });

  it('refuses whatever comes to it afterwards', async () => {
    const roomId = await livelyRoom('refusing');
    await finished(await deletion(roomId));
    const send = `${roomPath(roomId)}/send/m.room.message/late`;
    const refusals: [string, string, object | undefined, number][] = [
      ['PUT', send, { msgtype: 'm.text', body: 'late' }, 403],
      ['GET', `${roomPath(roomId)}/messages?dir=b`, undefined, 403],
      ['GET', `${roomPath(roomId)}/state`, undefined, 403],
      ['POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, {}, 404],
      ['GET', `/_matrix/client/v3/directory/room/${encodeURIComponent('#refusing:hs.test')}`, undefined, 404],
    ];
    for (const [method, path, body, status] of refusals) {
      expect((await alice.request(method, path, body)).status, path).to.equal(status);
    }
  });

  it('gives no position of the log again', async () => {
    const roomId = await livelyRoom('newest');
    await finished(await deletion(roomId));
    const position = await server.rooms.storage.log.newest();
    await server.restart();
    expect(await server.rooms.storage.log.newest()).to.equal(position);
    const session = await SyncSession.begin(alice);
    const other = await alice.createRoom({});
    expect((await session.next()).rooms.join).to.have.all.keys(other);
  });

  it('takes whatever is on its way to the room when it goes', async () => {
    const roomId = await livelyRoom('busy');
    const { storage } = server.rooms;
    const nid = await nidOf(roomId);
    let isOver = false;
    const statuses = new Set<number>();
    const sending = [alice, bob].map(async (user) => {
      for (let index = 0; !isOver; index += 1) {
        const path = `${roomPath(roomId)}/send/m.room.message/busy${index}`;
        statuses.add((await user.request('PUT', path, { msgtype: 'm.text', body: `${index}` })).status);
      }
    });
    const { status } = await finished(await deletion(roomId));
    isOver = true;
    await Promise.all(sending);
    expect(status).to.equal('complete');
    expect([...statuses].filter((code) => code >= 500)).to.deep.equal([]);
    expect(await tracesOfRoom(storage, await numbersOfRoom(storage, nid))).to.deep.equal([]);
    await expectSoundDatabaseAt(database.url);
  });

  it('only makes the users leave where nothing is to be purged', async () => {
    const roomId = await livelyRoom('kept');
    await finished(await deletion(roomId, { purge: false }));
    expect(await server.rooms.storage.rooms.byId(roomId)).to.not.equal(undefined);
    expect((await alice.request('GET', `${roomPath(roomId)}/messages?dir=b`)).status).to.equal(403);
    await alice.join(roomId);
  });

  it('leads the users to another room, with its aliases', async () => {
    const roomId = await livelyRoom('moved');
    const body = { new_room_user_id: admin.userId, room_name: 'Moved', message: 'This way' };
    const { shutdown_room: result } = await finished(await deletion(roomId, body));
    expect(result.local_aliases).to.deep.equal(['#moved:hs.test']);
    const path = `/_matrix/client/v3/directory/room/${encodeURIComponent('#moved:hs.test')}`;
    expect((await bob.ok('GET', path)).room_id).to.equal(result.new_room_id);
    const { chunk } = await bob.ok('GET', `${roomPath(result.new_room_id)}/messages?dir=b`);
    expect(chunk.map((event: { content: { body?: string } }) => event.content.body)).to.include('This way');
    const say = `${roomPath(result.new_room_id)}/send/m.room.message/no`;
    expect((await bob.request('PUT', say, { msgtype: 'm.text', body: 'no' })).status).to.equal(403);
  });

  it('waits until the room is gone, in the first version', async () => {
    const roomId = await livelyRoom('first');
    const result = await admin.ok('DELETE', adminPath('v1', roomId), {});
    expect(result).to.have.all.keys('kicked_users', 'failed_to_kick_users', 'local_aliases', 'new_room_id');
    expect(await server.rooms.storage.rooms.byId(roomId)).to.equal(undefined);
  });

  it('tells of every deletion of a room', async () => {
    const roomId = await livelyRoom('told');
    expect((await admin.request('GET', adminPath('v2', roomId, 'delete_status'))).status).to.equal(404);
    const first = await deletion(roomId, { purge: false });
    await finished(first);
    const second = await deletion(roomId);
    await finished(second);
    const { results } = await admin.ok('GET', adminPath('v2', roomId, 'delete_status'));
    expect(results.map((result: { delete_id: string }) => result.delete_id)).to.deep.equal([first, second]);
  });

  it('keeps everybody out of a blocked room, also one that is not here', async () => {
    const roomId = await livelyRoom('blocked');
    await finished(await deletion(roomId, { block: true }));
    const join = `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`;
    expect((await alice.request('POST', join, {})).body.errcode).to.equal('M_FORBIDDEN');
    const block = adminPath('v1', roomId, 'block');
    expect(await admin.ok('GET', block)).to.deep.equal({ block: true, user_id: admin.userId });
    expect(await admin.ok('PUT', block, { block: false })).to.deep.equal({ block: false });
    expect(await admin.ok('GET', block)).to.deep.equal({ block: false });
    expect((await alice.request('POST', join, {})).body.errcode).to.equal('M_NOT_FOUND');
    const elsewhere = '!unknown:elsewhere.test';
    expect((await finished(await deletion(elsewhere, { block: true }))).status).to.equal('complete');
    expect((await admin.ok('GET', adminPath('v1', elsewhere, 'block'))).block).to.equal(true);
  });

  it('lets nobody knock on a blocked room or be invited to it, and members stay', async () => {
    const roomId = await alice.createRoom({ initial_state: [knocking] });
    await admin.ok('PUT', adminPath('v1', roomId, 'block'), { block: true });
    const knock = await bob.request('POST', `/_matrix/client/v3/knock/${encodeURIComponent(roomId)}`, {});
    expect(knock.body.errcode).to.equal('M_FORBIDDEN');
    const invite = await alice.request('POST', `${roomPath(roomId)}/invite`, { user_id: bob.userId });
    expect(invite.body.errcode).to.equal('M_FORBIDDEN');
    await alice.say(roomId, 'still here');
  });

  it('is for admins, and for rooms', async () => {
    const roomId = await alice.createRoom({});
    expect((await alice.request('DELETE', adminPath('v2', roomId), {})).status).to.equal(403);
    expect((await admin.request('DELETE', adminPath('v2', 'room'), {})).body.errcode).to.equal(
      'M_INVALID_PARAM',
    );
    const nobody = { new_room_user_id: '@nobody:hs.test' };
    expect((await admin.request('DELETE', adminPath('v2', roomId), nobody)).status).to.equal(400);
    expect((await admin.request('DELETE', adminPath('v2', roomId), { block: 'yes' })).status).to.equal(400);
    expect((await admin.request('GET', `${ADMIN}/v2/rooms/delete_status/none`)).status).to.equal(404);
    await alice.say(roomId, 'untouched');
  });
});

/** Waits, as clients do, until a sync says that a room was left. */
async function untilLeft(session: SyncSession, roomId: string): Promise<void> {
  for (;;) {
    const { rooms } = await session.next({ timeout: '30000' });
    if (rooms?.leave?.[roomId] !== undefined) return;
  }
}

const knocking = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } };
