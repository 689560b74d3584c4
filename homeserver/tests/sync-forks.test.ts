import { expect } from 'chai';
import { receiveEvent } from '../src/rooms/index.ts';
import { REMOTE, RemoteRoom, type RemoteSending, remoteKeys } from '../test-kit/remote-room.ts';
import { describeEvents, SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

const BOB = `@bob:${REMOTE}`;
const CAROL = `@carol:${REMOTE}`;

function member(sender: string, target: string, membership: string): RemoteSending {
  return { type: 'm.room.member', sender, stateKey: target, content: { membership } };
}

function topic(sender: string, text: string): RemoteSending {
  return { type: 'm.room.topic', sender, stateKey: '', content: { topic: text } };
}

describe('sync, where branches of a room meet', () => {
  let server: TestServer;
  let alice: TestUser;
  let zoe: TestUser;
  before(async () => {
    server = await TestServer.start({ SERVER_NAME: 'test' });
    alice = await server.register('alice');
    zoe = await server.register('zoe');
  });
  after(() => server.stop());

  /** A room of Alice's in which Bob and Carol of the remote server have power. */
  async function share() {
    const { status, body } = await alice.request('POST', '/_matrix/client/v3/createRoom', {
      preset: 'public_chat',
      power_level_content_override: { users: { [BOB]: 80, [CAROL]: 75 } },
    });
    expect(status).to.equal(200);
    const roomId: string = body.room_id;
    const remote = await RemoteRoom.of(server.rooms.storage, roomId);
    const receive = async (after: readonly string[], sending: RemoteSending) => {
      const eventId = await remote.send(after, sending);
      const context = { ...server.rooms, signingKeys: remoteKeys };
      await receiveEvent(context, roomId, remote.json(eventId), remote);
      return eventId;
    };
    for (const userId of [BOB, CAROL]) await receive([remote.newest], member(userId, userId, 'join'));
    return { roomId, remote, receive, start: remote.newest };
  }

  it('tells of state that a branch undoes, as empty, and wakes who waits for it', async () => {
    const { roomId, receive, start } = await share();
    const session = new SyncSession(alice);
    await receive([start], topic(CAROL, 'by Carol'));
    await session.next();
    const waiting = session.nextOf(roomId, { timeout: '30000' });
    await receive([start], member(BOB, CAROL, 'ban'));
    const room = await waiting;
    expect(describeEvents(room.timeline.events)).to.deep.equal([`m.room.member ${CAROL}`]);
    expect(
      room.state.events.map(({ type, content }: { type: string; content: object }) => [type, content]),
    ).to.deep.equal([['m.room.topic', {}]]);
    expect(await alice.request('GET', `/_matrix/client/v3/rooms/${roomId}/state/m.room.topic`)).to.include({
      status: 404,
    });
  });

  it('leaves an event that has lost out of the timeline, behind a gap, and tells the state that won', async () => {
    const { roomId, receive, start } = await share();
    const session = await SyncSession.begin(alice);
    const newer = await receive([start], { ...topic(BOB, 'newer'), at: 4_000_000_000_000 });
    await receive([start], { ...topic(BOB, 'older'), at: 3_000_000_000_000 });
    const room = await session.nextOf(roomId);
    expect(room.timeline.events).to.deep.equal([]);
    expect(room.timeline.limited).to.equal(true);
    const shown = room.state.events.filter(({ type }: { type: string }) => type === 'm.room.topic');
    expect(shown.map((event: { event_id: string }) => event.event_id)).to.deep.equal([newer]);
    const path = `/_matrix/client/v3/rooms/${roomId}/messages?dir=b&limit=2&from=${room.timeline.prev_batch}`;
    const { body } = await alice.request('GET', path);
    expect(body.chunk.map(({ content }: { content: { topic: string } }) => content.topic)).to.deep.equal([
      'older',
      'newer',
    ]);
  });

  it('says with state_after what the state is, whatever the timeline shows', async () => {
    const { roomId, receive, start } = await share();
    const session = await SyncSession.begin(alice, { use_state_after: 'true' });
    const newer = await receive([start], { ...topic(BOB, 'newer'), at: 4_000_000_000_000 });
    const older = await receive([start], { ...topic(BOB, 'older'), at: 3_000_000_000_000 });
    const room = await session.nextOf(roomId);
    const ids = (events: { event_id: string }[]) => events.map((event) => event.event_id);
    expect(ids(room.timeline.events)).to.deep.equal([newer, older]);
    expect(ids(room.state_after.events)).to.deep.equal([newer]);
  });

  it('takes back an invite that another branch undoes', async () => {
    const { roomId, receive, start } = await share();
    const session = await SyncSession.begin(zoe);
    await receive([start], member(CAROL, zoe.userId, 'invite'));
    expect((await session.next()).rooms.invite).to.have.all.keys(roomId);
    await receive([start], member(BOB, CAROL, 'ban'));
    const left = (await session.next()).rooms.leave[roomId];
    expect(left.timeline.events[0].content).to.deep.equal({ membership: 'leave' });
    const fresh = await new SyncSession(zoe).next();
    expect(fresh.rooms).to.equal(undefined);
  });

  it('ends a stay with a ban that was soft-failed, when the branch that it is on wins', async () => {
    const { roomId, remote, receive } = await share();
    expect(await zoe.request('POST', `/_matrix/client/v3/rooms/${roomId}/join`, {})).to.include({
      status: 200,
    });
    const room = await server.rooms.registry.byId(roomId);
    const joinId = room?.head.extremities[0]?.eventId ?? '';
    const joined = await server.rooms.storage.events.getById(joinId);
    if (joined !== undefined) await remote.learn(joinId, joined.pdu);
    const session = await SyncSession.begin(zoe);
    const left = await receive([joinId], member(BOB, BOB, 'leave'));
    const ban = await receive([joinId], member(BOB, zoe.userId, 'ban'));
    expect((await session.nextOf(roomId)).timeline.events).to.have.length(1);
    await receive([left, ban], { type: 'm.room.message', sender: CAROL, content: { body: 'met' } });
    await receive([remote.newest], { type: 'm.room.message', sender: CAROL, content: { body: 'after' } });
    const { rooms } = await session.next();
    expect(rooms).to.have.all.keys('leave');
    const { timeline, state } = rooms.leave[roomId];
    expect(state.events.at(-1)).to.deep.include({ event_id: ban, content: { membership: 'ban' } });
    expect(describeEvents(timeline.events)).to.not.include('after');
    const path = `/_matrix/client/v3/rooms/${roomId}/messages?dir=b&limit=100`;
    const { body } = await zoe.request('GET', path);
    expect(describeEvents(body.chunk)).to.include('met').and.not.include('after');
  });
});
