import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { type ChatClient, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

describe('redaction', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let carol: ChatClient;
  before(async () => {
    server = await startChatServer();
    [alice, bob, carol] = [await server.user('alice'), await server.user('bob'), await server.user('carol')];
  });
  after(() => server.stop());

  const openRoom = async (request: JsonObject = {}): Promise<string> => {
    const roomId = await alice.createRoom({ preset: 'public_chat', ...request });
    for (const user of [bob, carol]) await user.join(roomId);
    return roomId;
  };
  const refusal = (client: ChatClient, roomId: string, eventId: string): Promise<string> =>
    client.refusal('PUT', roomPath(roomId, 'redact', eventId, 'refused'), {});

  for (const version of ['3', '10', '11', '12']) {
    it(`empties an event of version ${version} everywhere, and says by whom and why`, async () => {
      const roomId = await openRoom({ room_version: version });
      const eventId = await bob.say(roomId, 'oops');
      const redactionId = await bob.redact(roomId, eventId, 'typo');
      const event = await alice.event(roomId, eventId);
      expect(event.content).to.deep.equal({});
      expect(event.type).to.equal('m.room.message');
      expect(event.unsigned.redacted_because).to.deep.include({
        event_id: redactionId,
        type: 'm.room.redaction',
        sender: bob.userId,
      });
      const redaction = await alice.event(roomId, redactionId);
      expect(redaction).to.include({ redacts: eventId });
      expect(redaction.content).to.include({ redacts: eventId, reason: 'typo' });
      expect(await alice.history(roomId)).to.deep.equal([]);
      const { chunk } = await carol.messages(roomId, 'dir=b&limit=2');
      expect(chunk.map(({ content }) => content)).to.deep.equal([redaction.content, {}]);
    });
  }

  it('is for one\u2019s own, and for moderators', async () => {
    const roomId = await openRoom();
    const eventId = await bob.say(roomId, 'x');
    expect(await refusal(carol, roomId, eventId)).to.equal('403 M_FORBIDDEN');
    expect((await alice.event(roomId, eventId)).content).to.include({ body: 'x' });
    const levels = (await alice.state(roomId, 'm.room.power_levels')) as JsonObject;
    await alice.setState(roomId, 'm.room.power_levels', { ...levels, users: { [carol.userId]: 50 } });
    await carol.redact(roomId, eventId);
    expect((await alice.event(roomId, eventId)).content).to.deep.equal({});
    expect((await alice.event(roomId, await alice.say(roomId, 'y'))).content).to.include({ body: 'y' });
  });

  it('is refused for what is not in the room, and to who is not either', async () => {
    const [roomId, other] = [await openRoom(), await openRoom()];
    const elsewhere = await bob.say(other, 'x');
    expect(await refusal(bob, roomId, elsewhere)).to.equal('404 M_NOT_FOUND');
    expect(await refusal(bob, roomId, '$nothing')).to.equal('404 M_NOT_FOUND');
    const own = await bob.say(roomId, 'y');
    await bob.leave(roomId);
    expect(await refusal(bob, roomId, own)).to.equal('403 M_FORBIDDEN');
  });

  it('happens once for a repeated transaction', async () => {
    const roomId = await openRoom();
    const eventId = await bob.say(roomId, 'x');
    const path = roomPath(roomId, 'redact', eventId, 'once');
    const answers = await Promise.all([1, 2, 3].map(() => bob.put(path, {})));
    answers.push(await bob.put(path, {}));
    expect(new Set(answers.map((answer) => answer.event_id)).size).to.equal(1);
    const { chunk } = await alice.messages(roomId);
    expect(chunk.filter((event) => event.type === 'm.room.redaction')).to.have.lengthOf(1);
  });

  it('can be sent as an event, too', async () => {
    const roomId = await openRoom();
    const eventId = await bob.say(roomId, 'x');
    const path = roomPath(roomId, 'send', 'm.room.redaction', 'as event');
    expect(await carol.refusal('PUT', path, { redacts: eventId })).to.equal('403 M_FORBIDDEN');
    expect(await bob.refusal('PUT', path, { redacts: '$nothing' })).to.equal('404 M_NOT_FOUND');
    expect(await bob.refusal('PUT', path, { reason: 'of nothing' })).to.equal('400 M_MISSING_PARAM');
    await bob.put(path, { redacts: eventId, reason: 'so' });
    expect((await alice.event(roomId, eventId)).content).to.deep.equal({});
  });

  it('cannot be slipped in as a piece of state', async () => {
    const roomId = await openRoom({ power_level_content_override: { state_default: 0 } });
    const eventId = await bob.say(roomId, 'x');
    const path = roomPath(roomId, 'state', 'm.room.redaction', '');
    expect(await carol.refusal('PUT', path, { redacts: eventId })).to.equal('403 M_FORBIDDEN');
    expect((await alice.event(roomId, eventId)).content).to.include({ body: 'x' });
  });

  it('empties state as well, and the room with it', async () => {
    const roomId = await openRoom();
    const named = await alice.setState(roomId, 'm.room.name', { name: 'Bad name' });
    await alice.redact(roomId, named);
    expect(await alice.state(roomId, 'm.room.name')).to.deep.equal({});
    expect(await alice.get(`/v1/room_summary/${encodeURIComponent(roomId)}`)).not.to.have.property('name');
    const renamed = await alice.setState(roomId, 'm.room.name', { name: 'Good name' });
    expect((await alice.event(roomId, renamed)).unsigned.prev_content).to.deep.equal({});
  });

  it('leaves of a membership that it is one', async () => {
    const roomId = await openRoom();
    const content = { membership: 'join', displayname: 'Rude name' };
    const memberId = await bob.setState(roomId, 'm.room.member', content, bob.userId);
    await bob.redact(roomId, memberId);
    expect(await alice.state(roomId, 'm.room.member', bob.userId)).to.deep.equal({ membership: 'join' });
    const { joined } = await alice.get(roomPath(roomId, 'joined_members'));
    expect((joined as JsonObject)[bob.userId]).to.deep.equal({});
    await alice.kick(roomId, bob);
    expect(await alice.state(roomId, 'm.room.member', bob.userId)).to.deep.equal({ membership: 'leave' });
  });

  it('takes effect at once on who may do what', async () => {
    const roomId = await openRoom({ room_version: '11' });
    const before = (await alice.state(roomId, 'm.room.power_levels')) as JsonObject;
    const levelsId = await alice.setState(roomId, 'm.room.power_levels', {
      ...before,
      notifications: { room: 7 },
    });
    await alice.redact(roomId, levelsId);
    const after = await alice.state(roomId, 'm.room.power_levels');
    expect(after).not.to.have.property('notifications');
    expect(after).to.deep.include({ users: { [alice.userId]: 100 }, ban: 50 });
  });

  it('leaves alone what a room rests on', async () => {
    const roomId = await openRoom();
    const acl = await alice.setState(roomId, 'm.room.server_acl', { allow: ['*'], deny: ['evil.example'] });
    expect(await refusal(alice, roomId, acl)).to.equal('403 M_FORBIDDEN');
    const path = `${roomPath(roomId, 'state', 'm.room.create', '')}?format=event`;
    const { event_id: create } = await alice.get(path);
    expect(await refusal(alice, roomId, String(create))).to.equal('403 M_FORBIDDEN');
    expect(await alice.state(roomId, 'm.room.server_acl')).to.have.property('deny');
  });

  it('stays after the server has started anew', async () => {
    const roomId = await openRoom();
    const eventId = await bob.say(roomId, 'x');
    await bob.redact(roomId, eventId);
    const named = await alice.setState(roomId, 'm.room.name', { name: 'Bad name' });
    await alice.redact(roomId, named);
    await server.restart();
    expect(await alice.get(`/v1/room_summary/${encodeURIComponent(roomId)}`)).not.to.have.property('name');
    expect(await alice.state(roomId, 'm.room.name')).to.deep.equal({});
    expect((await carol.event(roomId, eventId)).content).to.deep.equal({});
  });
});
