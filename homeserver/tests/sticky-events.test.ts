import { expect } from 'chai';
import { type ChatClient, type ClientEvent, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';
import { eventually } from '../test-kit/eventually.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';

const DURATION = 'org.matrix.msc4354.sticky_duration_ms';
const EXTENSION = 'org.matrix.msc4354.sticky_events';
const MINUTE = 60_000;

interface JoinedRoom {
  readonly timeline: { readonly events: ClientEvent[] };
  readonly msc4354_sticky?: { readonly events: ClientEvent[] };
}

describe('sticky events', function () {
  this.timeout(30_000);
  let clock: ShiftedClock;
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  let transactions = 0;
  before(async () => {
    clock = new ShiftedClock();
    server = await startChatServer({ clock });
  });
  beforeEach(async () => {
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
    roomId = await alice.createRoom({ preset: 'public_chat' });
  });
  after(() => server.stop());

  const pass = (milliseconds: number): void => clock.set(clock.now() + milliseconds);
  const stick = async (body: string, ms = MINUTE, by = alice): Promise<string> => {
    transactions += 1;
    const path = roomPath(roomId, 'send', 'm.test', `s${transactions}`);
    return String((await by.put(`${path}?${DURATION}=${ms}`, { body })).event_id);
  };
  const sync = async (user: ChatClient, since?: unknown, filter: object = {}) => {
    const query = new URLSearchParams({ filter: JSON.stringify(filter), timeout: '0' });
    if (since !== undefined) query.set('since', String(since));
    const body = await user.get(`/v3/sync?${query}`);
    const rooms = body.rooms as { join?: Record<string, JoinedRoom> } | undefined;
    const room = rooms?.join?.[roomId];
    return {
      next: body.next_batch,
      room,
      sticky: room?.msc4354_sticky?.events.map(({ content }) => content.body) ?? [],
      timeline: room?.timeline.events.map(({ content }) => content.body) ?? [],
    };
  };
  const ONE = { room: { timeline: { limit: 1 } } };

  it('say for how long they stick, in the timeline too', async () => {
    const { next } = await sync(alice);
    await stick('here');
    pass(10_000);
    const { room, sticky } = await sync(alice, next);
    expect(sticky, 'what stands in the timeline').to.deep.equal([]);
    const event = room?.timeline.events[0];
    expect(event).to.deep.include({ msc4354_sticky: { duration_ms: MINUTE } });
    expect(event?.unsigned.msc4354_sticky_duration_ttl_ms).to.be.within(20_000, 50_000);
    expect(event?.content).to.deep.equal({ body: 'here' });
  });

  it('come beside a timeline that is too short for them, each once', async () => {
    const { next } = await sync(alice, undefined, ONE);
    const ids = [await stick('one'), await stick('two')];
    await alice.say(roomId, 'last');
    const gappy = await sync(alice, next, ONE);
    expect(gappy.timeline).to.deep.equal(['last']);
    expect(gappy.sticky).to.deep.equal(['one', 'two']);
    expect(gappy.room?.msc4354_sticky?.events.map((event) => event.event_id)).to.deep.equal(ids);
    await alice.say(roomId, 'later');
    expect((await sync(alice, gappy.next, ONE)).sticky).to.deep.equal([]);
    // The same token again gives the same.
    expect((await sync(alice, next, ONE)).sticky).to.deep.equal(['one', 'two']);
  });

  it('come whatever a filter says of the timeline', async () => {
    const filter = { room: { timeline: { types: ['m.room.name'] } } };
    const { next } = await sync(alice, undefined, filter);
    await stick('kept out');
    const { sticky, timeline } = await sync(alice, next, filter);
    expect({ sticky, timeline }).to.deep.equal({ sticky: ['kept out'], timeline: [] });
  });

  it('are told to who comes into the room, and to who begins to sync, until they expire', async () => {
    const { next } = await sync(bob, undefined, ONE);
    await stick('short', 1_000);
    await stick('long');
    pass(2_000);
    await bob.join(roomId);
    expect((await sync(bob, next, ONE)).sticky).to.deep.equal(['long']);
    expect((await sync(bob, undefined, ONE)).sticky).to.deep.equal(['long']);
    pass(MINUTE);
    expect((await sync(bob, undefined, ONE)).sticky).to.deep.equal([]);
  });

  it('are told though the history before is hidden', async () => {
    await alice.put(roomPath(roomId, 'state', 'm.room.history_visibility', ''), {
      history_visibility: 'joined',
    });
    const { next } = await sync(bob);
    await stick('before you came');
    await bob.join(roomId);
    const { sticky, timeline } = await sync(bob, next);
    expect(sticky).to.deep.equal(['before you came']);
    expect(timeline).not.to.include('before you came');
  });

  it('are not told to who ignores their sender, or has left', async () => {
    await bob.join(roomId);
    const { next } = await sync(bob, undefined, ONE);
    const path = `/v3/user/${encodeURIComponent(bob.userId)}/account_data/m.ignored_user_list`;
    await bob.put(path, { ignored_users: { [alice.userId]: {} } });
    await stick('hello');
    await bob.say(roomId, 'last');
    expect((await sync(bob, next, ONE)).sticky).to.deep.equal([]);
    await bob.leave(roomId);
    expect((await sync(bob, next, ONE)).room).to.equal(undefined);
  });

  it('stick no longer once they are redacted', async () => {
    const eventId = await stick('regretted');
    transactions += 1;
    await alice.put(roomPath(roomId, 'redact', eventId, `s${transactions}`), {});
    expect((await sync(alice, undefined, ONE)).sticky).to.deep.equal([]);
    const shown = await alice.event(roomId, eventId);
    expect(shown).not.to.have.property('msc4354_sticky');
    expect(shown.unsigned).not.to.have.property('msc4354_sticky_duration_ttl_ms');
  });

  it('can be state, which is set anew to stick for longer', async () => {
    const path = `${roomPath(roomId, 'state', 'm.test', 'key')}?${DURATION}=${MINUTE}`;
    const first = await alice.put(path, { body: 'state' });
    const second = await alice.put(path, { body: 'state' });
    expect(first.event_id).not.to.equal(second.event_id);
    await alice.say(roomId, 'last');
    expect((await sync(alice, undefined, ONE)).sticky).to.deep.equal(['state', 'state']);
  });

  it('are as long as the proposal allows, and no more than a hundred of one sender', async () => {
    const send = (duration: string) => {
      transactions += 1;
      const path = roomPath(roomId, 'send', 'm.test', `s${transactions}`);
      return alice.request('PUT', `${path}?${DURATION}=${duration}`, { body: 'x' });
    };
    for (const wrong of ['3600001', '-1', 'long', '1.5']) {
      expect(await send(wrong), wrong).to.nested.include({ status: 400, 'body.errcode': 'M_INVALID_PARAM' });
    }
    expect((await send('0')).status).to.equal(200);
    expect((await sync(alice, undefined, ONE)).room?.timeline.events[0]).not.to.have.property(
      'msc4354_sticky',
    );
    for (let count = 0; count < 100; count += 1) expect((await send('3600000')).status).to.equal(200);
    expect(await send('1000')).to.nested.include({ status: 429, 'body.errcode': 'M_LIMIT_EXCEEDED' });
    await bob.join(roomId);
    await stick('of another', MINUTE, bob);
    pass(60 * MINUTE);
    expect((await send('1000')).status).to.equal(200);
    const redaction = `${roomPath(roomId, 'send', 'm.room.redaction', 'r')}?${DURATION}=1000`;
    expect(await alice.refusal('PUT', redaction, { redacts: '$x' })).to.equal('400 M_INVALID_PARAM');
  });

  it('can be sent later', async () => {
    transactions += 1;
    const path = roomPath(roomId, 'send', 'm.test', `s${transactions}`);
    const { delay_id: delayId } = await alice.put(
      `${path}?${DURATION}=${MINUTE}&org.matrix.msc4140.delay=3600000`,
      { body: 'later' },
    );
    expect((await sync(alice, undefined, ONE)).sticky).to.deep.equal([]);
    await alice.post(`/unstable/org.matrix.msc4140/delayed_events/${String(delayId)}/send`);
    await alice.say(roomId, 'last');
    await eventually(async () => (await sync(alice, undefined, ONE)).sticky.includes('later'));
  });

  describe('in sliding sync', () => {
    const slide = async (user: ChatClient, pos?: unknown, sticky: object = {}, range = [0, 10]) => {
      const query = pos === undefined ? '' : `?pos=${String(pos)}`;
      const body = await user.post(`/unstable/org.matrix.simplified_msc3575/sync${query}`, {
        lists: { all: { ranges: [range], timeline_limit: 1, required_state: [] } },
        extensions: { [EXTENSION]: { enabled: true, ...sticky } },
      });
      const extensions = body.extensions as Record<
        string,
        { next_batch: string; rooms: Record<string, { events: ClientEvent[] }> }
      >;
      const answer = extensions[EXTENSION];
      return {
        pos: body.pos,
        since: answer?.next_batch,
        sticky: answer?.rooms[roomId]?.events.map(({ content }) => content.body) ?? [],
      };
    };

    it('come once, beside the timeline', async () => {
      await stick('old');
      await alice.say(roomId, 'last');
      const first = await slide(alice);
      expect(first.sticky).to.deep.equal(['old']);
      await stick('one');
      await stick('shown');
      const second = await slide(alice, first.pos, { since: first.since });
      expect(second.sticky).to.deep.equal(['one']);
      expect((await slide(alice, second.pos, { since: second.since })).sticky).to.deep.equal([]);
    });

    it('come in pages, the oldest first', async () => {
      for (const body of ['1', '2', '3']) await stick(body);
      await alice.say(roomId, 'last');
      const first = await slide(alice, undefined, { limit: 2 });
      expect(first.sticky).to.deep.equal(['1', '2']);
      const second = await slide(alice, first.pos, { limit: 2, since: first.since });
      expect(second.sticky).to.deep.equal(['3']);
    });

    it('come from rooms outside the window, and all of them from a room that was entered', async () => {
      await stick('before');
      const other = await bob.createRoom();
      const first = await slide(bob, undefined, {}, [0, 0]);
      expect(first.sticky).to.deep.equal([]);
      await bob.join(roomId);
      await bob.say(roomId, 'here');
      const second = await slide(bob, first.pos, { since: first.since }, [0, 0]);
      expect(second.sticky).to.deep.equal(['before']);
      await bob.say(other, 'the newest room');
      await slide(bob, second.pos, { since: second.since }, [0, 0]);
      await stick('in the background');
      await bob.say(other, 'the newest room again');
      const third = await slide(bob, second.pos, { since: second.since }, [0, 0]);
      expect(third.sticky).to.deep.equal(['in the background']);
    });
  });
});
