import { expect } from 'chai';
import { type Gateway, startGateway } from './gateway.ts';
import {
  me,
  membership,
  type RoomUpdate,
  releaseTimers,
  roomState,
  ScriptedServer,
  say,
  stateEvent,
} from './scripted-server.ts';
import type { Readable } from './store.ts';
import type { Message, TimelineItem } from './types.ts';
import type { KeyValueStorage } from './unsent-store.ts';

const ada = '@ada:hall';
const ben = '@ben:hall';
const steward = '@_guildhall:hall';
const channel = '!general';
const guild = '!guild';

/** Waits until a store's snapshot is as expected. */
async function until<T>(store: Readable<T>, isReached: (snapshot: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unsubscribe();
      reject(new Error(`It never came: ${JSON.stringify(store.getSnapshot())}`));
    }, 1500);
    const check = (): void => {
      if (!isReached(store.getSnapshot())) return;
      clearTimeout(timer);
      unsubscribe();
      resolve(store.getSnapshot());
    };
    const unsubscribe = store.subscribe(() => queueMicrotask(check));
    check();
  });
}

function messagesOf(items: readonly TimelineItem[]): Message[] {
  return items.flatMap((item) => (item.type === 'message' ? [item.message] : []));
}

/** What the messages say, in order. */
function bodies(items: readonly TimelineItem[]): string[] {
  return messagesOf(items).map(({ content }) => (content.kind === 'text' ? content.body : content.kind));
}

/** What makes a message a reply in a thread. */
function inThread(rootId: string) {
  const answered = { 'm.in_reply_to': { event_id: rootId } };
  return {
    'm.relates_to': { rel_type: 'm.thread', event_id: rootId, is_falling_back: true, ...answered },
  };
}

