import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { type ChatClient, type ClientEvent, type MessagesPage, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

const bodiesOf = (events: readonly ClientEvent[]): unknown[] => events.map((event) => event.content.body);
const filterQuery = (filter: object): string => `filter=${encodeURIComponent(JSON.stringify(filter))}`;

describe('sending', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
  });
  beforeEach(async () => {
    roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
  });
  after(() => server.stop());

  const send = (client: ChatClient, txnId: string, body: string, type = 'm.room.message') =>
    client.request('PUT', roomPath(roomId, 'send', type, txnId), { msgtype: 'm.text', body });

  it('answers with the event that everybody then sees', async () => {
    const eventId = await bob.say(roomId, 'hello');
    expect(await alice.event(roomId, eventId)).to.deep.include({
      event_id: eventId,
      room_id: roomId,
      type: 'm.room.message',
      sender: bob.userId,
      content: { msgtype: 'm.text', body: 'hello' },
    });
    const [newest] = (await alice.messages(roomId, 'dir=b&limit=1')).chunk;
    expect(newest?.event_id).to.equal(eventId);
    expect(newest).not.to.have.any.keys('hashes', 'signatures', 'prev_events', 'auth_events', 'depth');
  });

  it('makes one event of a repeated transaction, one after the other or all at once', async () => {
    const first = await send(bob, 'again', 'once');
    const second = await send(bob, 'again', 'twice');
    expect(second).to.deep.equal(first);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => send(bob, 'at once', 'together')));
    expect(new Set(answers.map((answer) => answer.body.event_id)).size).to.equal(1);
    expect(await alice.history(roomId)).to.deep.equal(['once', 'together']);
  });

  it('keeps transactions apart by user, type and room', async () => {
    const other = await alice.createRoom();
    const answers = [
      await send(alice, 'same', 'a'),
      await send(bob, 'same', 'b'),
      await send(alice, 'same', 'c', 'org.example.other'),
      await alice.request('PUT', roomPath(other, 'send', 'm.room.message', 'same'), { body: 'd' }),
    ];
    expect(new Set(answers.map((answer) => answer.body.event_id)).size).to.equal(4);
  });

  it('tells the transaction to the device that sent, and to nobody else', async () => {
    const { body } = await send(bob, 'my own', 'x');
    const eventId = String(body.event_id);
    expect((await bob.event(roomId, eventId)).unsigned.transaction_id).to.equal('my own');
    expect((await alice.event(roomId, eventId)).unsigned).not.to.have.property('transaction_id');
  });

  it('keeps the order in which one client sends, and loses nothing under load', async () => {
    const sendAll = async (client: ChatClient, name: string): Promise<void> => {
      for (let index = 0; index < 30; index += 1) await client.say(roomId, `${name} ${index}`);
    };
    await Promise.all([sendAll(alice, 'a'), sendAll(bob, 'b')]);
    const history = await alice.history(roomId);
    for (const name of ['a', 'b']) {
      const own = history.filter((body) => body.startsWith(name));
      expect(own).to.deep.equal(Array.from({ length: 30 }, (_none, index) => `${name} ${index}`));
    }
  });

  it('is for members, and for those with the level that the type asks for', async () => {
    const carol = await server.user('carol');
    expect((await send(carol, 't', 'x')).body.errcode).to.equal('M_FORBIDDEN');
    const levels = (await alice.state(roomId, 'm.room.power_levels')) as JsonObject;
    await alice.setState(roomId, 'm.room.power_levels', {
      ...levels,
      events_default: 10,
      events: { ...(levels.events as JsonObject), 'm.reaction': 0 },
    });
    expect((await send(bob, 't', 'x')).body.errcode).to.equal('M_FORBIDDEN');
    expect((await send(bob, 't', 'x', 'm.reaction')).status).to.equal(200);
  });

  it('tells integers from what is only worth one, where the room version does', async () => {
    const message = (number: string) => `{"msgtype":"m.text","body":"x","number":${number}}`;
    const put = (room: string, number: string) =>
      alice.request('PUT', roomPath(room, 'send', 'm.room.message', `n${number}`), message(number));
    const state = (room: string, number: string) =>
      alice.request('PUT', roomPath(room, 'state', 'org.example.number', ''), `{"number":${number}}`);
    const create = (number: string) =>
      alice.request('POST', '/v3/createRoom', `{"creation_content":{"number":${number}}}`);
    const [old, recent] = [
      await alice.createRoom({ room_version: '5' }),
      await alice.createRoom({ room_version: '6' }),
    ];
    for (const number of ['1.0', '1e3', '-0.0', '0.5', '9007199254740993']) {
      for (const answer of [await put(recent, number), await state(recent, number), await create(number)]) {
        expect(answer.body.errcode, number).to.equal('M_BAD_JSON');
        expect(answer.status).to.equal(400);
      }
      expect((await put(old, number)).status, number).to.equal(200);
      expect((await state(old, number)).status, number).to.equal(200);
    }
    for (const number of ['1', '-1', '0', '9007199254740991']) {
      for (const answer of [await put(recent, number), await state(recent, number), await create(number)]) {
        expect(answer.status, number).to.equal(200);
      }
    }
    expect((await alice.messages(old)).chunk.filter(({ content }) => content.number === 0.5)).to.have.length(
      2,
    );
    const levels = '{"users_default":1.0}';
    const refused = await alice.request('PUT', roomPath(recent, 'state', 'm.room.power_levels', ''), levels);
    expect(refused.body.errcode).to.equal('M_BAD_JSON');
    const initial = '{"creation_content":1.5}';
    expect((await alice.request('POST', '/v3/createRoom', initial)).body.errcode).to.equal('M_BAD_JSON');
    expect(
      (await alice.request('PUT', roomPath(old, 'send', 'm.room.message', 'bare'), '1.5')).status,
    ).to.equal(400);
  });

  it('refuses what has no canonical form, is too large or no message, and stores nothing of it', async () => {
    const path = roomPath(roomId, 'send', 'm.room.message', 'bad');
    expect(await bob.refusal('PUT', path, { body: 1.5 })).to.equal('400 M_BAD_JSON');
    expect(await bob.refusal('PUT', path, { body: 2 ** 53 })).to.equal('400 M_BAD_JSON');
    const large = { msgtype: 'm.text', body: 'x'.repeat(65_536) };
    expect(await bob.refusal('PUT', path, large)).to.equal('413 M_TOO_LARGE');
    expect(await bob.refusal('PUT', path, { body: 'of what kind?' })).to.equal('400 M_BAD_JSON');
    expect(await bob.refusal('PUT', path, { msgtype: 'm.text', body: 1 })).to.equal('400 M_BAD_JSON');
    const mentions = { msgtype: 'm.text', body: 'x', 'm.mentions': { user_ids: 'bob' } };
    expect(await bob.refusal('PUT', path, mentions)).to.equal('400 M_BAD_JSON');
    expect(await bob.refusal('PUT', path, ['list'])).to.equal('400 M_BAD_JSON');
    expect(await bob.refusal('PUT', path, 'nonsense')).to.equal('400 M_NOT_JSON');
    const longType = roomPath(roomId, 'send', 't'.repeat(256), 'bad');
    expect(await bob.refusal('PUT', longType, {})).to.equal('413 M_TOO_LARGE');
    expect((await send(bob, 'bad', 'good')).status).to.equal(200);
    expect(await alice.history(roomId)).to.deep.equal(['good']);
  });

  it('keeps any characters that JSON has', async () => {
    const body = '\u0000 "\\ \u2028 🏰 \ud83c\udff0 é';
    const eventId = await bob.say(roomId, body);
    expect((await alice.event(roomId, eventId)).content.body).to.equal(body);
  });
});

