import { expect } from 'chai';
import { describeEvents, filtered, type SyncPart, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

describe('memberships in a sync', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    bob = await server.register(`bob${users}`);
  });

  const leave = (user: TestUser, room: string) => user.ok('POST', `${roomPath(room)}/leave`, {});
  const throwOut = (how: 'kick' | 'ban' | 'unban', room: string) =>
    alice.ok('POST', `${roomPath(room)}/${how}`, { user_id: bob.userId });
  const contentOf = (events: readonly SyncPart[], type: string): SyncPart =>
    events.find((event) => event.type === type)?.content;
  async function publicRoom(): Promise<string> {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    return room;
  }

  describe('of somebody who is invited', () => {
    it('show what the room is, stripped, with the invite itself', async () => {
      const session = await SyncSession.begin(bob);
      const room = await alice.createRoom({ name: 'Club', topic: 'secret', invite: [bob.userId] });
      const { rooms } = await session.next();
      const { events } = rooms.invite[room].invite_state;
      expect(rooms).to.have.all.keys('invite');
      expect(contentOf(events, 'm.room.name')).to.deep.equal({ name: 'Club' });
      expect(contentOf(events, 'm.room.create')).to.have.property('room_version', '12');
      expect(contentOf(events, 'm.room.join_rules')).to.have.property('join_rule', 'invite');
      const own = events.find((event: SyncPart) => event.state_key === bob.userId);
      expect(own).to.deep.include({ type: 'm.room.member', sender: alice.userId });
      expect(own.content.membership).to.equal('invite');
      const inviter = events.find(({ state_key: key }: { state_key: string }) => key === alice.userId);
      expect(inviter.content).to.include({ membership: 'join', displayname: 'alice' });
      for (const event of events) expect(event).to.have.all.keys('type', 'sender', 'state_key', 'content');
    });

    it('show the invite once, and in every initial sync', async () => {
      const session = await SyncSession.begin(bob);
      const room = await alice.createRoom({ invite: [bob.userId] });
      expect((await session.next()).rooms.invite).to.have.all.keys(room);
      await alice.say(room, 'not for bob');
      expect((await session.next()).rooms).to.equal(undefined);
      expect((await new SyncSession(bob).next()).rooms.invite).to.have.all.keys(room);
    });

    it('show the room with all of its state once they have joined', async () => {
      const room = await alice.createRoom({ name: 'Club', invite: [bob.userId] });
      const session = await SyncSession.begin(bob);
      await bob.join(room);
      const { rooms } = await session.next();
      expect(rooms).to.have.all.keys('join');
      const { state, timeline } = rooms.join[room];
      expect(describeEvents([...state.events, ...timeline.events])).to.include('m.room.name');
    });

    it('show that they have rejected it, and nothing of the room', async () => {
      const room = await alice.createRoom({ name: 'Club', invite: [bob.userId] });
      const session = await SyncSession.begin(bob);
      await alice.say(room, 'not for bob');
      await leave(bob, room);
      const { rooms } = await session.next();
      expect(rooms).to.have.all.keys('leave');
      const { timeline, state } = rooms.leave[room];
      expect(describeEvents([...state.events, ...timeline.events])).to.deep.equal([
        `m.room.member ${bob.userId}`,
      ]);
      expect(timeline.events[0].content.membership).to.equal('leave');
      expect((await session.next()).rooms).to.equal(undefined);
    });

    it('show that they have rejected it to clients that take state from state_after alone', async () => {
      const room = await alice.createRoom({ invite: [bob.userId] });
      const session = await SyncSession.begin(bob, { use_state_after: 'true' });
      await leave(bob, room);
      const { rooms } = await session.next();
      const { state_after: after } = rooms.leave[room];
      expect(describeEvents(after.events)).to.deep.equal([`m.room.member ${bob.userId}`]);
      expect(after.events[0].content.membership).to.equal('leave');
    });

    it('show that it was taken back', async () => {
      const room = await alice.createRoom({ invite: [bob.userId] });
      const session = await SyncSession.begin(bob);
      await throwOut('kick', room);
      expect((await session.next()).rooms.leave).to.have.all.keys(room);
    });

    it('show no invite by somebody whom they ignore', async () => {
      const path = `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/account_data/m.ignored_user_list`;
      await bob.ok('PUT', path, { ignored_users: { [alice.userId]: {} } });
      const session = await SyncSession.begin(bob);
      await alice.createRoom({ invite: [bob.userId] });
      expect((await session.next()).rooms).to.equal(undefined);
      expect((await new SyncSession(bob).next()).rooms).to.equal(undefined);
    });
  });

  describe('of somebody who leaves', () => {
    it('show the room once more, up to their leaving and nothing after', async () => {
      const room = await publicRoom();
      const session = await SyncSession.begin(bob);
      await alice.say(room, 'farewell');
      await leave(bob, room);
      await alice.say(room, 'gone');
      await alice.setState(room, 'm.room.topic', { topic: 'without bob' });
      const { rooms } = await session.next();
      expect(rooms).to.have.all.keys('leave');
      const { timeline, state } = rooms.leave[room];
      expect(describeEvents(timeline.events)).to.deep.equal(['farewell', `m.room.member ${bob.userId}`]);
      expect(state.events).to.deep.equal([]);
      await alice.say(room, 'still gone');
      expect((await session.next()).rooms).to.equal(undefined);
    });

    it('show who threw them out, and why', async () => {
      const room = await publicRoom();
      const session = await SyncSession.begin(bob);
      await alice.ok('POST', `${roomPath(room)}/kick`, { user_id: bob.userId, reason: 'noise' });
      const { events } = (await session.next()).rooms.leave[room].timeline;
      expect(events[0]).to.deep.include({ sender: alice.userId });
      expect(events[0].content).to.deep.include({ membership: 'leave', reason: 'noise' });
    });

    it('show a ban that comes after they have gone', async () => {
      const room = await publicRoom();
      const session = await SyncSession.begin(bob);
      await leave(bob, room);
      await alice.say(room, 'secret');
      await throwOut('ban', room);
      const { events } = (await session.next()).rooms.leave[room].timeline;
      const memberships = events.map((event: SyncPart) => event.content.membership);
      expect(memberships).to.deep.equal(['leave', 'ban']);
      await throwOut('unban', room);
      const later = (await session.next()).rooms.leave[room].timeline.events;
      expect(later.map((event: SyncPart) => event.content.membership)).to.deep.equal(['leave']);
    });

    it('show the room with its state, when they came and went between two syncs', async () => {
      const room = await alice.createRoom({ preset: 'public_chat', name: 'Club' });
      const session = await SyncSession.begin(bob);
      await bob.join(room);
      await alice.say(room, 'hello');
      await leave(bob, room);
      await alice.say(room, 'gone');
      const { timeline, state } = (await session.next()).rooms.leave[room];
      const all = describeEvents([...state.events, ...timeline.events]);
      expect(all).to.include.members(['m.room.create', 'm.room.name', 'hello']);
      expect(all).not.to.include('gone');
    });

    it('stop the account data, receipts and counts of the room', async () => {
      const room = await publicRoom();
      const event = await alice.say(room, 'hello');
      await leave(bob, room);
      const session = await SyncSession.begin(bob);
      const path = `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/rooms/${encodeURIComponent(room)}`;
      await bob.ok('PUT', `${path}/account_data/org.example.note`, { text: 'kept' });
      await alice.ok('POST', `${roomPath(room)}/receipt/m.read/${encodeURIComponent(event)}`, {});
      expect((await session.next()).rooms).to.equal(undefined);
    });

    it('tell other devices that they have left, though they forgot the room as well', async () => {
      const room = await publicRoom();
      const session = await SyncSession.begin(bob);
      await leave(bob, room);
      await bob.ok('POST', `${roomPath(room)}/forget`, {});
      expect((await session.next()).rooms.leave).to.have.all.keys(room);
    });

    it('show the room in an initial sync only with include_leave, as it was when they left', async () => {
      const room = await publicRoom();
      await alice.say(room, 'farewell');
      await leave(bob, room);
      await alice.say(room, 'gone');
      expect((await new SyncSession(bob).next()).rooms).to.equal(undefined);
      const withLeft = filtered({ room: { include_leave: true } });
      const { timeline, state } = (await new SyncSession(bob, withLeft).next()).rooms.leave[room];
      expect(describeEvents(timeline.events).slice(-2)).to.deep.equal([
        'farewell',
        `m.room.member ${bob.userId}`,
      ]);
      expect(describeEvents([...state.events, ...timeline.events])).to.include('m.room.create');
      await bob.ok('POST', `${roomPath(room)}/forget`, {});
      expect((await new SyncSession(bob, withLeft).next()).rooms).to.equal(undefined);
    });
  });

  describe('and what may be seen', () => {
    for (const [visibility, seesBefore] of [
      ['shared', true],
      ['joined', false],
    ] as const) {
      it(`show ${seesBefore ? 'what was' : 'nothing from'} before they came with ${visibility} history`, async () => {
        const room = await alice.createRoom({
          preset: 'public_chat',
          initial_state: [
            { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: visibility } },
          ],
        });
        await alice.say(room, 'before');
        const session = await SyncSession.begin(bob);
        await bob.join(room);
        await alice.say(room, 'after');
        const incremental = describeEvents((await session.nextOf(room)).timeline.events);
        const initial = describeEvents((await new SyncSession(bob).nextOf(room)).timeline.events);
        for (const shown of [incremental, initial]) {
          expect(shown.includes('before')).to.equal(seesBefore);
          expect(shown.slice(-2)).to.deep.equal([`m.room.member ${bob.userId}`, 'after']);
        }
      });
    }

    it('hide what was said while they were away, when they come back', async () => {
      const room = await alice.createRoom({
        preset: 'public_chat',
        initial_state: [
          { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } },
        ],
      });
      await bob.join(room);
      const session = await SyncSession.begin(bob);
      await leave(bob, room);
      await alice.say(room, 'behind his back');
      await bob.join(room);
      const shown = describeEvents((await session.nextOf(room)).timeline.events);
      expect(shown).not.to.include('behind his back');
    });
  });
});
