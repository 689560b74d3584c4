import { expect } from 'chai';
import { eventually } from '../test-kit/eventually.ts';
import { expectSoundDatabaseAt } from '../test-kit/sound-database.ts';
import { SyncSession } from '../test-kit/sync-session.ts';
import { createTestDatabase, type TestDatabase } from '../test-kit/test-database.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';
import { numbersOfRoom } from '../test-kit/traces-of-room.ts';

const ADMIN = '/_synapse/admin/v1';

describe('purging history', () => {
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

  const encoded = encodeURIComponent;

  async function finished(purgeId: string): Promise<void> {
    await eventually(async () => {
      const { status } = await admin.ok('GET', `${ADMIN}/purge_history_status/${purgeId}`);
      expect(status).to.be.oneOf(['active', 'complete']);
      return status === 'complete';
    });
  }

  async function purge(roomId: string, body: object): Promise<void> {
    const path = `${ADMIN}/purge_history/${encoded(roomId)}`;
    await finished((await admin.ok('POST', path, body)).purge_id);
  }

  async function nidOf(roomId: string): Promise<number> {
    return (await server.rooms.storage.rooms.byId(roomId))?.nid ?? 0;
  }

  /** The messages that somebody sees, oldest first. */
  async function history(user: TestUser, roomId: string): Promise<string[]> {
    const { chunk } = await user.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=500`);
    return chunk
      .toReversed()
      .flatMap((event: { content: { body?: string } }) => event.content.body ?? [])
      .map(String);
  }

  /** Messages and changes of state, each of which the next ones need less. @returns the messages' IDs. */
  async function talk(roomId: string, from: number, to: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = from; index < to; index += 1) {
      ids.push(await (index % 2 === 0 ? alice : bob).say(roomId, `message ${index}`));
      if (index % 5 === 0) await alice.setState(roomId, 'm.room.topic', { topic: `topic ${index}` });
    }
    return ids;
  }

  async function roomWithHistory(): Promise<{ roomId: string; old: string[]; recent: string[] }> {
    const roomId = await alice.createRoom({ preset: 'public_chat', name: 'Old' });
    await bob.join(roomId);
    return { roomId, old: await talk(roomId, 0, 40), recent: await talk(roomId, 40, 50) };
  }

  it('takes what is before an event, and nothing else', async () => {
    const { roomId, old, recent } = await roomWithHistory();
    const state = await alice.ok('GET', `${roomPath(roomId)}/state`);
    const path = `${ADMIN}/purge_history/${encoded(roomId)}/${encoded(recent[0] ?? '')}`;
    await finished((await admin.ok('POST', path, { delete_local_events: true })).purge_id);
    expect((await history(alice, roomId))[0]).to.equal('message 40');
    expect(await history(bob, roomId)).to.have.length(10);
    const page = await alice.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=500`);
    expect(page.end).to.equal(undefined);
    for (const eventId of old) {
      for (const what of ['event', 'context']) {
        const { status } = await alice.request('GET', `${roomPath(roomId)}/${what}/${encoded(eventId)}`);
        expect(status).to.equal(404);
      }
    }
    for (const eventId of recent) await alice.ok('GET', `${roomPath(roomId)}/context/${encoded(eventId)}`);
    const withoutAge = (events: { unsigned: unknown; event_id: string }[]) =>
      events
        .map(({ unsigned: _unsigned, ...event }) => event)
        .sort((one, other) => (one.event_id < other.event_id ? -1 : 1));
    expect(withoutAge(await alice.ok('GET', `${roomPath(roomId)}/state`))).to.deep.equal(withoutAge(state));
    await expectSoundDatabaseAt(database.url);
  });

  it('leaves no state behind that nothing needs', async () => {
    const { roomId, recent } = await roomWithHistory();
    const { storage } = server.rooms;
    const nid = await nidOf(roomId);
    const before = await numbersOfRoom(storage, nid);
    await purge(roomId, { purge_up_to_event_id: recent.at(-1), delete_local_events: true });
    const after = await numbersOfRoom(storage, nid);
    // The state of the room, the last message, and what they need.
    expect(before.event.length).to.be.above(60);
    expect(after.event.length).to.be.below(15);
    expect(after.snapshot.length).to.be.below(3);
    expect(after.block.length).to.be.below(6);
    await expectSoundDatabaseAt(database.url);
  });

  it('goes on working: messages, state, people, syncs, a restart', async () => {
    const { roomId, recent } = await roomWithHistory();
    const behind = await SyncSession.begin(bob);
    await talk(roomId, 50, 55);
    await purge(roomId, { purge_up_to_event_id: recent[5], delete_local_events: true });
    expect((await behind.nextOf(roomId)).timeline.events.length).to.be.above(4);
    await server.restart();
    const carol = await server.register(`carol${recent.length}${roomId.length}`);
    await carol.join(roomId);
    await carol.say(roomId, 'hello');
    await alice.setState(roomId, 'm.room.topic', { topic: 'new' });
    await bob.ok('POST', `${roomPath(roomId)}/leave`, {});
    const joined = (await new SyncSession(carol).next()).rooms.join[roomId];
    const names = joined.state.events.map((event: { type: string }) => event.type);
    expect(names).to.include('m.room.create');
    expect((await history(carol, roomId))[0]).to.equal('message 45');
    await expectSoundDatabaseAt(database.url);
  });

  it('keeps what users of this server sent, out of sight, unless that is to go as well', async () => {
    const { roomId, old, recent } = await roomWithHistory();
    const { events } = server.rooms.storage;
    await purge(roomId, { purge_up_to_event_id: recent[0] });
    expect((await history(alice, roomId))[0]).to.equal('message 40');
    expect((await events.getById(old[3] ?? ''))?.pdu.content.body).to.equal('message 3');
    expect(
      (await alice.request('GET', `${roomPath(roomId)}/event/${encoded(old[3] ?? '')}`)).status,
    ).to.equal(404);
    await purge(roomId, { purge_up_to_event_id: recent[1], delete_local_events: true });
    expect(await events.getById(old[3] ?? '')).to.equal(undefined);
    await expectSoundDatabaseAt(database.url);
  });

  it('takes what is older than a time, and always leaves the newest event', async () => {
    const { roomId, recent } = await roomWithHistory();
    const { origin_server_ts: ts } = await alice.ok(
      'GET',
      `${roomPath(roomId)}/event/${encoded(recent[3] ?? '')}`,
    );
    await purge(roomId, { purge_up_to_ts: ts + 1, delete_local_events: true });
    expect((await history(alice, roomId))[0]).to.equal('message 43');
    await purge(roomId, { purge_up_to_ts: Date.now() + 86_400_000, delete_local_events: true });
    expect(await history(alice, roomId)).to.deep.equal(['message 49']);
    await alice.say(roomId, 'and on');
    expect(await history(alice, roomId)).to.deep.equal(['message 49', 'and on']);
    await expectSoundDatabaseAt(database.url);
  });

  it('keeps redactions of what stays, and receipts and marks for it', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    const topic = await alice.setState(roomId, 'm.room.topic', { topic: 'bad' });
    await alice.ok('PUT', `${roomPath(roomId)}/redact/${encoded(topic)}/x1`, {});
    const read = await alice.say(roomId, 'read');
    await bob.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encoded(read)}`, {});
    const last = await alice.say(roomId, 'last');
    await alice.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encoded(last)}`, {});
    await purge(roomId, { purge_up_to_event_id: last, delete_local_events: true });
    await server.restart();
    expect(await alice.ok('GET', `${roomPath(roomId)}/state/m.room.topic/`)).to.deep.equal({});
    const joined = (await new SyncSession(bob).next()).rooms.join[roomId];
    const receipts = joined.ephemeral.events.find(({ type }: { type: string }) => type === 'm.receipt');
    expect(Object.keys(receipts.content)).to.deep.equal([last]);
    expect(joined.unread_notifications.notification_count).to.equal(1);
    await expectSoundDatabaseAt(database.url);
  });

  it('runs beside senders', async () => {
    const { roomId, recent } = await roomWithHistory();
    let isOver = false;
    const sent: string[] = [];
    const sending = [alice, bob].map(async (user) => {
      for (let index = 0; !isOver; index += 1) {
        sent.push(await user.say(roomId, `beside ${index}`));
        if (index % 3 === 0 && user === alice)
          await alice.setState(roomId, 'm.room.topic', { topic: `b${index}` });
      }
    });
    await purge(roomId, { purge_up_to_event_id: recent[0], delete_local_events: true });
    isOver = true;
    await Promise.all(sending);
    expect(await history(alice, roomId)).to.have.length(10 + sent.length);
    await expectSoundDatabaseAt(database.url);
  });

  it('refuses what makes no sense', async () => {
    const { roomId, old } = await roomWithHistory();
    const other = await alice.createRoom({});
    const path = `${ADMIN}/purge_history/${encoded(roomId)}`;
    const refusals: [string, object, number, string][] = [
      [path, {}, 400, 'M_BAD_JSON'],
      [path, { purge_up_to_ts: 'yesterday' }, 400, 'M_BAD_JSON'],
      [path, { purge_up_to_ts: 1 }, 404, 'M_NOT_FOUND'],
      [path, { purge_up_to_event_id: '$none' }, 404, 'M_NOT_FOUND'],
      [`${ADMIN}/purge_history/${encoded(other)}`, { purge_up_to_event_id: old[0] }, 404, 'M_NOT_FOUND'],
      [`${ADMIN}/purge_history/${encoded('!none:hs.test')}`, { purge_up_to_ts: 1 }, 404, 'M_NOT_FOUND'],
    ];
    for (const [url, body, status, errcode] of refusals) {
      const answer = await admin.request('POST', url, body);
      expect([answer.status, answer.body.errcode], `${url} ${JSON.stringify(body)}`).to.deep.equal([
        status,
        errcode,
      ]);
    }
    expect((await alice.request('POST', path, { purge_up_to_ts: 1 })).status).to.equal(403);
    expect((await admin.request('GET', `${ADMIN}/purge_history_status/none`)).status).to.equal(404);
  });
});