describe('reading history', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
  });
  after(() => server.stop());

  const roomWith = async (
    count: number,
    request: JsonObject = { preset: 'public_chat' },
  ): Promise<string> => {
    const roomId = await alice.createRoom(request);
    for (let index = 1; index <= count; index += 1) await alice.say(roomId, String(index));
    return roomId;
  };
  const pagesOf = async (client: ChatClient, roomId: string, query: string): Promise<MessagesPage[]> => {
    const pages: MessagesPage[] = [];
    let from = '';
    do {
      const page = await client.messages(roomId, `${query}${from === '' ? '' : `&from=${from}`}`);
      pages.push(page);
      from = page.end ?? '';
    } while (from !== '');
    return pages;
  };

  it('pages back to the beginning and forth to the end, each event once', async () => {
    const roomId = await roomWith(10);
    const all = (await alice.messages(roomId, 'dir=f&limit=1000')).chunk.map((event) => event.event_id);
    expect(all).to.have.lengthOf(16);
    for (const limit of [1, 3, 4, 8, 15, 16, 17]) {
      const forward = await pagesOf(alice, roomId, `dir=f&limit=${limit}`);
      expect(forward.flatMap((page) => page.chunk).map((event) => event.event_id)).to.deep.equal(all);
      expect(forward).to.have.lengthOf(Math.ceil(16 / limit));
      const backward = await pagesOf(alice, roomId, `dir=b&limit=${limit}`);
      const found = backward.flatMap((page) => page.chunk).map((event) => event.event_id);
      expect(found.toReversed()).to.deep.equal(all);
      expect(backward).to.have.lengthOf(Math.ceil(16 / limit));
    }
  });

  it('takes 10 events unless told, and 1000 at most', async () => {
    const roomId = await roomWith(12);
    expect((await alice.messages(roomId, 'dir=b')).chunk).to.have.lengthOf(10);
    expect((await alice.messages(roomId, 'dir=b&limit=100000')).chunk).to.have.lengthOf(18);
  });

  it('turns round where a page began or ended', async () => {
    const roomId = await roomWith(6);
    const newest = await alice.messages(roomId, 'dir=b&limit=3');
    expect(bodiesOf(newest.chunk)).to.deep.equal(['6', '5', '4']);
    const again = await alice.messages(roomId, `dir=f&from=${newest.end}`);
    expect(bodiesOf(again.chunk)).to.deep.equal(['4', '5', '6']);
    await alice.say(roomId, '7');
    const later = await alice.messages(roomId, `dir=f&from=${newest.start}`);
    expect(bodiesOf(later.chunk)).to.deep.equal(['7']);
    const middle = await alice.messages(roomId, `dir=b&from=${newest.start}&to=${newest.end}`);
    expect(bodiesOf(middle.chunk)).to.deep.equal(['6', '5', '4']);
    expect(middle).not.to.have.property('end');
  });

  it('goes on where it was after the server has started anew', async () => {
    const roomId = await roomWith(5);
    const page = await alice.messages(roomId, 'dir=b&limit=2');
    await server.restart();
    await alice.say(roomId, '6');
    const older = await alice.messages(roomId, `dir=b&limit=2&from=${page.end}`);
    expect(bodiesOf(older.chunk)).to.deep.equal(['3', '2']);
    const newer = await alice.messages(roomId, `dir=f&from=${page.start}`);
    expect(bodiesOf(newer.chunk)).to.deep.equal(['6']);
    expect(await alice.history(roomId)).to.deep.equal(['1', '2', '3', '4', '5', '6']);
  });

  it('is not confused by what other rooms say meanwhile', async () => {
    const [one, other] = [await roomWith(0), await roomWith(0)];
    for (let index = 0; index < 8; index += 1) await alice.say(index % 2 === 0 ? one : other, String(index));
    expect(bodiesOf((await alice.messages(one, 'dir=b&limit=4')).chunk)).to.deep.equal(['6', '4', '2', '0']);
    const pages = await pagesOf(alice, other, 'dir=b&limit=2');
    expect(bodiesOf(pages.flatMap((page) => page.chunk)).slice(0, 4)).to.deep.equal(['7', '5', '3', '1']);
  });

  it('refuses tokens, directions, limits and filters that are none', async () => {
    const roomId = await roomWith(1);
    const refusal = (query: string): Promise<string> =>
      alice.refusal('GET', `${roomPath(roomId, 'messages')}?${query}`);
    for (const query of [
      'dir=b&from=nonsense',
      'dir=b&to=nonsense',
      'dir=sideways',
      'dir=b&limit=-1',
      'dir=b&limit=ten',
      'dir=b&filter=nonsense',
      `dir=b&${filterQuery({ limit: -1 })}`,
    ]) {
      expect(await refusal(query), query).to.equal('400 M_INVALID_PARAM');
    }
    expect(await refusal('')).to.equal('400 M_MISSING_PARAM');
    expect(await refusal(`dir=b&${filterQuery({ types: 'm.room.message' })}`)).to.equal('400 M_BAD_JSON');
    expect(await bob.refusal('GET', `${roomPath(roomId, 'messages')}?dir=b`)).to.equal('403 M_FORBIDDEN');
    expect(await bob.refusal('GET', `${roomPath('!nothing:test', 'messages')}?dir=b`)).to.equal(
      '403 M_FORBIDDEN',
    );
  });

  describe('with a filter', () => {
    it('shows what passes it, looking past what does not', async () => {
      const roomId = await roomWith(3);
      await bob.join(roomId);
      for (let index = 0; index < 30; index += 1) await bob.sendEvent(roomId, 'org.example.noise', {});
      await bob.sendEvent(roomId, 'm.room.message', {
        msgtype: 'm.file',
        body: 'file',
        url: 'mxc://test/file',
      });
      const show = async (filter: object, query = 'dir=b&limit=100'): Promise<unknown[]> =>
        bodiesOf((await alice.messages(roomId, `${query}&${filterQuery(filter)}`)).chunk);
      const types = ['m.room.message'];
      expect(await show({ types })).to.deep.equal(['file', '3', '2', '1']);
      expect(await show({ types }, 'dir=b&limit=2')).to.deep.equal(['file', '3']);
      expect(await show({ types, contains_url: true })).to.deep.equal(['file']);
      expect(await show({ types, contains_url: false })).to.deep.equal(['3', '2', '1']);
      expect(await show({ types: ['m.*.message'], not_senders: [alice.userId] })).to.deep.equal(['file']);
      expect(await show({ types, senders: [alice.userId] })).to.deep.equal(['3', '2', '1']);
      expect(await show({ not_types: ['m.room.*', '*noise'] })).to.deep.equal([]);
      expect(await show({ types: [] })).to.deep.equal([]);
      expect(await show({ types, not_rooms: [roomId] })).to.deep.equal([]);
      expect(await show({ types, rooms: ['!other:test'] })).to.deep.equal([]);
      expect(await show({ types, limit: 2 }, 'dir=b')).to.deep.equal(['file', '3']);
      const pages = await pagesOf(alice, roomId, `dir=b&limit=1&${filterQuery({ types })}`);
      expect(bodiesOf(pages.flatMap((page) => page.chunk))).to.deep.equal(['file', '3', '2', '1']);
    });

    it('adds the members who speak in a page, and no others', async () => {
      const roomId = await roomWith(1);
      await bob.join(roomId);
      await bob.say(roomId, 'hi');
      const lazy = `dir=b&limit=1&${filterQuery({ lazy_load_members: true })}`;
      const { state } = await alice.messages(roomId, lazy);
      expect(state?.map((event) => [event.type, event.state_key])).to.deep.equal([
        ['m.room.member', bob.userId],
      ]);
      expect(await alice.messages(roomId, 'dir=b&limit=1')).not.to.have.property('state');
    });

    it('shows speakers under the name that they had then', async () => {
      const roomId = await roomWith(0);
      const rename = (displayname: string): Promise<string> =>
        alice.setState(roomId, 'm.room.member', { membership: 'join', displayname }, alice.userId);
      await rename('Early');
      await alice.say(roomId, 'one');
      const { start } = await alice.messages(roomId, 'dir=b&limit=1');
      await rename('Late');
      const lazy = `dir=b&limit=1&from=${start}&${filterQuery({ lazy_load_members: true })}`;
      const { state } = await alice.messages(roomId, lazy);
      expect(state?.[0]?.content.displayname).to.equal('Early');
    });
  });

  it('hides the messages of ignored people, not what they set', async () => {
    const roomId = await roomWith(1);
    const [viewer, troll] = [await server.user('viewer'), await server.user('troll')];
    for (const user of [viewer, troll]) await user.join(roomId);
    await troll.say(roomId, 'spam');
    await alice.say(roomId, '2');
    const list = { ignored_users: { [troll.userId]: {} } };
    await viewer.put(`/v3/user/${viewer.userId}/account_data/m.ignored_user_list`, list);
    expect(await viewer.history(roomId)).to.deep.equal(['1', '2']);
    expect(await alice.history(roomId)).to.deep.equal(['1', 'spam', '2']);
    expect(await viewer.state(roomId, 'm.room.member', troll.userId)).to.include({ membership: 'join' });
    const { chunk } = await viewer.messages(roomId, 'dir=b&limit=100');
    expect(chunk.map((event) => event.sender)).to.include(troll.userId);
  });

  describe('around an event', () => {
    interface EventContext {
      readonly event: ClientEvent;
      readonly events_before: ClientEvent[];
      readonly events_after: ClientEvent[];
      readonly start: string;
      readonly end: string;
      readonly state: ClientEvent[];
    }
    const contextOf = async (
      client: ChatClient,
      roomId: string,
      eventId: string,
      query: string,
    ): Promise<EventContext> =>
      (await client.get(`${roomPath(roomId, 'context', eventId)}?${query}`)) as unknown as EventContext;

    it('shows as many before it as after it, and where to go on', async () => {
      const roomId = await roomWith(4);
      const eventId = await alice.say(roomId, 'here');
      for (const body of ['6', '7', '8']) await alice.say(roomId, body);
      const { event, events_before, events_after, start, end } = await contextOf(
        alice,
        roomId,
        eventId,
        'limit=5',
      );
      expect(event.content.body).to.equal('here');
      expect(bodiesOf(events_before)).to.deep.equal(['4', '3']);
      expect(bodiesOf(events_after)).to.deep.equal(['6', '7', '8']);
      expect(bodiesOf((await alice.messages(roomId, `dir=b&limit=2&from=${start}`)).chunk)).to.deep.equal([
        '2',
        '1',
      ]);
      expect((await alice.messages(roomId, `dir=f&from=${end}`)).chunk).to.deep.equal([]);
      const narrow = await contextOf(alice, roomId, eventId, 'limit=0');
      expect([narrow.events_before, narrow.events_after]).to.deep.equal([[], []]);
      expect(bodiesOf((await alice.messages(roomId, `dir=f&from=${narrow.end}`)).chunk)).to.deep.equal([
        '6',
        '7',
        '8',
      ]);
    });

    it('shows the state at the last event, of members only the speakers if the filter says so', async () => {
      const roomId = await roomWith(1);
      await alice.setState(roomId, 'm.room.name', { name: 'then' });
      await bob.join(roomId);
      const eventId = await alice.say(roomId, 'here');
      await alice.setState(roomId, 'm.room.name', { name: 'now' });
      const namesIn = ({ state }: EventContext): unknown[] =>
        state.filter((event) => event.type === 'm.room.name').map((event) => event.content.name);
      const membersIn = ({ state }: EventContext): unknown[] =>
        state.filter((event) => event.type === 'm.room.member').map((event) => event.state_key);
      const narrow = await contextOf(alice, roomId, eventId, 'limit=0');
      expect(namesIn(narrow)).to.deep.equal(['then']);
      expect(membersIn(narrow)).to.have.members([alice.userId, bob.userId]);
      expect(namesIn(await contextOf(alice, roomId, eventId, 'limit=10'))).to.deep.equal(['now']);
      const lazy = await contextOf(
        alice,
        roomId,
        eventId,
        `limit=0&${filterQuery({ lazy_load_members: true })}`,
      );
      expect(membersIn(lazy)).to.deep.equal([alice.userId]);
      expect(namesIn(lazy)).to.deep.equal(['then']);
    });

    it('is not shown for an event that is elsewhere, or not for the viewer', async () => {
      const roomId = await roomWith(0);
      const elsewhere = await alice.say(await roomWith(0), 'x');
      const refusal = (client: ChatClient, eventId: string): Promise<string> =>
        client.refusal('GET', roomPath(roomId, 'context', eventId));
      expect(await refusal(alice, elsewhere)).to.equal('404 M_NOT_FOUND');
      expect(await refusal(alice, '$nothing')).to.equal('404 M_NOT_FOUND');
      expect(await refusal(bob, '$nothing')).to.equal('403 M_FORBIDDEN');
      for (const eventId of [elsewhere, '$nothing', 'nonsense']) {
        expect(await alice.refusal('GET', roomPath(roomId, 'event', eventId))).to.equal('404 M_NOT_FOUND');
      }
      const own = await alice.say(roomId, 'y');
      expect(await bob.refusal('GET', roomPath(roomId, 'event', own))).to.equal('404 M_NOT_FOUND');
    });
  });
});
