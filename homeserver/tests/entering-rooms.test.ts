import { expect } from 'chai';
import {
  completePartialState,
  type ForeignState,
  type IntakeContext,
  joinWithState,
  partialRooms,
  receiveEvent,
  receiveMembership,
} from '../src/rooms/index.ts';
import { rejection } from '../test-kit/rejection.ts';
import { anyKeys, REMOTE, RemoteRoom, type RemoteSending } from '../test-kit/remote-room.ts';
import { expectAsOnDisk, inOrder, stateBefore, stateInMemory } from '../test-kit/room-on-disk.ts';
import { describeEvents, filtered, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const CREATOR = `@creator:${REMOTE}`;
const BOB = `@bob:${REMOTE}`;
const CAROL = `@carol:${REMOTE}`;

function state(sender: string, type: string, content: RemoteSending['content'] = {}): RemoteSending {
  return { type, sender, stateKey: '', content };
}

function member(sender: string, target: string, membership: string): RemoteSending {
  return { type: 'm.room.member', sender, stateKey: target, content: { membership } };
}

function say(sender: string, body: string): RemoteSending {
  return { type: 'm.room.message', sender, content: { msgtype: 'm.text', body } };
}

describe('Rooms of other servers', () => {
  let server: TestServer;
  let alice: TestUser;
  before(async () => {
    server = await TestServer.start({ SERVER_NAME: 'test' });
    alice = await server.register('alice');
  });
  after(() => server.stop());
  const context = (): IntakeContext => ({ ...server.rooms, signingKeys: anyKeys });

  /** A public room of the remote server with Bob and Carol, and a topic. */
  async function remoteRoom(version = '12'): Promise<RemoteRoom> {
    const remote = await RemoteRoom.create(version);
    const users = remote.rules.creatorsHaveInfinitePower ? {} : { [CREATOR]: 100 };
    const levels = { users: { ...users, [BOB]: 75, [CAROL]: 50 } };
    await remote.send([remote.newest], state(CREATOR, 'm.room.power_levels', levels));
    await remote.send([remote.newest], state(CREATOR, 'm.room.join_rules', { join_rule: 'public' }));
    for (const userId of [BOB, CAROL]) await remote.join([remote.newest], userId);
    await remote.send([remote.newest], state(BOB, 'm.room.topic', { topic: 'as it was' }));
    return remote;
  }

  /** Joins through the remote server. @param hidden members that it leaves out, for now. */
  async function join(remote: RemoteRoom, userId: string, hidden: readonly string[] = []): Promise<string> {
    const before = [remote.newest];
    const given = await remote.foreignState(before, ({ state_key: key }) => !hidden.includes(key ?? ''));
    const eventId = await remote.join(before, userId);
    const { roomId, rules } = remote;
    await joinWithState(context(), {
      roomId,
      roomVersion: rules.version,
      join: remote.json(eventId),
      ...given,
      ...(hidden.length === 0 ? {} : { partial: { servers: [REMOTE] } }),
    });
    return eventId;
  }

  /** The whole state before the join that a room was entered with has come. */
  async function complete({ roomId }: RemoteRoom, full: ForeignState): Promise<void> {
    const room = await server.rooms.registry.byId(roomId);
    const partial = (await partialRooms(server.rooms)).find(({ roomNid }) => roomNid === room?.nid);
    await completePartialState(context(), roomId, { ...full, joinNid: partial?.joinNid ?? 0 });
  }

  function receive(remote: RemoteRoom, eventId: string) {
    return receiveEvent(context(), remote.roomId, remote.json(eventId), remote);
  }

  async function expectState(remote: RemoteRoom, after: readonly string[]): Promise<void> {
    const room = await server.rooms.registry.byId(remote.roomId);
    if (room === undefined) throw new Error('the room is not here');
    expect(await stateInMemory(server.rooms, room)).to.deep.equal(inOrder(await remote.stateAfter(after)));
    await expectAsOnDisk(server.rooms, room);
  }

  describe('that somebody joins', () => {
    for (const version of ['1', '2', '3', '6', '10', '11', '12']) {
      it(`are here with all of their state, and go on, in version ${version}`, async () => {
        const remote = await remoteRoom(version);
        const session = await SyncSession.begin(alice);
        const joined = await join(remote, alice.userId);
        await expectState(remote, [joined]);
        const next = await remote.send([joined], say(BOB, 'welcome'));
        expect(await receive(remote, next)).to.include({ outcome: 'accepted' });
        const room = await session.nextOf(remote.roomId);
        expect(describeEvents(room.timeline.events)).to.deep.equal([
          `m.room.member ${alice.userId}`,
          'welcome',
        ]);
        expect(describeEvents(room.state.events))
          .to.include('m.room.topic')
          .and.include(`m.room.member ${BOB}`);
        expect(room.summary['m.joined_member_count']).to.equal(4);
      });
    }

    it('are refused whose join the state does not allow, and nothing is left of them', async () => {
      const remote = await remoteRoom();
      await remote.send([remote.newest], member(BOB, alice.userId, 'ban'));
      const error = await rejection(join(remote, alice.userId));
      expect(error).to.include({ status: 403, errcode: 'M_FORBIDDEN' });
      expect(await server.rooms.registry.byId(remote.roomId)).to.equal(undefined);
      expect(await server.rooms.storage.events.getById(remote.eventIds[0] ?? '')).to.equal(undefined);
    });

    it('are refused without their beginning, and with another version than was said', async () => {
      const remote = await remoteRoom('10');
      const before = [remote.newest];
      const { state: events, authChain } = await remote.foreignState(before);
      const { roomId } = remote;
      const joinEvent = remote.json(await remote.join(before, alice.userId));
      const isCreate = (json: unknown) => (json as { type: string }).type === 'm.room.create';
      const attempts = [
        { roomVersion: '10', state: events.filter((json) => !isCreate(json)), authChain },
        { roomVersion: '9', state: events, authChain },
        { roomVersion: '99', state: events, authChain },
      ];
      for (const attempt of attempts) {
        const error = await rejection(joinWithState(context(), { roomId, join: joinEvent, ...attempt }));
        expect(error).to.have.property('status', 400);
      }
    });

    it('have a second member of this server who came in at the same time', async () => {
      const remote = await remoteRoom();
      const zoe = await server.register('zoe-at-once');
      const before = [remote.newest];
      const given = await remote.foreignState(before);
      const joins = [await remote.join(before, alice.userId), await remote.join(before, zoe.userId)];
      const { roomId } = remote;
      await Promise.all(
        joins.map((eventId) =>
          joinWithState(context(), { roomId, roomVersion: '12', join: remote.json(eventId), ...given }),
        ),
      );
      await expectState(remote, joins);
      expect(await receive(remote, await remote.send(joins, say(BOB, 'both')))).to.include({
        outcome: 'accepted',
      });
    });

    it('begin anew when everybody had left: nothing of their old state counts', async () => {
      const remote = await remoteRoom();
      await join(remote, alice.userId);
      const left = await remote.send([remote.newest], member(alice.userId, alice.userId, 'leave'));
      expect(await receive(remote, left)).to.include({ outcome: 'accepted' });
      // What happens now, nobody tells this server.
      await remote.send([left], state(CREATOR, 'm.room.topic', { topic: 'as it is now' }));
      await remote.send([remote.newest], member(BOB, CAROL, 'ban'));
      const session = await SyncSession.begin(alice);
      const again = await join(remote, alice.userId);
      await expectState(remote, [again]);
      const room = await session.nextOf(remote.roomId);
      const topic = room.state.events.find(({ type }: { type: string }) => type === 'm.room.topic');
      expect(topic.content).to.deep.equal({ topic: 'as it is now' });
      expect(describeEvents(room.timeline.events)).to.include(`m.room.member ${alice.userId}`);
      const { body } = await alice.request('GET', `${roomPath(remote.roomId)}/members?membership=ban`);
      expect(describeEvents(body.chunk)).to.deep.equal([`m.room.member ${CAROL}`]);
    });
  });

  describe('whose members are not known yet', () => {
    it('take messages of members that are not known, and of nobody who is banned', async () => {
      const remote = await remoteRoom();
      const banned = `@dora:${REMOTE}`;
      await remote.join([remote.newest], banned);
      await remote.send([remote.newest], member(BOB, banned, 'ban'));
      const joined = await join(remote, alice.userId, [CAROL]);
      const hello = await remote.send([joined], say(CAROL, 'hello'));
      expect(await receive(remote, hello)).to.include({ outcome: 'accepted' });
      const spam = await remote.send([hello], say(banned, 'spam'));
      expect(await receive(remote, spam)).to.include({ outcome: 'rejected' });
    });

    it('are shown to clients that load members lazily, and to others once all are known', async () => {
      const remote = await remoteRoom();
      const lazy = { room: { state: { lazy_load_members: true } } };
      const sessions = [
        await SyncSession.begin(alice, filtered(lazy)),
        await SyncSession.begin(alice),
      ] as const;
      const others = ['fay', 'gil', 'hal', 'ivy'].map((name) => `@${name}:${REMOTE}`);
      for (const userId of others) await remote.join([remote.newest], userId);
      const before = await remote.foreignState([remote.newest]);
      const joined = await join(remote, alice.userId, [CAROL, ...others]);
      const hello = await remote.send([joined], say(BOB, 'hello'));
      await receive(remote, hello);
      expect(describeEvents((await sessions[0].nextOf(remote.roomId)).timeline.events)).to.include('hello');
      expect(await sessions[1].nextOf(remote.roomId)).to.equal(undefined);
      const fresh = new SyncSession(alice);
      expect(await fresh.nextOf(remote.roomId)).to.equal(undefined);

      await complete(remote, before);
      await expectState(remote, [hello]);
      for (const session of [sessions[1], fresh]) {
        const room = await session.nextOf(remote.roomId);
        expect(describeEvents(room.timeline.events)).to.include('hello');
        expect(describeEvents(room.state.events)).to.include(`m.room.member ${CAROL}`);
        expect(room.summary['m.joined_member_count']).to.equal(8);
      }
      const room = await sessions[0].nextOf(remote.roomId);
      expect(room.summary['m.joined_member_count']).to.equal(8);
      expect(describeEvents(room.state.events)).to.not.include(`m.room.member ${others[3]}`);
    });

    it('let those wait who ask for the members', async () => {
      const remote = await remoteRoom();
      const before = await remote.foreignState([remote.newest]);
      await join(remote, alice.userId, [CAROL]);
      const asked = alice.request('GET', `${roomPath(remote.roomId)}/joined_members`);
      await complete(remote, before);
      expect(Object.keys((await asked).body.joined)).to.have.members([alice.userId, BOB, CAROL, CREATOR]);
    });

    it('are checked again when all are known, and have the states that they would have had', async () => {
      const remote = await remoteRoom();
      const eve = `@eve:${REMOTE}`;
      await remote.join([remote.newest], eve);
      const wasIn = await remote.stateAfter([remote.newest]);
      await remote.send([remote.newest], member(eve, eve, 'leave'));
      const before = await remote.foreignState([remote.newest]);
      const joined = await join(remote, alice.userId, [CAROL, eve]);
      const topic = await remote.send([joined], state(CAROL, 'm.room.topic', { topic: 'Carol’s' }));
      // Eve has left, but names her join as her authority.
      const draft = await remote.draft([topic], say(eve, 'still here'));
      const claimed = [...draft.auth_events, wasIn.get(`13 m.room.member ${eve}`) ?? ''].slice(-10);
      const authEvents = claimed.filter((id) => remote.pdu(id).content.membership !== 'leave');
      const late = remote.sign({ ...draft, auth_events: authEvents });
      expect(await receive(remote, topic)).to.include({ outcome: 'accepted' });
      const received = await receiveEvent(context(), remote.roomId, late, remote);
      expect(received.outcome).to.equal('accepted');
      expect((await partialRooms(server.rooms)).map(({ servers }) => servers)).to.deep.include([REMOTE]);

      await complete(remote, before);
      const { events } = server.rooms.storage;
      for (const eventId of [joined, topic]) {
        const event = await events.getById(eventId);
        if (event === undefined) throw new Error('not stored');
        const expected = inOrder(await remote.stateAfter(event.pdu.prev_events));
        expect(await stateBefore(server.rooms, event)).to.deep.equal(expected);
      }
      expect(await stateBefore(server.rooms, (await events.getById(topic)) ?? raise())).to.have.length(9);
      const { body } = await alice.request('GET', `${roomPath(remote.roomId)}/messages?dir=b`);
      expect(describeEvents(body.chunk)).to.not.include('still here');
      const room = await server.rooms.registry.byId(remote.roomId);
      expect(room?.isPartial).to.equal(false);
      expect(room?.head.extremities.map(({ eventId }) => eventId)).to.deep.equal([topic]);
      await expectState(remote, [topic]);
      await complete(remote, before);
    });

    it('stay so over a restart, until they are completed', async () => {
      const remote = await remoteRoom();
      const before = await remote.foreignState([remote.newest]);
      const joined = await join(remote, alice.userId, [CAROL]);
      await server.restart();
      expect((await server.rooms.registry.byId(remote.roomId))?.isPartial).to.equal(true);
      await complete(remote, before);
      await server.restart();
      expect((await server.rooms.registry.byId(remote.roomId))?.isPartial).to.equal(false);
      await expectState(remote, [joined]);
    });
  });

  describe('that this server is not in', () => {
    const stripped = [
      { type: 'm.room.name', sender: BOB, state_key: '', content: { name: 'Club' }, event_id: '$forged' },
      { type: 'm.room.topic', sender: BOB, content: { topic: 'no state' } },
    ];

    async function invite(remote: RemoteRoom, user: TestUser): Promise<string> {
      const eventId = await remote.send([remote.newest], member(BOB, user.userId, 'invite'));
      const { roomId, rules } = remote;
      const event = remote.json(eventId);
      return receiveMembership(context(), {
        roomId,
        roomVersion: rules.version,
        event,
        strippedState: stripped,
      });
    }

    it('show as invites, with what came with them, also after a restart', async () => {
      const remote = await remoteRoom();
      const zoe = await server.register('zoe-invited');
      const session = await SyncSession.begin(zoe);
      await invite(remote, zoe);
      await invite(remote, zoe).catch(() => undefined);
      const shown = (await session.next()).rooms.invite[remote.roomId].invite_state.events;
      expect(describeEvents(shown)).to.deep.equal(['m.room.name', `m.room.member ${zoe.userId}`]);
      expect(shown[0]).to.deep.equal({
        type: 'm.room.name',
        sender: BOB,
        state_key: '',
        content: { name: 'Club' },
      });
      await server.restart();
      expect((await new SyncSession(zoe).next()).rooms.invite).to.have.all.keys(remote.roomId);
      const { status } = await zoe.request('GET', `${roomPath(remote.roomId)}/state`);
      expect(status).to.equal(403);
    });

    it('can be turned down', async () => {
      const remote = await remoteRoom();
      const zoe = await server.register('zoe-rejects');
      await invite(remote, zoe);
      const session = await SyncSession.begin(zoe);
      await zoe.ok('POST', `${roomPath(remote.roomId)}/leave`, {});
      await zoe.ok('POST', `${roomPath(remote.roomId)}/leave`, {});
      const { rooms } = await session.next();
      expect(rooms).to.have.all.keys('leave');
      expect(rooms.leave[remote.roomId].timeline.events[0].content).to.deep.equal({ membership: 'leave' });
      expect((await new SyncSession(zoe).next()).rooms).to.equal(undefined);
      await zoe.ok('POST', `${roomPath(remote.roomId)}/forget`, {});
      expect(
        await rejection(
          invite(remote, zoe).then(() => zoe.ok('POST', `${roomPath(remote.roomId)}/join`, {})),
        ),
      ).to.be.instanceOf(Error);
    });

    it('are joined from an invite, and those who are not in them lose theirs', async () => {
      const remote = await remoteRoom();
      const zoe = await server.register('zoe-joins');
      const ian = await server.register('ian-uninvited');
      await invite(remote, zoe);
      await invite(remote, ian);
      await remote.send([remote.newest], member(BOB, ian.userId, 'leave'));
      const session = await SyncSession.begin(ian);
      const joined = await join(remote, zoe.userId);
      await expectState(remote, [joined]);
      expect((await session.next()).rooms.leave).to.have.all.keys(remote.roomId);
    });

    it('take invites back, and knocks end', async () => {
      const remote = await remoteRoom();
      const zoe = await server.register('zoe-uninvited');
      await invite(remote, zoe);
      const session = await SyncSession.begin(zoe);
      const back = await remote.send([remote.newest], member(BOB, zoe.userId, 'leave'));
      const { roomId, rules } = remote;
      const end = { roomId, roomVersion: rules.version, event: remote.json(back) };
      await receiveMembership(context(), end);
      expect((await session.next()).rooms.leave).to.have.all.keys(roomId);
      const again = await remote.send([back], member(BOB, zoe.userId, 'leave'));
      const error = await rejection(receiveMembership(context(), { ...end, event: remote.json(again) }));
      expect(error).to.include({ status: 403 });
    });

    it('invite nobody who is not here, and nobody of another server', async () => {
      const remote = await remoteRoom();
      for (const userId of ['@nobody:test', `@fay:${REMOTE}`]) {
        const eventId = await remote.send([remote.newest], member(BOB, userId, 'invite'));
        const event = remote.json(eventId);
        const given = { roomId: remote.roomId, roomVersion: '12', event };
        expect(await rejection(receiveMembership(context(), given))).to.have.property('errcode');
      }
      expect(await server.rooms.registry.byId(remote.roomId)).to.equal(undefined);
    });
  });
});

function raise(): never {
  throw new Error('not stored');
}
