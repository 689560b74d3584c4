import { expect } from 'chai';
import { describeEvents, filtered, type SyncPart, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

describe('the timeline of a sync', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let room: string;
  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
    bob = await server.register('bob');
  });
  after(() => server.stop());
  beforeEach(async () => {
    room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
  });

  const shown = (part: SyncPart): string[] => describeEvents(part.timeline.events);
  async function sayAll(...texts: string[]): Promise<void> {
    for (const text of texts) await alice.say(room, text);
  }

  it('has everything since the token once, in the order in which it arrived', async () => {
    const session = await SyncSession.begin(bob);
    await alice.say(room, 'one');
    await bob.say(room, 'two');
    await alice.setState(room, 'm.room.topic', { topic: 'three' });
    const { timeline } = await session.nextOf(room);
    expect(describeEvents(timeline.events)).to.deep.equal(['one', 'two', 'm.room.topic']);
    expect(timeline.limited).to.equal(false);
    expect((await session.next()).rooms).to.equal(undefined);
    await alice.say(room, 'four');
    expect(shown(await session.nextOf(room))).to.deep.equal(['four']);
  });

  it('shows events without the room that they are listed under, and with their age', async () => {
    const session = await SyncSession.begin(bob);
    const eventId = await alice.say(room, 'hello');
    const [event] = (await session.nextOf(room)).timeline.events;
    expect(event).to.have.all.keys('event_id', 'type', 'sender', 'origin_server_ts', 'content', 'unsigned');
    expect(event).to.deep.include({ event_id: eventId, sender: alice.userId, type: 'm.room.message' });
    expect(event.unsigned.age).to.be.within(0, 60_000);
  });

  it('answers the same token with the same events again', async () => {
    const session = await SyncSession.begin(bob);
    const { since } = session;
    await sayAll('one', 'two');
    expect(shown(await session.nextOf(room))).to.deep.equal(['one', 'two']);
    session.since = since;
    expect(shown(await session.nextOf(room))).to.deep.equal(['one', 'two']);
  });

  it('has ten events of each room at first, and says that there are more', async () => {
    await sayAll(...Array.from({ length: 15 }, (_none, index) => `m${index}`));
    const part = await new SyncSession(bob).nextOf(room);
    expect(shown(part)).to.deep.equal(Array.from({ length: 10 }, (_none, index) => `m${index + 5}`));
    expect(part.timeline.limited).to.equal(true);
  });

  it('is limited by the filter, and /messages goes on from there without losing any', async () => {
    const session = await SyncSession.begin(bob, filtered({ room: { timeline: { limit: 2 } } }));
    await sayAll('one', 'two', 'three', 'four');
    const { timeline } = await session.nextOf(room);
    expect(describeEvents(timeline.events)).to.deep.equal(['three', 'four']);
    expect(timeline.limited).to.equal(true);
    const from = encodeURIComponent(timeline.prev_batch);
    const page = await bob.ok('GET', `${roomPath(room)}/messages?dir=b&limit=2&from=${from}`);
    expect(describeEvents(page.chunk)).to.deep.equal(['two', 'one']);
  });

  it('is not limited when the events fit exactly', async () => {
    const session = await SyncSession.begin(bob, filtered({ room: { timeline: { limit: 2 } } }));
    await sayAll('one', 'two');
    const { timeline } = await session.nextOf(room);
    expect(timeline.limited).to.equal(false);
    const from = encodeURIComponent(timeline.prev_batch);
    const page = await bob.ok('GET', `${roomPath(room)}/messages?dir=b&limit=1&from=${from}`);
    expect(page.chunk[0].type).to.equal('m.room.member');
  });

  it('may be left out with a limit of 0', async () => {
    const session = await SyncSession.begin(bob, filtered({ room: { timeline: { limit: 0 } } }));
    await sayAll('one');
    const { timeline, state } = await session.nextOf(room);
    expect(timeline).to.deep.include({ events: [], limited: true });
    expect(state.events).to.deep.equal([]);
    const from = encodeURIComponent(timeline.prev_batch);
    const page = await bob.ok('GET', `${roomPath(room)}/messages?dir=b&limit=1&from=${from}`);
    expect(describeEvents(page.chunk)).to.deep.equal(['one']);
  });

  it('counts only what passes the filter towards the limit', async () => {
    const filter = filtered({
      room: { timeline: { limit: 2, types: ['m.room.*'], not_senders: [bob.userId] } },
    });
    const session = await SyncSession.begin(bob, filter);
    await alice.say(room, 'one');
    await alice.send(room, 'org.example.noise', {});
    await bob.say(room, 'mine');
    await alice.say(room, 'two');
    const part = await session.nextOf(room);
    expect(shown(part)).to.deep.equal(['one', 'two']);
    expect(part.timeline.limited).to.equal(false);
    await alice.send(room, 'org.example.noise', {});
    expect((await session.next()).rooms).to.equal(undefined);
    await sayAll('three', 'four', 'five');
    const limited = await session.nextOf(room);
    expect(shown(limited)).to.deep.equal(['four', 'five']);
    expect(limited.timeline.limited).to.equal(true);
  });

  it('has only events with a URL if asked for', async () => {
    const session = await SyncSession.begin(bob, filtered({ room: { timeline: { contains_url: true } } }));
    await alice.say(room, 'text');
    await alice.send(room, 'm.room.message', { msgtype: 'm.image', body: 'image', url: 'mxc://hs.test/abc' });
    expect(shown(await session.nextOf(room))).to.deep.equal(['image']);
  });

  it('has only the rooms that the filter names', async () => {
    const other = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(other);
    const only = await SyncSession.begin(bob, filtered({ room: { rooms: [room] } }));
    const without = await SyncSession.begin(bob, filtered({ room: { not_rooms: [room] } }));
    await alice.say(room, 'here');
    await alice.say(other, 'there');
    expect(Object.keys((await only.next()).rooms.join)).to.deep.equal([room]);
    expect(Object.keys((await without.next()).rooms.join)).to.deep.equal([other]);
  });

  it('has only the fields that the filter names', async () => {
    const session = await SyncSession.begin(bob, filtered({ event_fields: ['type', 'content.body'] }));
    await alice.say(room, 'one');
    const { timeline } = await session.nextOf(room);
    expect(timeline.events).to.deep.equal([{ type: 'm.room.message', content: { body: 'one' } }]);
  });

  it('takes a stored filter by its ID', async () => {
    const path = `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/filter`;
    const stored = await bob.ok('POST', path, { room: { timeline: { limit: 1 } } });
    const session = await SyncSession.begin(bob, { filter: stored.filter_id });
    await sayAll('one', 'two');
    expect(shown(await session.nextOf(room))).to.deep.equal(['two']);
  });

  it('shows events as servers exchange them, if asked for', async () => {
    const session = await SyncSession.begin(bob, filtered({ event_format: 'federation' }));
    const [first, eventId] = [await alice.say(room, 'one'), await alice.say(room, 'two')];
    const { events } = (await session.nextOf(room)).timeline;
    const event = events.at(-1);
    expect(event).to.deep.include({ room_id: room, event_id: eventId, prev_events: [first] });
    expect(event.content.body).to.equal('two');
    expect(Object.keys(event.signatures)).to.deep.equal(['hs.test']);
    expect(event).to.include.keys('auth_events', 'depth', 'hashes', 'unsigned');
    const { state, timeline } = await new SyncSession(
      bob,
      filtered({ event_format: 'federation', room: { timeline: { limit: 1 } } }),
    ).nextOf(room);
    for (const shownEvent of [...state.events, ...timeline.events]) {
      expect(shownEvent, shownEvent.type).to.include.keys('auth_events', 'signatures');
    }
  });

  it('ends with a token that says who the members were then', async () => {
    const session = await SyncSession.begin(alice);
    const path = `${roomPath(room)}/members?membership=join&at=${encodeURIComponent(session.since ?? '')}`;
    const carol = await server.register(`carol${Date.now()}`);
    await carol.join(room);
    const { chunk } = await alice.ok('GET', path);
    expect(chunk.map((member: SyncPart) => member.state_key)).to.have.members([alice.userId, bob.userId]);
  });

  it('shows a redacted event without its content, and the redaction after it', async () => {
    const session = await SyncSession.begin(bob);
    const eventId = await alice.say(room, 'regretted');
    const path = `${roomPath(room)}/redact/${encodeURIComponent(eventId)}/1`;
    await alice.ok('PUT', path, { reason: 'typo' });
    const { events } = (await session.nextOf(room)).timeline;
    expect(events[0].content).to.deep.equal({});
    expect(events[0].unsigned.redacted_because.event_id).to.equal(events[1].event_id);
    expect(events[1].content).to.deep.equal({ reason: 'typo', redacts: eventId });
  });

  it('tells the transaction ID to the device that sent, and to nobody else', async () => {
    const sessions = [await SyncSession.begin(alice), await SyncSession.begin(bob)];
    const path = `${roomPath(room)}/send/m.room.message/my-own-id`;
    await alice.ok('PUT', path, { msgtype: 'm.text', body: 'hello' });
    const unsigned = await Promise.all(
      sessions.map(async (session) => (await session.nextOf(room)).timeline.events[0].unsigned),
    );
    expect(unsigned.map((own) => own.transaction_id)).to.deep.equal(['my-own-id', undefined]);
  });

  it('leaves out the messages of people whom the user ignores, and keeps the state that they set', async () => {
    const carol = await server.register(`carol${Date.now()}`);
    await carol.join(room);
    const path = `/_matrix/client/v3/user/${encodeURIComponent(carol.userId)}/account_data/m.ignored_user_list`;
    const session = await SyncSession.begin(carol);
    await alice.say(room, 'seen');
    expect(shown(await session.nextOf(room))).to.deep.equal(['seen']);
    await carol.ok('PUT', path, { ignored_users: { [alice.userId]: {} } });
    await alice.say(room, 'unseen');
    await alice.setState(room, 'm.room.topic', { topic: 'kept' });
    await bob.say(room, 'from bob');
    expect(shown(await session.nextOf(room))).to.deep.equal(['m.room.topic', 'from bob']);
    expect(shown(await new SyncSession(carol).nextOf(room))).not.to.include('unseen');
  });

  it('keeps what one sender says in order, also when many send at the same time', async () => {
    const session = await SyncSession.begin(bob, filtered({ room: { timeline: { limit: 100 } } }));
    await Promise.all(
      [alice, bob].map(async (user) => {
        for (let index = 0; index < 15; index += 1) await user.say(room, `${user.userId} ${index}`);
      }),
    );
    const seen: string[] = shown(await session.nextOf(room));
    expect(new Set(seen).size).to.equal(30);
    for (const user of [alice, bob]) {
      const own = seen.filter((text) => text.startsWith(user.userId));
      expect(own).to.deep.equal(Array.from({ length: 15 }, (_none, index) => `${user.userId} ${index}`));
    }
  });
});
