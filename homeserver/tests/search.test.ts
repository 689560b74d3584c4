import { expect } from 'chai';
import type { ChatClient, ClientEvent } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';
import { eventually } from '../test-kit/eventually.ts';

interface Result {
  readonly rank: number;
  readonly result: ClientEvent;
  readonly context?: {
    readonly events_before: ClientEvent[];
    readonly events_after: ClientEvent[];
    readonly start: string;
    readonly end: string;
    readonly profile_info?: Record<string, { displayname?: string }>;
  };
}
interface Results {
  readonly results: Result[];
  readonly count: number;
  readonly highlights: string[];
  readonly next_batch?: string;
  readonly groups?: Record<string, Record<string, { results: string[] }>>;
  readonly state?: Record<string, ClientEvent[]>;
}

describe('searching', function () {
  this.timeout(20_000);
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

  const search = async (
    client: ChatClient,
    term: string,
    more: object = {},
    nextBatch?: string,
  ): Promise<Results> => {
    const path = nextBatch === undefined ? '/v3/search' : `/v3/search?next_batch=${nextBatch}`;
    const room_events = { search_term: term, order_by: 'recent', filter: { rooms: [roomId] }, ...more };
    const body = await client.post(path, { search_categories: { room_events } });
    return (body.search_categories as { room_events: Results }).room_events;
  };
  const idsOf = ({ results }: Results): string[] => results.map(({ result }) => result.event_id);
  /** What was said is found a moment later. */
  const found = async (client: ChatClient, term: string, more: object = {}): Promise<string[]> =>
    idsOf(await search(client, term, more));
  const untilFound = (client: ChatClient, term: string, ids: readonly string[], more: object = {}) =>
    eventually(async () => JSON.stringify(await found(client, term, more)) === JSON.stringify(ids));

  it('finds messages that have every word, as a whole or as a beginning, in any script', async () => {
    const tea = await alice.say(roomId, 'Shall we have Tea in the garden?');
    const garden = await alice.say(roomId, 'The gardener is late');
    const russian = await alice.say(roomId, 'Привет, как дела?');
    const japanese = await alice.say(roomId, '東京タワー');
    await untilFound(bob, '京', [japanese]);
    expect(await found(bob, 'garden')).to.deep.equal([garden, tea]);
    expect(await found(bob, 'tea GARDEN!')).to.deep.equal([tea]);
    expect(await found(bob, 'привет')).to.deep.equal([russian]);
    expect(await found(bob, 'coffee')).to.deep.equal([]);
    expect(await found(bob, '" OR 1')).to.deep.equal([]);
    expect(await found(bob, '!?')).to.deep.equal([]);
  });

  it('finds names and topics where they are asked for', async () => {
    await alice.setState(roomId, 'm.room.name', { name: 'The teapot' });
    await alice.setState(roomId, 'm.room.topic', { topic: 'teapot talk' });
    const said = await alice.say(roomId, 'a teapot');
    await eventually(async () => (await found(bob, 'teapot')).length === 3);
    expect(await found(bob, 'teapot', { keys: ['content.body'] })).to.deep.equal([said]);
    expect((await found(bob, 'teapot', { keys: ['content.name', 'content.topic'] })).length).to.equal(2);
  });

  it('knows an edited message by its new words alone', async () => {
    const message = await alice.say(roomId, 'the first draft');
    await untilFound(bob, 'draft', [message]);
    const edit = await alice.sendEvent(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: '* the final version',
      'm.new_content': { msgtype: 'm.text', body: 'the final version' },
      'm.relates_to': { rel_type: 'm.replace', event_id: message },
    });
    await untilFound(bob, 'final version', [message]);
    expect(await found(bob, 'draft')).to.deep.equal([]);
    await alice.redact(roomId, edit);
    await untilFound(bob, 'draft', [message]);
    expect(await found(bob, 'final')).to.deep.equal([]);
  });

  it('forgets what was redacted', async () => {
    const secret = await alice.say(roomId, 'my password is hunter2');
    await untilFound(bob, 'hunter2', [secret]);
    await alice.redact(roomId, secret);
    await untilFound(bob, 'hunter2', []);
  });

  it('finds nothing that the searcher may not see', async () => {
    const closed = await alice.createRoom({ preset: 'private_chat' });
    await alice.say(closed, 'the rendezvous is at noon');
    const said = await alice.say(roomId, 'what rendezvous?');
    await eventually(async () => (await found(alice, 'rendezvous', { filter: {} })).length === 2);
    expect(await found(bob, 'rendezvous', { filter: {} })).to.deep.equal([said]);
    expect(await found(bob, 'rendezvous', { filter: { rooms: [closed] } })).to.deep.equal([]);
    await bob.leave(roomId);
    const later = await alice.say(roomId, 'rendezvous without bob');
    await untilFound(alice, 'rendezvous', [later, said]);
    expect(await found(bob, 'rendezvous')).to.deep.equal([said]);
    await bob.forget(roomId);
    expect(await found(bob, 'rendezvous', { filter: {} })).to.deep.equal([]);
  });

  it('comes in pages that join, the newest first', async () => {
    const said: string[] = [];
    for (let number = 0; number < 5; number += 1) said.push(await bob.say(roomId, `biscuit ${number}`));
    await untilFound(alice, 'biscuit', said.toReversed());
    const filter = { rooms: [roomId], limit: 2 };
    const first = await search(alice, 'biscuit', { filter });
    const second = await search(alice, 'biscuit', { filter }, first.next_batch);
    const third = await search(alice, 'biscuit', { filter }, second.next_batch);
    expect([first, second, third].flatMap(idsOf)).to.deep.equal(said.toReversed());
    expect(third).not.to.have.property('next_batch');
  });

  it('puts the best first where that is asked for, in pages too', async () => {
    const rare = await alice.say(roomId, 'scone scone scone');
    await alice.say(roomId, `scone ${'and so on and on with many other words '.repeat(5)}`);
    await alice.say(roomId, `again a scone ${'in a long text that speaks of other things '.repeat(5)}`);
    await eventually(async () => (await found(bob, 'scone')).length === 3);
    const filter = { rooms: [roomId], limit: 2 };
    const first = await search(bob, 'scone', { filter, order_by: 'rank' });
    const second = await search(bob, 'scone', { filter, order_by: 'rank' }, first.next_batch);
    const ranks = [...first.results, ...second.results].map(({ rank }) => rank);
    expect(ranks).to.deep.equal(ranks.toSorted((one, other) => other - one));
    expect(idsOf(first)).to.include(rare);
    expect(new Set([...idsOf(first), ...idsOf(second)]).size).to.equal(3);
  });

  it('tells what surrounds a result, who spoke, the groups and the state', async () => {
    await bob.say(roomId, 'before');
    const said = await alice.say(roomId, 'the marmalade');
    await bob.say(roomId, 'after');
    await untilFound(bob, 'marmalade', [said]);
    const found = await search(bob, 'marmalade', {
      event_context: { before_limit: 1, after_limit: 1, include_profile: true },
      groupings: { group_by: [{ key: 'room_id' }, { key: 'sender' }] },
      include_state: true,
    });
    const around = found.results[0]?.context;
    expect(around?.events_before.map(({ content }) => content.body)).to.deep.equal(['before']);
    expect(around?.events_after.map(({ content }) => content.body)).to.deep.equal(['after']);
    expect(Object.keys(around?.profile_info ?? {})).to.have.members([alice.userId, bob.userId]);
    expect(found.groups?.room_id?.[roomId]?.results).to.deep.equal([said]);
    expect(found.groups?.sender?.[alice.userId]?.results).to.deep.equal([said]);
    expect(found.state?.[roomId]?.map(({ type }) => type)).to.include('m.room.create');
    expect(found.highlights).to.deep.equal(['marmalade']);
    const older = await bob.messages(roomId, `dir=b&limit=1&from=${around?.start}`);
    expect(older.chunk[0]?.type).not.to.equal('m.room.message');
  });

  it('leaves out senders whom a filter does not want, and people who are ignored', async () => {
    const mine = await alice.say(roomId, 'crumpet');
    const his = await bob.say(roomId, 'crumpet too');
    await untilFound(alice, 'crumpet', [his, mine]);
    const filter = { rooms: [roomId], not_senders: [bob.userId] };
    expect(await found(alice, 'crumpet', { filter })).to.deep.equal([mine]);
    const carol = await server.user('carol');
    await carol.join(roomId);
    await carol.put(`/v3/user/${carol.userId}/account_data/m.ignored_user_list`, {
      ignored_users: { [bob.userId]: {} },
    });
    expect(await found(carol, 'crumpet')).to.deep.equal([mine]);
  });

  it('knows after a restart what was said before and since', async () => {
    const before = await alice.say(roomId, 'porridge');
    await server.restart();
    const since = await alice.say(roomId, 'more porridge');
    await untilFound(bob, 'porridge', [since, before]);
  });

  it('refuses strangers, other tokens and malformed searches', async () => {
    const search_categories = { room_events: { search_term: 'x' } };
    expect((await server.anonymous('POST', '/v3/search', { search_categories })).status).to.equal(401);
    expect(await alice.refusal('POST', '/v3/search', {})).to.equal('400 M_MISSING_PARAM');
    expect(await alice.refusal('POST', '/v3/search?next_batch=x', { search_categories })).to.equal(
      '400 M_INVALID_PARAM',
    );
    const odd = { room_events: { search_term: 'x', order_by: 'size' } };
    expect((await alice.request('POST', '/v3/search', { search_categories: odd })).status).to.equal(400);
  });
});
