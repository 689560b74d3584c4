import { expect } from 'chai';
import { eventually } from '../test-kit/eventually.ts';
import { SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

describe('knocking', () => {
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

  const knockable = (request: object = {}, content: object = { join_rule: 'knock' }): Promise<string> =>
    alice.createRoom({ name: 'Club', ...request, initial_state: [{ type: 'm.room.join_rules', content }] });
  const knockPath = (room: string): string => `/_matrix/client/v3/knock/${encodeURIComponent(room)}`;
  const knock = (room: string, body: object = {}) => bob.ok('POST', knockPath(room), body);
  const refusal = async (room: string, body: unknown = {}): Promise<string> => {
    const answer = await bob.request('POST', knockPath(room), body);
    return `${answer.status} ${answer.body.errcode}`;
  };
  const moderate = (how: string, room: string) =>
    alice.ok('POST', `${roomPath(room)}/${how}`, { user_id: bob.userId });
  const own = async (room: string) =>
    alice.ok('GET', `${roomPath(room)}/state/m.room.member/${encodeURIComponent(bob.userId)}`);

  it('shows the room in the sync of who knocks, and the knock in that of members', async () => {
    const room = await knockable();
    const [waiting, inside] = [await SyncSession.begin(bob), await SyncSession.begin(alice)];
    expect(await knock(room, { reason: 'a friend of yours' })).to.deep.equal({ room_id: room });
    const { rooms } = await waiting.next();
    expect(rooms).to.have.all.keys('knock');
    const { events } = rooms.knock[room].knock_state;
    expect(events).to.deep.include({
      type: 'm.room.name',
      sender: alice.userId,
      state_key: '',
      content: { name: 'Club' },
    });
    expect(events.at(-1)).to.deep.include({ type: 'm.room.member', state_key: bob.userId });
    const { timeline } = await inside.nextOf(room);
    expect(timeline.events.at(-1).content).to.include({ membership: 'knock', reason: 'a friend of yours' });
  });

  it('shows itself once, and in every initial sync', async () => {
    const room = await knockable();
    const session = await SyncSession.begin(bob);
    await knock(room);
    await session.next();
    await alice.say(room, 'not for bob');
    expect((await session.next()).rooms).to.equal(undefined);
    expect((await new SyncSession(bob).next()).rooms.knock).to.have.all.keys(room);
  });

  it('is answered with an invite, which lets them in', async () => {
    const room = await knockable();
    await knock(room);
    const session = await SyncSession.begin(bob);
    expect((await bob.request('POST', `${roomPath(room)}/join`, {})).status).to.equal(403);
    await alice.invite(room, bob);
    expect((await session.next()).rooms).to.have.all.keys('invite');
    await bob.join(room);
    expect((await session.next()).rooms.join).to.have.all.keys(room);
  });

  it('is refused by a kick or a ban, which the sync tells and nothing else of the room', async () => {
    for (const [how, membership] of [
      ['kick', 'leave'],
      ['ban', 'ban'],
    ] as const) {
      const room = await knockable();
      await knock(room);
      const session = await SyncSession.begin(bob);
      await alice.say(room, 'shall we?');
      await moderate(how, room);
      const { rooms } = await session.next();
      expect(rooms).to.have.all.keys('leave');
      const { state, timeline } = rooms.leave[room];
      expect([...state.events, ...timeline.events]).to.have.length(1);
      expect(timeline.events[0]).to.deep.include({ sender: alice.userId, state_key: bob.userId });
      expect(timeline.events[0].content.membership).to.equal(membership);
    }
  });

  it('can be taken back, and done again after that', async () => {
    const room = await knockable();
    await knock(room);
    const session = await SyncSession.begin(bob);
    await bob.ok('POST', `${roomPath(room)}/leave`, {});
    expect((await session.next()).rooms).to.have.all.keys('leave');
    await knock(room);
    expect((await session.next()).rooms).to.have.all.keys('knock');
    expect((await own(room)).membership).to.equal('knock');
  });

  it('changes nothing when repeated', async () => {
    const room = await knockable();
    await knock(room, { reason: 'hello' });
    const session = await SyncSession.begin(alice);
    await knock(room, { reason: 'hello' });
    expect((await session.next()).rooms).to.equal(undefined);
  });

  it('works by alias, without a body, and as a piece of state', async () => {
    const room = await knockable({ room_alias_name: 'door' });
    await bob.ok('POST', knockPath('#door:hs.test'));
    expect((await own(room)).membership).to.equal('knock');
    await bob.ok('POST', `${roomPath(room)}/leave`, {});
    const path = `${roomPath(room)}/state/m.room.member/${encodeURIComponent(bob.userId)}`;
    await bob.ok('PUT', path, { membership: 'knock', reason: 'once more' });
    expect(await own(room)).to.include({ membership: 'knock', reason: 'once more' });
  });

  it('is open beside the way through a space', async () => {
    for (const version of ['10', '11', '12']) {
      const space = await alice.createRoom({ preset: 'public_chat', creation_content: { type: 'm.space' } });
      const allow = [{ type: 'm.room_membership', room_id: space }];
      const room = await knockable({ room_version: version }, { join_rule: 'knock_restricted', allow });
      await knock(room);
      await bob.join(space);
      await bob.join(room);
      expect((await own(room)).membership).to.equal('join');
    }
  });

  it('shows nothing of what is said inside', async () => {
    const room = await knockable();
    await alice.say(room, 'secret');
    await knock(room);
    const answer = await bob.request('GET', `${roomPath(room)}/messages?dir=b`);
    expect(answer.status).to.equal(403);
    expect((await bob.request('GET', `${roomPath(room)}/state`)).status).to.equal(403);
  });

  it('ends with the account', async () => {
    const room = await knockable();
    await knock(room);
    const password = `password of bob${users}`;
    const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: bob.userId }, password };
    await bob.ok('POST', '/_matrix/client/v3/account/deactivate', { auth });
    await eventually(async () => (await own(room)).membership === 'leave');
  });

  describe('is refused', () => {
    it('without an account', async () => {
      const answer = await server.request('POST', knockPath(await knockable()), {});
      expect([answer.status, answer.body.errcode]).to.deep.equal([401, 'M_MISSING_TOKEN']);
    });

    it('where there is no room, and for nonsense', async () => {
      expect(await refusal('!nothing:hs.test')).to.equal('404 M_NOT_FOUND');
      expect(await refusal('#nothing:hs.test')).to.equal('404 M_NOT_FOUND');
      expect(await refusal('nothing')).to.equal('400 M_INVALID_PARAM');
      expect(await refusal(await knockable(), { reason: 7 })).to.equal('400 M_BAD_JSON');
    });

    it('by rooms that take no knocks', async () => {
      for (const preset of ['public_chat', 'private_chat']) {
        expect(await refusal(await alice.createRoom({ preset }))).to.equal('403 M_FORBIDDEN');
      }
      // Room version 6 knows no knocks, 9 none beside the way through a space.
      expect(await refusal(await knockable({ room_version: '6' }))).to.equal('403 M_FORBIDDEN');
      const mixed = { join_rule: 'knock_restricted', allow: [] };
      expect(await refusal(await knockable({ room_version: '9' }, mixed))).to.equal('403 M_FORBIDDEN');
    });

    it('to members, to those who are invited, and to the banned', async () => {
      const room = await knockable();
      await alice.invite(room, bob);
      expect(await refusal(room)).to.equal('403 M_FORBIDDEN');
      await bob.join(room);
      expect(await refusal(room)).to.equal('403 M_FORBIDDEN');
      await moderate('ban', room);
      expect(await refusal(room)).to.equal('403 M_BAD_STATE');
    });
  });
});