describe('startGateway', () => {
  let server: ScriptedServer;
  let restoreTimers: () => void;
  let gateway: Gateway;
  let storage: KeyValueStorage | undefined;

  async function open(rooms: Record<string, RoomUpdate>): Promise<void> {
    server = new ScriptedServer();
    server.sync(rooms);
    const session = { userId: me, deviceId: 'D', accessToken: 'token', baseUrl: 'http://hall' };
    gateway = startGateway(session, {
      fetch: server.fetch,
      ...(storage && { storage }),
    });
    await until(gateway.connection, ({ phase }) => phase === 'live');
  }

  function openChannel(timeline: RoomUpdate['timeline'] = []): Promise<void> {
    return open({ [channel]: { state: roomState('general', [me, ada, ben, steward]), timeline } });
  }

  before(() => {
    restoreTimers = releaseTimers();
  });

  after(() => restoreTimers());

  afterEach(() => {
    storage = undefined;
    gateway.stop();
    server.close();
  });

  describe('timeline', () => {
    it('shows messages as they arrive, and the edits and reactions that belong to them', async () => {
      await openChannel([say('$1', ada, 'hello')]);
      const timeline = gateway.timeline(channel);
      server.sync({
        [channel]: {
          timeline: [
            say('$2', ben, 'hi'),
            say('$3', ada, '* hello all', {
              'm.new_content': { msgtype: 'm.text', body: 'hello all' },
              'm.relates_to': { rel_type: 'm.replace', event_id: '$1' },
            }),
            {
              ...say('$4', ben, ''),
              type: 'm.reaction',
              content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$1', key: '🔥' } },
            },
          ],
        },
      });
      const { items } = await until(timeline, (snapshot) => bodies(snapshot.items).length === 2);
      expect(bodies(items)).to.deep.equal(['hello all', 'hi']);
      const [first] = messagesOf(items);
      expect(first).to.deep.include({ edited: true, isOwn: false });
      expect(first?.reactions).to.deep.equal([
        {
          key: '🔥',
          count: 1,
          people: [{ userId: ben, name: 'Ben', avatarMxc: undefined }],
          ownEventId: undefined,
        },
      ]);
    });

    it('leaves threads to their root, which counts what the server bundled and what came since', async () => {
      const latest = { ...say('$8', ada, 'older'), origin_server_ts: 1 };
      const bundled = { 'm.thread': { count: 3, latest_event: latest, current_user_participated: false } };
      await openChannel([
        { ...say('$1', ada, 'a question'), unsigned: { 'm.relations': bundled } },
        say('$2', ben, 'an answer', inThread('$1')),
        say('$3', ben, 'something else'),
      ]);
      const { items } = await until(gateway.timeline(channel), (snapshot) => snapshot.items.length > 1);
      expect(bodies(items)).to.deep.equal(['a question', 'something else']);
      expect(messagesOf(items)[0]?.thread).to.deep.include({ count: 4, latestIsOwn: false });
      expect(messagesOf(items)[0]?.thread?.latestAuthor.name).to.equal('Ben');
      expect(messagesOf(items)[1]?.thread).to.equal(undefined);
    });

    it('shows the replies of a thread in order, as they arrive', async () => {
      await openChannel([say('$1', ada, 'a question'), say('$2', ben, 'an answer', inThread('$1'))]);
      const thread = gateway.thread(channel, '$1');
      await until(thread, ({ items }) => bodies(items).length === 1);
      server.sync({
        [channel]: { timeline: [say('$3', ada, 'thanks', inThread('$1')), say('$4', ben, 'hm')] },
      });
      const { root, items, latestId } = await until(thread, (now) => bodies(now.items).length === 2);
      expect(root?.eventId).to.equal('$1');
      expect(bodies(items)).to.deep.equal(['an answer', 'thanks']);
      // What clients without threads are told is no answer to a message.
      expect(messagesOf(items)[1]?.reply).to.equal(undefined);
      expect(latestId).to.equal('$3');
    });

    it('keeps a reaction out once it was taken back', async () => {
      const reaction = { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$1', key: '🔥' } };
      await openChannel([
        say('$1', ada, 'hello'),
        { ...say('$2', ben, ''), type: 'm.reaction', content: reaction },
      ]);
      const timeline = gateway.timeline(channel);
      await until(timeline, ({ items }) => messagesOf(items)[0]?.reactions.length === 1);
      server.sync({
        [channel]: {
          timeline: [
            { ...say('$3', ben, ''), type: 'm.room.redaction', content: { redacts: '$2' }, redacts: '$2' },
          ],
        },
      });
      await until(timeline, ({ items }) => messagesOf(items)[0]?.reactions.length === 0);
    });

    it('quotes what the answered message says now', async () => {
      const reply = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$1' } } };
      await openChannel([say('$1', ada, 'first'), say('$2', ben, 'second', reply)]);
      const timeline = gateway.timeline(channel);
      await until(timeline, ({ items }) => messagesOf(items)[1]?.reply?.excerpt === 'first');
      server.sync({
        [channel]: {
          timeline: [
            say('$3', ada, '* changed', {
              'm.new_content': { msgtype: 'm.text', body: 'changed' },
              'm.relates_to': { rel_type: 'm.replace', event_id: '$1' },
            }),
          ],
        },
      });
      await until(timeline, ({ items }) => messagesOf(items)[1]?.reply?.excerpt === 'changed');
    });

    it('leaves the words of a deleted message out', async () => {
      await openChannel([say('$1', ada, 'oops')]);
      const timeline = gateway.timeline(channel);
      await until(timeline, ({ items }) => bodies(items).length === 1);
      server.sync({
        [channel]: {
          timeline: [
            { ...say('$2', ada, ''), type: 'm.room.redaction', content: { redacts: '$1' }, redacts: '$1' },
          ],
        },
      });
      await until(timeline, ({ items }) => bodies(items)[0] === 'deleted');
    });

    it('never mentions the steward', async () => {
      await openChannel([
        stateEvent('m.room.topic', '', { topic: 'tea' }, steward),
        membership(steward, 'join'),
        membership('@cleo:hall', 'join'),
      ]);
      const timeline = gateway.timeline(channel);
      const { items } = await until(timeline, (snapshot) => snapshot.items.length > 0);
      expect(items.flatMap((item) => (item.type === 'notices' ? item.lines : []))).to.deep.equal([
        'Cleo joined',
      ]);
      const members = await until(gateway.members(channel), ({ absent }) => absent.length === 4);
      expect(members.absent.map(({ name }) => name)).to.deep.equal(['Ada', 'Ben', 'Cleo', 'Me']);
    });

    it('keeps the identity of messages that did not change', async () => {
      await openChannel([say('$1', ada, 'one')]);
      const timeline = gateway.timeline(channel);
      const stop = timeline.subscribe(() => {});
      const before = timeline.getSnapshot().items.find((item) => item.type === 'message');
      server.sync({ [channel]: { timeline: [say('$2', ada, 'two')] } });
      const { items } = await until(timeline, (snapshot) => bodies(snapshot.items).length === 2);
      expect(items.find((item) => item.type === 'message')).to.equal(before);
      stop();
    });
  });

  describe('sending', () => {
    it('shows a message at once and keeps its place and key when the server returns it', async () => {
      await openChannel();
      const timeline = gateway.timeline(channel);
      gateway.messages.sendText(channel, { text: 'hello', mentions: [] });
      const echo = await until(timeline, ({ items }) => bodies(items).length === 1);
      const key = messagesOf(echo.items)[0]?.key;
      await until(timeline, ({ items }) => messagesOf(items)[0]?.status === 'sent');
      const transactionId = server.requests.at(-1)?.path.split('/').at(-1);
      server.sync({
        [channel]: {
          timeline: [{ ...say('$sent-1', me, 'hello'), unsigned: { transaction_id: transactionId } }],
        },
      });
      const sent = await until(timeline, ({ items }) => messagesOf(items)[0]?.eventId === '$sent-1');
      expect(messagesOf(sent.items)).to.have.length(1);
      expect(messagesOf(sent.items)[0]?.key).to.equal(key);
    });

    it('sends after a reload what could not be sent before, once', async () => {
      const kept = new Map<string, string>();
      storage = {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
      };
      await openChannel();
      server.answer = () => {
        throw new TypeError('fetch failed');
      };
      gateway.messages.sendText(channel, { text: 'on its way', mentions: [] });
      await until(gateway.timeline(channel), ({ items }) => messagesOf(items)[0]?.status === 'failed');
      const attempt = server.requests.at(-1)?.path;
      gateway.stop();
      server.close();
      await openChannel();
      await until(gateway.timeline(channel), ({ items }) => messagesOf(items)[0]?.status === 'sent');
      expect(server.requests.map(({ path }) => path)).to.deep.equal([attempt]);
      server.sync({
        [channel]: {
          timeline: [
            {
              ...say('$sent-1', me, 'on its way'),
              unsigned: { transaction_id: attempt?.split('/').at(-1) },
            },
          ],
        },
      });
      await until(gateway.timeline(channel), ({ items }) => messagesOf(items)[0]?.eventId === '$sent-1');
      gateway.stop();
      server.close();
      await openChannel();
      await until(gateway.timeline(channel), ({ phase }) => phase === 'ready');
      expect(messagesOf(gateway.timeline(channel).getSnapshot().items)).to.deep.equal([]);
      expect([...kept.values()]).to.deep.equal(['{}']);
    });

    it('marks a message that was refused, and sends it again when asked', async () => {
      await openChannel();
      const timeline = gateway.timeline(channel);
      const accept = server.answer;
      server.answer = () => {
        throw new TypeError('fetch failed');
      };
      gateway.messages.sendText(channel, { text: 'hello', mentions: [] });
      const failed = await until(timeline, ({ items }) => messagesOf(items)[0]?.status === 'failed');
      server.answer = accept;
      gateway.messages.retry(channel, messagesOf(failed.items)[0]?.eventId ?? '');
      await until(timeline, ({ items }) => messagesOf(items)[0]?.status === 'sent');
    });

    it('sends by itself what came too soon, and after it what waited behind it', async () => {
      await openChannel();
      const timeline = gateway.timeline(channel);
      const accept = server.answer;
      server.answer = () =>
        Response.json({ errcode: 'M_LIMIT_EXCEEDED', error: 'Too soon', retry_after_ms: 0 }, { status: 429 });
      gateway.messages.sendText(channel, { text: 'one', mentions: [] });
      await until(timeline, ({ items }) => messagesOf(items)[0]?.status === 'failed');
      // The SDK tried it several times.
      const refusals = server.requests.length;
      server.answer = accept;
      for (const text of ['two', 'three']) gateway.messages.sendText(channel, { text, mentions: [] });
      await until(
        timeline,
        ({ items }) => messagesOf(items).filter(({ status }) => status === 'sent').length === 3,
      );
      const arrived = server.requests.slice(refusals).map(({ body }) => body.body);
      expect(arrived).to.deep.equal(['one', 'two', 'three']);
    });
  });

  describe('guilds', () => {
    const child = (roomId: string): ReturnType<typeof stateEvent> =>
      stateEvent('m.space.child', roomId, { via: ['hall'] }, steward);

    it('tells guilds, categories and channels apart and adds up what is new', async () => {
      await open({
        [guild]: {
          state: [
            ...roomState('Club', [me, ada, steward], { type: 'm.space' }),
            child('!games'),
            child(channel),
          ],
        },
        '!games': { state: [...roomState('Games', [me, steward], { type: 'm.space' }), child('!chess')] },
        [channel]: { state: roomState('general', [me, ada]), timeline: [say('$1', ada, 'hello')] },
        '!chess': { state: roomState('chess', [me]), unread: { notification_count: 3, highlight_count: 2 } },
      });
      expect(await until(gateway.guilds, (list) => list.length === 1)).to.deep.equal([
        { guildId: guild, name: 'Club', avatarMxc: undefined, unread: true, mentions: 2 },
      ]);
      const details = await until(gateway.guild(guild), (value) => value !== undefined);
      expect(details?.memberCount).to.equal(2);
      expect(details?.tree.channels.map(({ name, unread }) => [name, unread])).to.deep.equal([
        ['general', true],
      ]);
      expect(
        details?.tree.categories.map(({ name, channels }) => [name, channels[0]?.mentions]),
      ).to.deep.equal([['Games', 2]]);
    });

    it('marks a channel as read and tells the server once', async () => {
      await openChannel([say('$1', ada, 'hello')]);
      const home = await until(gateway.home, ({ channels }) => channels[0]?.unread === true);
      expect(home.total.unread).to.equal(true);
      gateway.timeline(channel).markRead();
      gateway.timeline(channel).markRead();
      await until(gateway.home, ({ channels }) => channels[0]?.unread === false);
      await server.untilAsked('/read_markers');
      gateway.messages.setTyping(channel, true);
      await server.untilAsked(`/typing/${me}`);
      expect(server.requests.filter(({ path }) => path.endsWith('/read_markers'))).to.have.length(1);
    });
  });

  describe('the inbox', () => {
    const called = { 'm.mentions': { user_ids: [me] } };
    const listMentions = () =>
      gateway.inbox.getSnapshot().mentions.map(({ excerpt, isNew }) => [excerpt, isNew]);

    it('keeps who called us when sync leaves a gap after it', async () => {
      await openChannel();
      const unsubscribe = gateway.inbox.subscribe(() => undefined);
      const unread = { notification_count: 1, highlight_count: 1 };
      server.sync({ [channel]: { timeline: [say('$call', ada, 'is this yours?', called)], unread } });
      await until(gateway.inbox, ({ mentions }) => mentions.length === 1);
      server.sync({ [channel]: { timeline: [say('$later', ada, 'or not')], limited: true, unread } });
      await until(gateway.inbox, (inbox) => inbox.unread[0]?.news.at(-1)?.excerpt === 'or not');
      expect(listMentions()).to.deep.equal([['is this yours?', true]]);
      unsubscribe();
    });

    it('lists who called us before what is loaded, as the server remembers it', async () => {
      await openChannel([say('$1', ada, 'hello')]);
      const event = say('$old', ada, 'ada calls', called);
      server.answer = () => ({ notifications: [{ room_id: channel, event, read: true }] });
      await until(gateway.inbox, ({ mentions }) => mentions.length === 1);
      expect(listMentions()).to.deep.equal([['ada calls', false]]);
    });
  });

  it('says when the members could not be loaded, and tries again when asked', async () => {
    await openChannel();
    server.members = () => {
      throw new TypeError('fetch failed');
    };
    const members = gateway.members(channel);
    await until(members, ({ phase }) => phase === 'failed');
    server.members = () => ({ chunk: [{ ...membership('@dov:hall', 'join'), room_id: channel }] });
    void members.load();
    const { absent } = await until(members, ({ phase }) => phase === 'complete');
    expect(absent.map(({ name }) => name)).to.include('Dov');
  });

  it('names those who are typing, but not ourselves', async () => {
    await openChannel();
    const typing = gateway.typing(channel);
    server.sync({ [channel]: { typing: [ada, me] } });
    expect(await until(typing, (names) => names.length > 0)).to.deep.equal(['Ada']);
    server.sync({ [channel]: { typing: [] } });
    await until(typing, (names) => names.length === 0);
  });
});
