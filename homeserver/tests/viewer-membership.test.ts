import { expect } from 'chai';
import { type ChatClient, type ClientEvent, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

describe('what somebody was in the room when an event happened', function () {
  this.timeout(30_000);
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  const ids = new Map<string, string>();
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
    roomId = await alice.createRoom({ preset: 'public_chat' });
    const say = async (body: string) => ids.set(body, await alice.say(roomId, body));
    await say('before');
    await alice.invite(roomId, bob);
    await say('invited');
    await bob.join(roomId);
    await say('joined');
    await alice.put(roomPath(roomId, 'state', 'm.room.topic', ''), { topic: 'news' });
    await say('still');
  });
  after(() => server.stop());

  const idOf = (body: string): string => ids.get(body) ?? '';
  const told = (events: readonly ClientEvent[]): Record<string, unknown> =>
    Object.fromEntries(
      events.flatMap(({ content, unsigned }) =>
        typeof content.body === 'string' ? [[content.body, unsigned.membership]] : [],
      ),
    );
  const ALL = { before: 'leave', invited: 'invite', joined: 'join', still: 'join' };

  it('is told in pages of the history, also of what came before', async () => {
    const { chunk } = await bob.messages(roomId, 'dir=b&limit=50');
    expect(told(chunk)).to.deep.equal(ALL);
    const own = chunk.filter(({ type, state_key: key }) => type === 'm.room.member' && key === bob.userId);
    expect(own.map(({ unsigned }) => unsigned.membership)).to.deep.equal(['join', 'invite']);
  });

  it('is told in a sync, from the beginning and of news', async () => {
    const first = await bob.get(
      `/v3/sync?filter=${encodeURIComponent('{"room":{"timeline":{"limit":50}}}')}`,
    );
    const timelineOf = (body: Record<string, unknown>): ClientEvent[] =>
      (body.rooms as { join: Record<string, { timeline: { events: ClientEvent[] } }> }).join[roomId]?.timeline
        .events ?? [];
    expect(told(timelineOf(first))).to.deep.equal(ALL);
    await alice.say(roomId, 'news');
    const next = await bob.get(`/v3/sync?since=${String(first.next_batch)}`);
    expect(told(timelineOf(next))).to.deep.equal({ news: 'join' });
  });

  it('is told of single events, and of what surrounds one', async () => {
    for (const [body, membership] of Object.entries(ALL)) {
      expect((await bob.event(roomId, idOf(body))).unsigned, body).to.include({ membership });
    }
    const context = await bob.get(roomPath(roomId, 'context', idOf('invited')));
    expect(told(context.events_before as ClientEvent[])).to.include({ before: 'leave' });
    expect(told(context.events_after as ClientEvent[])).to.include({ joined: 'join' });
    expect((context.event as ClientEvent).unsigned.membership).to.equal('invite');
  });

  it('is told of answers', async () => {
    const content = {
      msgtype: 'm.text',
      body: 'an answer',
      'm.relates_to': { rel_type: 'm.thread', event_id: idOf('before') },
    };
    await alice.sendEvent(roomId, 'm.room.message', content);
    const path = `/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(idOf('before'))}`;
    const { chunk } = await bob.get(path);
    expect(told(chunk as ClientEvent[])).to.deep.equal({ 'an answer': 'join' });
  });

  it('is that of each who looks, and of then, after they have left', async () => {
    const { chunk } = await alice.messages(roomId, 'dir=b&limit=50');
    expect(new Set(Object.values(told(chunk)))).to.deep.equal(new Set(['join']));
    await bob.leave(roomId);
    expect((await bob.event(roomId, idOf('still'))).unsigned.membership).to.equal('join');
  });
});
