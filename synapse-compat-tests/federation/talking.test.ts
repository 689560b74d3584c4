import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { roomPath, type TestResponse, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { untilSeen, untilSynced } from '../../homeserver/test-kit/two-servers.ts';
import { bothWays, empower, untilSameState, untilState } from './both-ways.ts';

/** What the syncs of a user say of a room's receipts and typing, and of presence, one after the other. */
const news = (answer: TestResponse['body'], roomId: string): TestResponse['body'][] => [
  ...(answer.rooms?.join?.[roomId]?.ephemeral?.events ?? []),
  ...(answer.presence?.events ?? []),
];

bothWays('talking', (way) => {
  /** A test for either of two people, as what the owner says goes another way than what the visitor says. */
  const eachSays = (
    title: string,
    test: (speaker: TestUser, listener: TestUser, roomId: string) => Promise<void>,
  ) => {
    it(`${title} arrive from the visitor`, async () => {
      const { owner, visitor, roomId } = await way.meetIn();
      await test(visitor, owner, roomId);
    });
    it(`${title} arrive from the owner`, async () => {
      const { owner, visitor, roomId } = await way.meetIn();
      await test(owner, visitor, roomId);
    });
  };

  eachSays('messages', async (speaker, listener, roomId) => {
    const eventId = await speaker.send(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: 'Grüße, 世界 \u0000 🎲',
      'm.mentions': { user_ids: [listener.userId] },
      'org.example.nested': [{ '': [null, -0, 9_007_199_254_740_991] }],
    });
    const own = await speaker.ok('GET', `${roomPath(roomId)}/event/${encodeURIComponent(eventId)}`);
    const { content, sender, origin_server_ts: sent } = await untilSeen(listener, roomId, eventId);
    expect({ content, sender, sent }).to.deep.equal({
      content: own.content,
      sender: speaker.userId,
      sent: own.origin_server_ts,
    });
  });

  eachSays('edits', async (speaker, listener, roomId) => {
    const first = await speaker.say(roomId, 'teh');
    await speaker.send(roomId, 'm.room.message', {
      body: '* the',
      msgtype: 'm.text',
      'm.new_content': { body: 'the', msgtype: 'm.text' },
      'm.relates_to': { rel_type: 'm.replace', event_id: first },
    });
    await eventually(async () => {
      const { unsigned } = await untilSeen(listener, roomId, first);
      return unsigned?.['m.relations']?.['m.replace']?.content['m.new_content'].body === 'the';
    });
  });

  eachSays('reactions and replies in threads', async (speaker, listener, roomId) => {
    const first = await listener.say(roomId, 'what do you say?');
    await untilSeen(speaker, roomId, first);
    const relation = { rel_type: 'm.annotation', event_id: first, key: '👍️' };
    const reaction = await speaker.send(roomId, 'm.reaction', { 'm.relates_to': relation });
    const reply = await speaker.send(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: 'this',
      'm.relates_to': { rel_type: 'm.thread', event_id: first },
    });
    await untilSeen(listener, roomId, reply);
    const path = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(first)}`;
    const { chunk } = await listener.ok('GET', path);
    const found = chunk.map(({ event_id: id }: TestResponse['body']) => id);
    expect(found).to.have.members([reaction, reply]);
  });

  eachSays('redactions', async (speaker, listener, roomId) => {
    const eventId = await speaker.say(roomId, 'never mind');
    await untilSeen(listener, roomId, eventId);
    const path = `${roomPath(roomId)}/redact/${encodeURIComponent(eventId)}/gone`;
    await speaker.ok('PUT', path, { reason: 'a slip' });
    await eventually(async () => {
      const { content, unsigned } = await untilSeen(listener, roomId, eventId);
      return Object.keys(content).length === 0 && unsigned?.redacted_because?.content.reason === 'a slip';
    });
  });

  it('changes of state arrive from both', async () => {
    const { owner, visitor, roomId } = await way.meetIn();
    await empower(owner, visitor, roomId);
    await visitor.setState(roomId, 'm.room.topic', { topic: 'tea' });
    await untilState(owner, roomId, 'm.room.topic', ({ topic }) => topic === 'tea');
    await owner.setState(roomId, 'm.room.topic', { topic: 'coffee' });
    await untilState(visitor, roomId, 'm.room.topic', ({ topic }) => topic === 'coffee');
    await visitor.setState(roomId, 'org.example.thing', { of: 'the visitor' }, visitor.userId);
    await owner.setState(roomId, 'm.room.pinned_events', { pinned: [] });
    await untilSameState(roomId, { owner, visitor });
  });

  it('a hundred messages, said by both at once, all arrive', async () => {
    const { owner, visitor, roomId } = await way.meetIn();
    const said = await Promise.all(
      Array.from({ length: 50 }, (_unused, index) => [
        owner.say(roomId, `owner ${index}`),
        visitor.say(roomId, `visitor ${index}`),
      ]).flat(),
    );
    for (const reader of [owner, visitor]) {
      await eventually(async () => {
        const { chunk } = await reader.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=200`);
        const seen = new Set(chunk.map(({ event_id: id }: TestResponse['body']) => id));
        return said.every((eventId) => seen.has(eventId));
      });
    }
    await untilSameState(roomId, { owner, visitor });
  });

  eachSays('receipts', async (speaker, listener, roomId) => {
    const eventId = await listener.say(roomId, 'read this');
    await untilSeen(speaker, roomId, eventId);
    const path = (type: string) => `${roomPath(roomId)}/receipt/${type}/${encodeURIComponent(eventId)}`;
    await speaker.ok('POST', path('m.read.private'), {});
    await speaker.ok('POST', path('m.read'), { thread_id: 'main' });
    const read = await untilSynced(listener, (answer) =>
      news(answer, roomId).find(({ content }) => content[eventId]?.['m.read']?.[speaker.userId]),
    );
    expect(read.content[eventId]['m.read'][speaker.userId].thread_id).to.equal('main');
    expect(Object.keys(read.content[eventId])).to.deep.equal(['m.read']);
  });

  eachSays('typing and its end', async (speaker, listener, roomId) => {
    const path = `${roomPath(roomId)}/typing/${encodeURIComponent(speaker.userId)}`;
    const isTyping = async () => {
      const { content } = await untilSynced(listener, (answer) =>
        news(answer, roomId).find(({ type }) => type === 'm.typing'),
      );
      return content.user_ids.includes(speaker.userId);
    };
    await speaker.ok('PUT', path, { typing: true, timeout: 60_000 });
    await eventually(isTyping);
    await speaker.ok('PUT', path, { typing: false });
    await eventually(async () => {
      const answer = await listener.sync();
      const typing = news(answer, roomId).find(({ type }) => type === 'm.typing');
      return typing?.content.user_ids.includes(speaker.userId) !== true;
    });
  });

  eachSays('presence and a status', async (speaker, listener, _roomId) => {
    const path = `/_matrix/client/v3/presence/${encodeURIComponent(speaker.userId)}/status`;
    for (const status_msg of ['here I am', 'out for lunch']) {
      await speaker.ok('PUT', path, { presence: 'unavailable', status_msg });
      await eventually(async () => {
        const { body } = await listener.request('GET', path);
        return body.status_msg === status_msg && body.presence === 'unavailable';
      });
    }
  });

  eachSays('changes of name and avatar', async (speaker, listener, roomId) => {
    const profile = `/_matrix/client/v3/profile/${encodeURIComponent(speaker.userId)}`;
    const changed = { displayname: 'Somebody else', avatar_url: 'mxc://example.org/face' };
    for (const [key, value] of Object.entries(changed)) {
      await speaker.ok('PUT', `${profile}/${key}`, { [key]: value });
    }
    await eventually(async () => {
      const path = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(speaker.userId)}`;
      const { displayname, avatar_url } = await listener.ok('GET', path);
      return displayname === changed.displayname && avatar_url === changed.avatar_url;
    });
    expect(await listener.ok('GET', profile)).to.deep.include(changed);
    expect(await listener.ok('GET', `${profile}/displayname`)).to.deep.equal({
      displayname: changed.displayname,
    });
  });
});
