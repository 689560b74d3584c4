import { expect } from 'chai';
import { filtered, type SyncPart, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

const GUILDS = '/_guildhall/client/v1/guilds';

describe('members in a sync', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let carol: TestUser;
  let dave: TestUser;
  before(async () => {
    server = await TestServer.start();
    [alice, bob, carol, dave] = [
      await server.register('alice'),
      await server.register('bob'),
      await server.register('carol'),
      await server.register('dave'),
    ];
  });
  after(() => server.stop());

  const lazy = (limit = 10, more: object = {}) =>
    filtered({ room: { state: { lazy_load_members: true, ...more }, timeline: { limit } } });
  const membersIn = (events: readonly SyncPart[]): string[] =>
    events
      .filter(({ type }) => type === 'm.room.member')
      .map((event) => event.state_key)
      .sort();
  const members = (part: SyncPart): string[] => membersIn(part.state.events);

  describe('loaded lazily', () => {
    let room: string;
    beforeEach(async () => {
      room = await alice.createRoom({ preset: 'public_chat', name: 'named' });
      for (const user of [bob, carol, dave]) await user.join(room);
      await alice.say(room, 'one');
      await bob.say(room, 'two');
    });

    it('are those who speak in the timeline, and the user themselves', async () => {
      const part = await new SyncSession(dave, lazy(2)).nextOf(room);
      expect(members(part)).to.deep.equal([alice.userId, bob.userId, dave.userId]);
      expect(part.summary).to.deep.equal({ 'm.joined_member_count': 4, 'm.invited_member_count': 0 });
    });

    it('come with the first message of somebody, and not with the next', async () => {
      const session = await SyncSession.begin(dave, lazy(1));
      await carol.say(room, 'first');
      expect(members(await session.nextOf(room))).to.deep.equal([carol.userId]);
      await carol.say(room, 'second');
      expect(members(await session.nextOf(room))).to.deep.equal([]);
      await carol.setState(room, 'm.room.member', { membership: 'join', displayname: 'C' }, carol.userId);
      expect(members(await session.nextOf(room))).to.deep.equal([]);
      await carol.say(room, 'third');
      expect(members(await session.nextOf(room))).to.deep.equal([]);
    });

    it('come again if the client did not get them', async () => {
      const session = await SyncSession.begin(dave, lazy(1));
      const { since } = session;
      await carol.say(room, 'first');
      expect(members(await session.nextOf(room))).to.deep.equal([carol.userId]);
      session.since = since;
      expect(members(await session.nextOf(room))).to.deep.equal([carol.userId]);
    });

    it('come again every time, if the client wants them redundantly', async () => {
      const session = await SyncSession.begin(dave, lazy(1, { include_redundant_members: true }));
      for (const text of ['first', 'second']) {
        await carol.say(room, text);
        expect(members(await session.nextOf(room))).to.deep.equal([carol.userId]);
      }
    });

    it('are not in the state when the timeline introduces them itself', async () => {
      const session = await SyncSession.begin(dave, lazy());
      const erin = await server.register(`erin${Date.now()}`);
      await erin.join(room);
      await erin.say(room, 'hello');
      const part = await session.nextOf(room);
      expect(membersIn(part.timeline.events)).to.deep.equal([erin.userId]);
      expect(members(part)).to.deep.equal([]);
    });

    it('are as they were where the timeline begins', async () => {
      const session = await SyncSession.begin(dave, lazy(2));
      await carol.say(room, 'before');
      await carol.setState(room, 'm.room.member', { membership: 'join', displayname: 'New' }, carol.userId);
      const part = await session.nextOf(room);
      const [carolBefore] = part.state.events;
      expect(members(part)).to.deep.equal([carol.userId]);
      expect(carolBefore.content.displayname).to.equal('carol');
    });

    it('are all those that changed in a gap, though they do not speak', async () => {
      const session = await SyncSession.begin(dave, lazy(1));
      await carol.setState(room, 'm.room.member', { membership: 'join', displayname: 'C' }, carol.userId);
      await alice.say(room, 'three');
      await bob.say(room, 'four');
      expect(members(await session.nextOf(room))).to.deep.equal([carol.userId]);
    });

    it('are those who speak, as they are at the end, with use_state_after', async () => {
      const session = await SyncSession.begin(dave, { ...lazy(1), use_state_after: 'true' });
      await carol.say(room, 'before');
      const first = await session.nextOf(room);
      expect(membersIn(first.state_after.events)).to.deep.equal([carol.userId]);
      await carol.setState(room, 'm.room.member', { membership: 'join', displayname: 'New' }, carol.userId);
      const next = await session.nextOf(room);
      expect(next.state_after.events.map((event: SyncPart) => event.content.displayname)).to.deep.equal([
        'New',
      ]);
    });
  });

  describe('in the summary', () => {
    const summary = async (user: TestUser, room: string): Promise<SyncPart> =>
      (await new SyncSession(user, lazy(1)).nextOf(room)).summary;

    it('name a room that has no name: those who are in it or invited, never the user', async () => {
      const room = await alice.createRoom({ invite: [bob.userId] });
      await alice.say(room, 'hello');
      const part = await new SyncSession(alice, lazy(1)).nextOf(room);
      expect(part.summary).to.deep.equal({
        'm.heroes': [bob.userId],
        'm.joined_member_count': 1,
        'm.invited_member_count': 1,
      });
      expect(members(part)).to.include(bob.userId);
    });

    it('are those who were there, when nobody else is', async () => {
      const room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      await bob.ok('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/leave`, {});
      expect((await summary(alice, room))['m.heroes']).to.deep.equal([bob.userId]);
    });

    it('are at most five', async () => {
      const room = await alice.createRoom({ preset: 'public_chat' });
      for (let index = 0; index < 6; index += 1) {
        await (await server.register(`guest${Date.now()}${index}`)).join(room);
      }
      const found = await summary(alice, room);
      expect(found['m.heroes']).to.have.length(5);
      expect(found['m.joined_member_count']).to.equal(7);
    });

    it('are left out of a room with a name, and told when the name goes', async () => {
      const room = await alice.createRoom({ preset: 'public_chat', name: 'named' });
      await bob.join(room);
      const session = await SyncSession.begin(alice);
      await bob.say(room, 'hello');
      expect(await session.nextOf(room)).not.to.have.property('summary');
      await alice.setState(room, 'm.room.name', { name: '' });
      expect((await session.nextOf(room)).summary['m.heroes']).to.deep.equal([bob.userId]);
    });

    it('are told anew when they change', async () => {
      const room = await alice.createRoom({ preset: 'public_chat', name: 'named' });
      const session = await SyncSession.begin(alice);
      await bob.join(room);
      expect((await session.nextOf(room)).summary['m.joined_member_count']).to.equal(2);
    });

    it('never count the steward', async () => {
      const guild = await alice.ok('POST', GUILDS, { name: 'Hall' });
      const space = await summary(alice, guild.guild_id);
      expect(space['m.joined_member_count']).to.equal(1);
      await alice.setState(guild.guild_id, 'm.room.name', { name: '' });
      const nameless = await summary(alice, guild.guild_id);
      expect(nameless['m.heroes']).to.deep.equal([]);
    });
  });
});
