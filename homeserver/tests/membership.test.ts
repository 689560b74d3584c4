import { expect } from 'chai';
import { type ChatClient, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

describe('membership', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let carol: ChatClient;
  before(async () => {
    server = await startChatServer();
    alice = await server.user('alice');
  });
  beforeEach(async () => {
    [bob, carol] = [await server.user('bob'), await server.user('carol')];
  });
  after(() => server.stop());

  const membershipOf = async (roomId: string, user: ChatClient): Promise<unknown> =>
    (await alice.state(roomId, 'm.room.member', user.userId)).membership;
  const refusedTo = (client: ChatClient, roomId: string, what: string, user = bob): Promise<string> =>
    client.refusal('POST', roomPath(roomId, what), { user_id: user.userId });
  const makeModerator = async (roomId: string, user: ChatClient, level: number): Promise<void> => {
    const levels = await alice.state(roomId, 'm.room.power_levels');
    const users = { ...(levels.users as Record<string, number>), [user.userId]: level };
    await alice.put(roomPath(roomId, 'state', 'm.room.power_levels', ''), { ...levels, users });
  };

  describe('joining', () => {
    it('takes people into a public room by ID and by alias, and a repeat changes nothing', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'open' });
      expect(await bob.post(roomPath(roomId, 'join'))).to.deep.equal({ room_id: roomId });
      await carol.join('#open:test');
      const { chunk: once } = await alice.messages(roomId);
      await carol.join('#open:test');
      expect(await bob.post(roomPath(roomId, 'join'))).to.deep.equal({ room_id: roomId });
      expect((await alice.messages(roomId)).chunk.length).to.equal(once.length);
    });

    it('needs no body, and keeps the reason that it is given', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      const { status } = await bob.request('POST', roomPath(roomId, 'join'));
      expect(status).to.equal(200);
      await carol.post(roomPath(roomId, 'join'), { reason: 'curious' });
      expect(await alice.state(roomId, 'm.room.member', carol.userId)).to.include({ reason: 'curious' });
    });

    it('is refused without an invite, and possible with one', async () => {
      const roomId = await alice.createRoom();
      expect(await bob.refusal('POST', roomPath(roomId, 'join'))).to.equal('403 M_FORBIDDEN');
      await alice.invite(roomId, bob);
      await bob.join(roomId);
      expect(await membershipOf(roomId, bob)).to.equal('join');
    });

    it('says what is no room, and what no alias', async () => {
      const join = (room: string): Promise<string> =>
        bob.refusal('POST', `/v3/join/${encodeURIComponent(room)}`);
      expect(await join('!nothing:test')).to.equal('404 M_NOT_FOUND');
      expect(await join('#nothing:test')).to.equal('404 M_NOT_FOUND');
      expect(await join('nothing')).to.equal('400 M_INVALID_PARAM');
      expect(await bob.refusal('POST', roomPath('#nothing:test', 'join'))).to.equal('400 M_INVALID_PARAM');
    });

    it('leads through a space into its restricted rooms, and no longer once the space is left', async () => {
      for (const version of ['8', '9', '10', '11', '12']) {
        const space = await alice.createRoom({
          preset: 'public_chat',
          creation_content: { type: 'm.space' },
        });
        const roomId = await alice.createRoom({
          room_version: version,
          initial_state: [
            {
              type: 'm.room.join_rules',
              content: {
                join_rule: 'restricted',
                allow: [{ type: 'm.room_membership', room_id: space }],
              },
            },
          ],
        });
        expect(await bob.refusal('POST', roomPath(roomId, 'join'))).to.equal('403 M_FORBIDDEN');
        await bob.join(space);
        await bob.join(roomId);
        expect(await alice.state(roomId, 'm.room.member', bob.userId)).to.include({
          join_authorised_via_users_server: alice.userId,
        });
        await bob.leave(roomId);
        await bob.leave(space);
        expect(await bob.refusal('POST', roomPath(roomId, 'join'))).to.equal('403 M_FORBIDDEN');
      }
    });

    it('is not open to somebody who is banned, also through a space', async () => {
      const space = await alice.createRoom({ preset: 'public_chat', creation_content: { type: 'm.space' } });
      const allow = [{ type: 'm.room_membership', room_id: space }];
      const rules = { type: 'm.room.join_rules', content: { join_rule: 'restricted', allow } };
      const roomId = await alice.createRoom({ initial_state: [rules] });
      await bob.join(space);
      await alice.ban(roomId, bob);
      expect(await bob.refusal('POST', roomPath(roomId, 'join'))).to.equal('403 M_BAD_STATE');
    });
  });

  describe('inviting', () => {
    it('is up to members, at the level that the room asks for', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      expect(await refusedTo(carol, roomId, 'invite')).to.equal('403 M_FORBIDDEN');
      await carol.join(roomId);
      expect(await refusedTo(carol, roomId, 'invite')).to.equal('403 M_FORBIDDEN');
      await makeModerator(roomId, carol, 50);
      await carol.invite(roomId, bob);
      expect(await membershipOf(roomId, bob)).to.equal('invite');
    });

    it('carries the reason, and the profile of whom it is for', async () => {
      const roomId = await alice.createRoom();
      await alice.post(roomPath(roomId, 'invite'), { user_id: bob.userId, reason: 'why not' });
      expect(await alice.state(roomId, 'm.room.member', bob.userId)).to.deep.equal({
        membership: 'invite',
        displayname: bob.userId.slice(1, bob.userId.indexOf(':')),
        reason: 'why not',
      });
    });

    it('is refused for members and the banned, for nobody and for nonsense', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      expect(await refusedTo(alice, roomId, 'invite')).to.equal('403 M_FORBIDDEN');
      await alice.ban(roomId, bob);
      expect(await refusedTo(alice, roomId, 'invite')).to.equal('403 M_BAD_STATE');
      const invite = (userId: unknown): Promise<string> =>
        alice.refusal('POST', roomPath(roomId, 'invite'), { user_id: userId });
      expect(await invite('@somebody:elsewhere.example')).to.equal('400 M_INVALID_PARAM');
      expect(await invite('bob')).to.equal('400 M_INVALID_PARAM');
      expect(await invite(7)).to.equal('400 M_BAD_JSON');
      expect(await alice.refusal('POST', roomPath(roomId, 'invite'), {})).to.equal('400 M_MISSING_PARAM');
      expect(await refusedTo(alice, '!nothing:test', 'invite')).to.equal('403 M_FORBIDDEN');
    });

    it('may be repeated, which changes nothing', async () => {
      const roomId = await alice.createRoom();
      await alice.invite(roomId, bob);
      const { chunk: once } = await alice.messages(roomId);
      await alice.invite(roomId, bob);
      expect((await alice.messages(roomId)).chunk).to.have.lengthOf(once.length);
    });

    it('is turned down by leaving, and taken back by kicking', async () => {
      const roomId = await alice.createRoom();
      await alice.invite(roomId, bob);
      await bob.leave(roomId);
      expect(await membershipOf(roomId, bob)).to.equal('leave');
      await alice.invite(roomId, carol);
      await alice.kick(roomId, carol);
      expect(await carol.refusal('POST', roomPath(roomId, 'join'))).to.equal('403 M_FORBIDDEN');
    });
  });

  describe('leaving', () => {
    it('may be repeated, and needs a membership to begin with', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      await bob.leave(roomId);
      await bob.leave(roomId);
      expect(await membershipOf(roomId, bob)).to.equal('leave');
      expect(await carol.refusal('POST', roomPath(roomId, 'leave'))).to.equal('403 M_FORBIDDEN');
      expect(await carol.refusal('POST', roomPath('!nothing:test', 'leave'))).to.equal('404 M_NOT_FOUND');
    });

    it('ends sending, and joining again brings it back', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      await bob.leave(roomId);
      const send = roomPath(roomId, 'send', 'm.room.message', 'left');
      expect(await bob.refusal('PUT', send, { body: 'x' })).to.equal('403 M_FORBIDDEN');
      await bob.join(roomId);
      await bob.say(roomId, 'back');
      expect(await alice.history(roomId)).to.deep.equal(['back']);
    });

    it('lets the last one out', async () => {
      const roomId = await bob.createRoom();
      await bob.leave(roomId);
      expect((await bob.get('/v3/joined_rooms')).joined_rooms).to.deep.equal([]);
    });
  });

  describe('kicking and banning', () => {
    it('removes somebody, who may join again after a kick', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      await alice.post(roomPath(roomId, 'kick'), { user_id: bob.userId, reason: 'rude' });
      expect(await alice.state(roomId, 'm.room.member', bob.userId)).to.deep.equal({
        membership: 'leave',
        reason: 'rude',
      });
      const send = roomPath(roomId, 'send', 'm.room.message', 'kicked');
      expect(await bob.refusal('PUT', send, { body: 'x' })).to.equal('403 M_FORBIDDEN');
      await bob.join(roomId);
      await bob.say(roomId, 'sorry');
      expect(await alice.state(roomId, 'm.room.member', bob.userId)).not.to.have.property('reason');
    });

    it('keeps somebody out after a ban, until it is lifted', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      await alice.ban(roomId, bob);
      await alice.ban(roomId, bob);
      expect(await membershipOf(roomId, bob)).to.equal('ban');
      expect(await bob.refusal('POST', roomPath(roomId, 'join'))).to.equal('403 M_BAD_STATE');
      expect(await bob.refusal('POST', roomPath(roomId, 'leave'))).to.equal('403 M_FORBIDDEN');
      expect(await refusedTo(alice, roomId, 'kick')).to.equal('403 M_BAD_STATE');
      await alice.unban(roomId, bob);
      expect(await membershipOf(roomId, bob)).to.equal('leave');
      await bob.join(roomId);
    });

    it('bans somebody who never was there', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await alice.ban(roomId, bob);
      expect(await bob.refusal('POST', roomPath(roomId, 'join'))).to.equal('403 M_BAD_STATE');
      const elsewhere = { user_id: '@troll:elsewhere.example' };
      expect(await alice.post(roomPath(roomId, 'ban'), elsewhere)).to.deep.equal({});
    });

    it('takes a higher level than the other has, and the level for the deed', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      for (const user of [bob, carol]) await user.join(roomId);
      for (const what of ['kick', 'ban'])
        expect(await refusedTo(carol, roomId, what)).to.equal('403 M_FORBIDDEN');
      await makeModerator(roomId, bob, 50);
      await makeModerator(roomId, carol, 50);
      for (const what of ['kick', 'ban'])
        expect(await refusedTo(carol, roomId, what)).to.equal('403 M_FORBIDDEN');
      await makeModerator(roomId, carol, 51);
      await carol.kick(roomId, bob);
      await carol.ban(roomId, bob);
      expect(await refusedTo(bob, roomId, 'unban', carol)).to.equal('403 M_FORBIDDEN');
    });

    it('refuses to kick who is not there, to lift a ban that is none, and nonsense', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      expect(await refusedTo(alice, roomId, 'kick')).to.equal('403 M_FORBIDDEN');
      expect(await refusedTo(alice, roomId, 'unban')).to.equal('403 M_BAD_STATE');
      await bob.join(roomId);
      expect(await refusedTo(alice, roomId, 'unban')).to.equal('403 M_BAD_STATE');
      for (const what of ['kick', 'ban', 'unban']) {
        const path = roomPath(roomId, what);
        expect(await alice.refusal('POST', path, { user_id: 'bob' })).to.equal('400 M_INVALID_PARAM');
        expect(await alice.refusal('POST', path, { user_id: {} })).to.equal('400 M_BAD_JSON');
        expect(await alice.refusal('POST', path, { reason: 'x' })).to.equal('400 M_MISSING_PARAM');
        expect(await carol.refusal('POST', path, { user_id: bob.userId })).to.equal('403 M_FORBIDDEN');
      }
    });
  });

  describe('memberships as state', () => {
    const put = (client: ChatClient, roomId: string, user: ChatClient, content: object) =>
      client.request('PUT', roomPath(roomId, 'state', 'm.room.member', user.userId), content);

    it('does what the commands do', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      expect((await put(bob, roomId, bob, { membership: 'join', displayname: 'Bobby' })).status).to.equal(
        200,
      );
      expect(await alice.state(roomId, 'm.room.member', bob.userId)).to.include({ displayname: 'Bobby' });
      expect((await put(alice, roomId, bob, { membership: 'leave' })).status).to.equal(200);
      expect((await put(alice, roomId, bob, { membership: 'invite' })).status).to.equal(200);
      expect((await put(bob, roomId, bob, { membership: 'join' })).status).to.equal(200);
      expect((await put(alice, roomId, bob, { membership: 'ban' })).status).to.equal(200);
      expect((await put(alice, roomId, bob, { membership: 'leave' })).status).to.equal(200);
      expect(await membershipOf(roomId, bob)).to.equal('leave');
    });

    it('changes the name in one room, and the same again changes nothing', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      const content = { membership: 'join', displayname: 'Sir Bob' };
      const first = await put(bob, roomId, bob, content);
      const second = await put(bob, roomId, bob, content);
      expect(second.body).to.deep.equal(first.body);
    });

    it('refuses what the commands refuse', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      const refused = async (client: ChatClient, user: ChatClient, content: object): Promise<unknown> =>
        (await put(client, roomId, user, content)).body.errcode;
      expect(await refused(alice, carol, { membership: 'join' })).to.equal('M_FORBIDDEN');
      expect(await refused(bob, alice, { membership: 'leave' })).to.equal('M_FORBIDDEN');
      expect(await refused(bob, bob, { membership: 'king' })).to.equal('M_INVALID_PARAM');
      expect(await refused(bob, bob, {})).to.equal('M_INVALID_PARAM');
      expect(await refused(bob, bob, { membership: 5 })).to.equal('M_INVALID_PARAM');
    });
  });

  describe('forgetting', () => {
    it('needs the room to be left, and closes its history', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      const eventId = await bob.say(roomId, 'mine');
      expect(await bob.refusal('POST', roomPath(roomId, 'forget'))).to.equal('400 M_UNKNOWN');
      await bob.leave(roomId);
      expect(await bob.history(roomId)).to.deep.equal(['mine']);
      await bob.forget(roomId);
      await bob.forget(roomId);
      expect(await bob.refusal('GET', `${roomPath(roomId, 'messages')}?dir=b`)).to.equal('403 M_FORBIDDEN');
      expect(await bob.refusal('GET', roomPath(roomId, 'state'))).to.equal('403 M_FORBIDDEN');
      expect(await bob.refusal('GET', roomPath(roomId, 'event', eventId))).to.equal('404 M_NOT_FOUND');
    });

    it('is over when the room is joined again', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      await bob.say(roomId, 'before');
      await bob.leave(roomId);
      await bob.forget(roomId);
      await bob.join(roomId);
      expect(await bob.history(roomId)).to.deep.equal(['before']);
    });

    it('loses nothing to a join at the same time', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      for (let round = 0; round < 5; round += 1) {
        await bob.join(roomId);
        await bob.leave(roomId);
        await Promise.all([bob.request('POST', roomPath(roomId, 'forget')), bob.join(roomId)]);
        await bob.say(roomId, `round ${round}`);
        await bob.leave(roomId);
        expect(await bob.history(roomId)).to.have.lengthOf(round + 1);
      }
    });

    it('is nothing to do for a room that one never was in, or that is not there', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      for (const unknown of [roomId, '!nothing:test']) {
        expect(await bob.post(roomPath(unknown, 'forget'))).to.deep.equal({});
      }
    });
  });

  it('survives people who come and go at the same time', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const crowd = await Promise.all(['d', 'e', 'f', 'g'].map((name) => server.user(name)));
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([
        ...crowd.map((user) => user.join(roomId)),
        ...crowd.map((_user, index) => alice.say(roomId, `${round}-${index}`)),
      ]);
      await Promise.all(crowd.map((user) => user.leave(roomId)));
    }
    const { joined } = await alice.get(roomPath(roomId, 'joined_members'));
    expect(joined).to.have.all.keys(alice.userId);
    expect(await alice.history(roomId)).to.have.lengthOf(12);
    const { chunk } = await alice.messages(roomId, 'dir=f&limit=1000');
    const memberships = chunk.filter((event) => event.type === 'm.room.member');
    expect(memberships).to.have.lengthOf(1 + 3 * 2 * crowd.length);
  });
});
