import { expect } from 'chai';
import { filtered, type SyncPart, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

describe('unread counts', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let room: string;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    bob = await server.register(`bob${users}`);
    room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
  });

  const counts = (part: SyncPart): [number, number] => [
    part.unread_notifications.notification_count,
    part.unread_notifications.highlight_count,
  ];
  const mention = (user = bob) =>
    alice.send(room, 'm.room.message', {
      msgtype: 'm.text',
      body: 'you',
      'm.mentions': { user_ids: [user.userId] },
    });
  const inThread = (root: string, body = 'in thread') =>
    alice.send(room, 'm.room.message', {
      msgtype: 'm.text',
      body,
      'm.relates_to': { rel_type: 'm.thread', event_id: root },
    });
  const read = (event: string, body: object = {}, type = 'm.read') =>
    bob.ok('POST', `${roomPath(room)}/receipt/${type}/${encodeURIComponent(event)}`, body);
  const initialCounts = async () => counts(await new SyncSession(bob).nextOf(room));

  it('come in the same response as the event', async () => {
    const session = await SyncSession.begin(bob);
    await alice.say(room, 'one');
    expect(counts(await session.nextOf(room))).to.deep.equal([1, 0]);
    await alice.say(room, 'two');
    await mention();
    expect(counts(await session.nextOf(room))).to.deep.equal([3, 1]);
    expect(await initialCounts()).to.deep.equal([3, 1]);
  });

  it('begin where the user has joined', async () => {
    const carol = await server.register(`carol${users}`);
    await alice.say(room, 'before');
    await carol.join(room);
    await alice.say(room, 'after');
    const part = await new SyncSession(carol).nextOf(room);
    expect(counts(part)).to.deep.equal([1, 0]);
  });

  it('are not reset by a change of name', async () => {
    await alice.say(room, 'one');
    await bob.setState(room, 'm.room.member', { membership: 'join', displayname: 'Robert' }, bob.userId);
    await server.restart();
    expect(await initialCounts()).to.deep.equal([1, 0]);
  });

  it('count what the user has not read, and nothing else', async () => {
    const session = await SyncSession.begin(bob);
    await alice.say(room, 'one');
    const second = await mention();
    await alice.say(room, 'three');
    await session.next();
    await read(second);
    expect(counts(await session.nextOf(room))).to.deep.equal([1, 0]);
    await alice.say(room, 'four');
    expect(counts(await session.nextOf(room))).to.deep.equal([2, 0]);
    expect(await initialCounts()).to.deep.equal([2, 0]);
  });

  it('go down on the other devices of the user as well, also with a private receipt', async () => {
    const phone = await SyncSession.begin(bob);
    const event = await alice.say(room, 'one');
    expect(counts(await phone.nextOf(room))).to.deep.equal([1, 0]);
    await read(event, {}, 'm.read.private');
    expect(counts(await phone.nextOf(room))).to.deep.equal([0, 0]);
  });

  it('are told when the user has read, also to a client that wants no receipts', async () => {
    const session = await SyncSession.begin(bob, filtered({ room: { ephemeral: { types: [] } } }));
    const event = await alice.say(room, 'one');
    await session.next();
    await read(event);
    const part = await session.nextOf(room);
    expect(counts(part)).to.deep.equal([0, 0]);
    expect(part.ephemeral.events).to.deep.equal([]);
  });

  it('are reset by a message of the user', async () => {
    const session = await SyncSession.begin(bob);
    await alice.say(room, 'one');
    expect(counts(await session.nextOf(room))).to.deep.equal([1, 0]);
    await bob.say(room, 'answer');
    expect(counts(await session.nextOf(room))).to.deep.equal([0, 0]);
    await alice.say(room, 'two');
    expect(counts(await session.nextOf(room))).to.deep.equal([1, 0]);
    await server.restart();
    expect(await initialCounts()).to.deep.equal([1, 0]);
  });

  it('leave out reactions, edits, notices and the user themselves', async () => {
    const session = await SyncSession.begin(bob);
    const event = await alice.say(room, 'one');
    await alice.send(room, 'm.reaction', {
      'm.relates_to': { rel_type: 'm.annotation', event_id: event, key: '+' },
    });
    await alice.send(room, 'm.room.message', {
      msgtype: 'm.text',
      body: '* uno',
      'm.new_content': { msgtype: 'm.text', body: 'uno' },
      'm.relates_to': { rel_type: 'm.replace', event_id: event },
    });
    await alice.send(room, 'm.room.message', { msgtype: 'm.notice', body: 'beep' });
    expect(counts(await session.nextOf(room))).to.deep.equal([1, 0]);
  });

  it('go down when a message is redacted', async () => {
    const session = await SyncSession.begin(bob);
    const event = await mention();
    await alice.say(room, 'two');
    expect(counts(await session.nextOf(room))).to.deep.equal([2, 1]);
    await alice.ok('PUT', `${roomPath(room)}/redact/${encodeURIComponent(event)}/1`, {});
    expect(counts(await session.nextOf(room))).to.deep.equal([1, 0]);
  });

  it('leave out people whom the user ignores', async () => {
    const path = `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/account_data/m.ignored_user_list`;
    await bob.ok('PUT', path, { ignored_users: { [alice.userId]: {} } });
    await mention();
    expect(await initialCounts()).to.deep.equal([0, 0]);
  });

  it('go by the rules of the user, from the moment on that they change', async () => {
    const session = await SyncSession.begin(bob);
    await alice.say(room, 'one');
    expect(counts(await session.nextOf(room))).to.deep.equal([1, 0]);
    const rule = `/_matrix/client/v3/pushrules/global/room/${encodeURIComponent(room)}`;
    await bob.ok('PUT', rule, { actions: [] });
    const { account_data: data } = await session.next();
    const [rules] = data.events.filter((event: SyncPart) => event.type === 'm.push_rules');
    expect(rules.content.global.room).to.have.length(1);
    await alice.say(room, 'two');
    expect(counts(await session.nextOf(room))).to.deep.equal([0, 0]);
    await mention();
    expect(counts(await session.nextOf(room))).to.deep.equal([1, 1]);
  });

  describe('of threads', () => {
    const byThread = filtered({ room: { timeline: { unread_thread_notifications: true } } });

    it('are one with those of the room, unless the client asks for them', async () => {
      const session = await SyncSession.begin(bob);
      await inThread(await alice.say(room, 'root'));
      const part = await session.nextOf(room);
      expect(counts(part)).to.deep.equal([2, 0]);
      expect(part).not.to.have.property('unread_thread_notifications');
    });

    it('stand beside those of the room, for a client that asks', async () => {
      const session = await SyncSession.begin(bob, byThread);
      const root = await alice.say(room, 'root');
      await inThread(root);
      await inThread(root);
      const part = await session.nextOf(room);
      expect(counts(part)).to.deep.equal([1, 0]);
      expect(part.unread_thread_notifications).to.deep.equal({
        [root]: { notification_count: 2, highlight_count: 0 },
      });
    });

    it('go down with the receipts of the thread, and of the whole room', async () => {
      const session = await SyncSession.begin(bob, byThread);
      const root = await alice.say(room, 'root');
      const reply = await inThread(root);
      const last = await alice.say(room, 'main again');
      await session.next();
      await read(last, { thread_id: 'main' });
      const mainRead = await session.nextOf(room);
      expect(counts(mainRead)).to.deep.equal([0, 0]);
      expect(mainRead.unread_thread_notifications[root].notification_count).to.equal(1);
      await read(reply, { thread_id: root });
      expect(await session.nextOf(room)).not.to.have.property('unread_thread_notifications');
      await inThread(root, 'more');
      const latest = await inThread(root, 'and more');
      expect((await session.nextOf(room)).unread_thread_notifications[root].notification_count).to.equal(2);
      await read(latest);
      const allRead = await session.nextOf(room);
      expect(counts(allRead)).to.deep.equal([0, 0]);
      expect(allRead).not.to.have.property('unread_thread_notifications');
    });
  });
});
