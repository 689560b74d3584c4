import { expect } from 'chai';
import { type ChatClient, type ClientEvent, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

interface Page {
  readonly chunk: ClientEvent[];
  readonly next_batch?: string;
  readonly prev_batch?: string;
  readonly recursion_depth?: number;
}
interface Thread {
  readonly count: number;
  readonly current_user_participated: boolean;
  readonly latest_event: ClientEvent;
}

const idsOf = (events: readonly ClientEvent[]): string[] => events.map((event) => event.event_id);
const bundleOf = (event: ClientEvent): Record<string, unknown> =>
  (event.unsigned['m.relations'] ?? {}) as Record<string, unknown>;
const relatesTo = (relType: string, eventId: string, more: object = {}) => ({
  'm.relates_to': { rel_type: relType, event_id: eventId, ...more },
});

describe('relations', () => {
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

  const react = (client: ChatClient, eventId: string, key: string): Promise<string> =>
    client.sendEvent(roomId, 'm.reaction', relatesTo('m.annotation', eventId, { key }));
  const edit = (client: ChatClient, eventId: string, body: string): Promise<string> =>
    client.sendEvent(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: `* ${body}`,
      'm.new_content': { msgtype: 'm.text', body },
      ...relatesTo('m.replace', eventId),
    });
  const answer = (client: ChatClient, rootId: string, body: string): Promise<string> =>
    client.sendEvent(roomId, 'm.room.message', { msgtype: 'm.text', body, ...relatesTo('m.thread', rootId) });
  const relations = async (client: ChatClient, path: string): Promise<Page> =>
    (await client.get(`/v1/rooms/${encodeURIComponent(roomId)}/relations/${path}`)) as unknown as Page;
  const threads = async (client: ChatClient, query = ''): Promise<Page> =>
    (await client.get(`/v1/rooms/${encodeURIComponent(roomId)}/threads${query}`)) as unknown as Page;

  describe('of an event', () => {
    it('are listed, the newest first, by relation and by type', async () => {
      const root = await alice.say(roomId, 'root');
      const reaction = await react(bob, root, '👍');
      const edited = await edit(alice, root, 'better');
      const reply = await answer(bob, root, 'in the thread');
      expect(idsOf((await relations(alice, root)).chunk)).to.deep.equal([reply, edited, reaction]);
      expect(idsOf((await relations(alice, `${root}?dir=f`)).chunk)).to.deep.equal([reaction, edited, reply]);
      expect(idsOf((await relations(alice, `${root}/m.annotation`)).chunk)).to.deep.equal([reaction]);
      expect(idsOf((await relations(alice, `${root}/m.thread/m.room.message`)).chunk)).to.deep.equal([reply]);
      expect(idsOf((await relations(alice, `${root}/m.thread/m.room.encrypted`)).chunk)).to.deep.equal([]);
    });

    it('come in pages that join', async () => {
      const root = await alice.say(roomId, 'root');
      const sent: string[] = [];
      for (const key of ['a', 'b', 'c', 'd', 'e']) sent.push(await react(bob, root, key));
      const first = await relations(alice, `${root}?limit=2`);
      const second = await relations(alice, `${root}?limit=2&from=${first.next_batch}`);
      const third = await relations(alice, `${root}?limit=2&from=${second.next_batch}`);
      expect([first, second, third].flatMap((page) => idsOf(page.chunk))).to.deep.equal(sent.toReversed());
      expect(second.prev_batch).to.equal(first.next_batch);
      expect(third).not.to.have.property('next_batch');
    });

    it('are followed through others when asked to', async () => {
      const root = await alice.say(roomId, 'root');
      const reply = await answer(bob, root, 'in the thread');
      const reaction = await react(alice, reply, '👍');
      expect(idsOf((await relations(alice, root)).chunk)).to.deep.equal([reply]);
      const page = await relations(alice, `${root}?recurse=true`);
      expect(idsOf(page.chunk)).to.deep.equal([reaction, reply]);
      expect(page.recursion_depth).to.equal(3);
      const reactions = await relations(alice, `${root}/m.annotation?recurse=true`);
      expect(idsOf(reactions.chunk)).to.deep.equal([reaction]);
    });

    it('end with their redaction', async () => {
      const root = await alice.say(roomId, 'root');
      const reaction = await react(bob, root, '👍');
      await bob.redact(roomId, reaction);
      expect((await relations(alice, root)).chunk).to.deep.equal([]);
      await react(bob, root, '👍');
    });

    it('of people who are ignored are left out', async () => {
      const root = await alice.say(roomId, 'root');
      await answer(bob, root, 'for the others');
      const carol = await server.user('carol');
      await carol.join(roomId);
      await carol.put(`/v3/user/${carol.userId}/account_data/m.ignored_user_list`, {
        ignored_users: { [bob.userId]: {} },
      });
      expect((await relations(carol, root)).chunk).to.deep.equal([]);
      expect(bundleOf(await carol.event(roomId, root))).not.to.have.property('m.thread');
      expect(bundleOf(await alice.event(roomId, root))).to.have.property('m.thread');
    });

    it('are refused to strangers, for what is not there, and with tokens that are none', async () => {
      const root = await alice.say(roomId, 'root');
      const path = `/v1/rooms/${encodeURIComponent(roomId)}/relations`;
      const stranger = await server.user('stranger');
      expect((await server.anonymous('GET', `${path}/${root}`)).status).to.equal(401);
      expect(await stranger.refusal('GET', `${path}/${root}`)).to.equal('403 M_FORBIDDEN');
      expect(await alice.refusal('GET', `${path}/$nothing`)).to.equal('404 M_NOT_FOUND');
      expect(await alice.refusal('GET', `${path}/${root}?from=nowhere`)).to.equal('400 M_INVALID_PARAM');
      expect(await alice.refusal('GET', `${path}/${root}?dir=x`)).to.equal('400 M_INVALID_PARAM');
    });
  });

  describe('that are sent', () => {
    const refusal = (client: ChatClient, type: string, content: object): Promise<string> =>
      client.refusal('PUT', roomPath(roomId, 'send', type, `r${Math.random()}`), content);

    it('do not say the same about an event twice, one after the other or at once', async () => {
      const root = await alice.say(roomId, 'root');
      const again = relatesTo('m.annotation', root, { key: '👍' });
      await react(bob, root, '👍');
      await react(alice, root, '👍');
      expect(await refusal(bob, 'm.reaction', again)).to.equal('400 M_DUPLICATE_ANNOTATION');
      const path = (txnId: string): string => roomPath(roomId, 'send', 'm.reaction', txnId);
      const heart = relatesTo('m.annotation', root, { key: '❤️' });
      const answers = await Promise.all(
        ['x', 'y', 'z'].map((txnId) => bob.request('PUT', path(txnId), heart)),
      );
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      expect((await relations(alice, `${root}/m.annotation`)).chunk).to.have.length(3);
    });

    it('refer to events of the same room', async () => {
      const elsewhere = await alice.say(await alice.createRoom(), 'elsewhere');
      for (const eventId of [elsewhere, '$nothing']) {
        const content = relatesTo('m.annotation', eventId, { key: 'x' });
        expect(await refusal(alice, 'm.reaction', content)).to.equal('400 M_UNKNOWN');
      }
    });

    it('do not nest threads', async () => {
      const root = await alice.say(roomId, 'root');
      const reply = await answer(bob, root, 'in the thread');
      expect(
        await refusal(bob, 'm.room.message', {
          msgtype: 'm.text',
          body: 'x',
          ...relatesTo('m.thread', reply),
        }),
      ).to.equal('400 M_UNKNOWN');
    });
  });

  describe('bundled with their event', () => {
    it('have the newest edit by its sender, wherever the event is shown', async () => {
      const message = await alice.say(roomId, 'first');
      await edit(alice, message, 'second');
      await edit(bob, message, 'somebody else');
      const newest = await edit(alice, message, 'third');
      const shown = [
        await bob.event(roomId, message),
        (await bob.messages(roomId)).chunk.find((event) => event.event_id === message),
        (await bob.get(`${roomPath(roomId, 'context', message)}?limit=0`)).event as ClientEvent,
      ];
      for (const event of shown) {
        expect(event?.content.body).to.equal('first');
        expect((bundleOf(event as ClientEvent)['m.replace'] as ClientEvent).event_id).to.equal(newest);
      }
    });

    it('have no edit once the edit or the event is redacted', async () => {
      const message = await alice.say(roomId, 'first');
      const second = await edit(alice, message, 'second');
      const third = await edit(alice, message, 'third');
      await alice.redact(roomId, third);
      const bundle = bundleOf(await bob.event(roomId, message));
      expect((bundle['m.replace'] as ClientEvent).event_id).to.equal(second);
      await alice.redact(roomId, message);
      expect(bundleOf(await bob.event(roomId, message))).not.to.have.property('m.replace');
    });

    it('have the thread: how long it is, its newest event with its edit, and whether one has taken part', async () => {
      const root = await alice.say(roomId, 'root');
      await answer(bob, root, 'one');
      const last = await answer(bob, root, 'two');
      const edited = await edit(bob, last, 'two, corrected');
      const carol = await server.user('carol');
      await carol.join(roomId);
      for (const [client, tookPart] of [
        [alice, true],
        [bob, true],
        [carol, false],
      ] as const) {
        const thread = bundleOf(await client.event(roomId, root))['m.thread'] as Thread;
        expect([thread.count, thread.current_user_participated]).to.deep.equal([2, tookPart]);
        expect(thread.latest_event.event_id).to.equal(last);
        expect((bundleOf(thread.latest_event)['m.replace'] as ClientEvent).event_id).to.equal(edited);
      }
    });

    it('have the references', async () => {
      const poll = await alice.sendEvent(roomId, 'm.poll.start', { 'm.text': 'Tea?' });
      const vote = await bob.sendEvent(roomId, 'm.poll.response', relatesTo('m.reference', poll));
      expect(bundleOf(await alice.event(roomId, poll))).to.deep.equal({
        'm.reference': { chunk: [{ event_id: vote }] },
      });
    });

    it('come with a sync', async () => {
      const message = await alice.say(roomId, 'first');
      const newest = await edit(alice, message, 'second');
      const body = await bob.get('/v3/sync');
      const joined = (body.rooms as { join: Record<string, { timeline: { events: ClientEvent[] } }> }).join;
      const shown = joined[roomId]?.timeline.events.find((event) => event.event_id === message);
      expect((bundleOf(shown as ClientEvent)['m.replace'] as ClientEvent).event_id).to.equal(newest);
    });

    it('tell somebody who has left nothing of what came later', async () => {
      const root = await alice.say(roomId, 'root');
      const seen = await answer(alice, root, 'while you are here');
      await bob.leave(roomId);
      await answer(alice, root, 'behind your back');
      await edit(alice, seen, 'changed behind your back');
      const shown = (await bob.messages(roomId)).chunk;
      expect(JSON.stringify(shown)).to.include('while you are here').and.not.to.include('behind your back');
    });
  });

  describe('in threads', () => {
    it('list the roots, the one with the newest answer first', async () => {
      const first = await alice.say(roomId, 'first');
      const second = await alice.say(roomId, 'second');
      await alice.say(roomId, 'no thread');
      await answer(bob, first, 'x');
      await answer(bob, second, 'x');
      expect(idsOf((await threads(alice)).chunk)).to.deep.equal([second, first]);
      await answer(bob, first, 'y');
      const page = await threads(alice, '?limit=1');
      expect(idsOf(page.chunk)).to.deep.equal([first]);
      expect((bundleOf(page.chunk[0] as ClientEvent)['m.thread'] as Thread).count).to.equal(2);
      expect(idsOf((await threads(alice, `?limit=1&from=${page.next_batch}`)).chunk)).to.deep.equal([second]);
    });

    it('list those alone in which one has taken part', async () => {
      const mine = await bob.say(roomId, 'mine');
      const answered = await alice.say(roomId, 'answered');
      const other = await alice.say(roomId, 'other');
      for (const root of [mine, other]) await answer(alice, root, 'x');
      await answer(bob, answered, 'x');
      expect(idsOf((await threads(bob, '?include=participated')).chunk)).to.deep.equal([answered, mine]);
      expect((await threads(bob)).chunk).to.have.length(3);
    });

    it('are refused to strangers', async () => {
      const stranger = await server.user('stranger');
      const path = `/v1/rooms/${encodeURIComponent(roomId)}/threads`;
      expect(await stranger.refusal('GET', path)).to.equal('403 M_FORBIDDEN');
      expect(await alice.refusal('GET', `${path}?include=some`)).to.equal('400 M_INVALID_PARAM');
      expect((await server.anonymous('GET', path)).status).to.equal(401);
    });
  });

  it('let a filter ask for what others refer to', async () => {
    const plain = await alice.say(roomId, 'plain');
    const root = await alice.say(roomId, 'root');
    const liked = await alice.say(roomId, 'liked');
    await answer(bob, root, 'x');
    await react(bob, liked, '👍');
    const filtered = async (filter: object): Promise<string[]> =>
      idsOf(
        (await alice.messages(roomId, `dir=f&filter=${encodeURIComponent(JSON.stringify(filter))}`)).chunk,
      );
    expect(await filtered({ related_by_rel_types: ['m.thread'] })).to.deep.equal([root]);
    expect(await filtered({ related_by_senders: [bob.userId] })).to.deep.equal([root, liked]);
    expect(await filtered({ related_by_senders: [alice.userId] })).not.to.include(plain);
  });
});
