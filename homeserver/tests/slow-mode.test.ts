import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { type Answer, type ChatClient, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';
import { eventually } from '../test-kit/eventually.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';

const SLOW_MODE = 'io.guildhall.slowmode';
const HOUR = 60 * 60;

describe('slow mode', function () {
  this.timeout(30_000);
  let clock: ShiftedClock;
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  let transactions = 0;
  before(async () => {
    clock = new ShiftedClock();
    server = await startChatServer({ clock });
  });
  beforeEach(async () => {
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
    roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    // Long enough for the slowest machine.
    await alice.setState(roomId, SLOW_MODE, { seconds: HOUR });
  });
  after(() => server.stop());

  const pass = (seconds: number): void => clock.set(clock.now() + seconds * 1000);
  const send = (
    user: ChatClient,
    content: JsonObject,
    type = 'm.room.message',
    query = '',
  ): Promise<Answer> => {
    transactions += 1;
    const path = roomPath(roomId, 'send', type, `slow${transactions}`);
    return user.request('PUT', `${path}${query}`, content);
  };
  const say = (user: ChatClient, body: string, query = ''): Promise<Answer> =>
    send(user, { msgtype: 'm.text', body }, 'm.room.message', query);
  const isHeldUp = async (sending: Promise<Answer>): Promise<boolean> => {
    const { status, body } = await sending;
    if (status === 200) return false;
    expect({ status, errcode: body.errcode }).to.deep.equal({ status: 429, errcode: 'M_LIMIT_EXCEEDED' });
    return true;
  };

  it('says how long is left, and lets people speak again after that', async () => {
    await bob.say(roomId, 'first');
    const refused = await say(bob, 'too soon');
    expect(refused.status).to.equal(429);
    expect(refused.body.errcode).to.equal('M_LIMIT_EXCEEDED');
    expect(refused.body.retry_after_ms).to.be.within(HOUR * 900, HOUR * 1000);
    pass(HOUR);
    await bob.say(roomId, 'second');
    expect(await alice.history(roomId)).to.deep.equal(['first', 'second']);
  });

  it('holds nobody up who moderates, and whom it says', async () => {
    await alice.say(roomId, 'one');
    await alice.say(roomId, 'two');
    await alice.setState(roomId, SLOW_MODE, { seconds: HOUR, exempt_pl: 0 });
    await bob.say(roomId, 'three');
    await bob.say(roomId, 'four');
  });

  it('counts for each alone, and for all kinds of messages together', async () => {
    const carol = await server.user('carol');
    await carol.join(roomId);
    await bob.say(roomId, 'from bob');
    await carol.say(roomId, 'from carol');
    const sticker = { body: 'wave', url: 'mxc://test/wave', info: {} };
    expect(await isHeldUp(send(bob, sticker, 'm.sticker'))).to.equal(true);
    expect(await isHeldUp(send(bob, { msgtype: 'm.emote', body: 'waves' }))).to.equal(true);
    expect(await isHeldUp(send(bob, {}, 'org.matrix.msc3381.poll.start'))).to.equal(true);
  });

  it('lets people edit, react and delete meanwhile', async () => {
    const eventId = await bob.say(roomId, 'frist');
    const content = { msgtype: 'm.text', body: 'first' };
    const edit = {
      ...content,
      'm.new_content': content,
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    };
    expect(await isHeldUp(send(bob, edit))).to.equal(false);
    const reaction = { 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key: '👍' } };
    expect(await isHeldUp(send(bob, reaction, 'm.reaction'))).to.equal(false);
    await bob.redact(roomId, eventId);
    expect(await isHeldUp(say(bob, 'anew')), 'what was deleted was said').to.equal(true);
  });

  it('does not take for an edit what is none of one’s own messages', async () => {
    const eventId = await alice.say(roomId, 'hers');
    await bob.say(roomId, 'his');
    const edit = {
      msgtype: 'm.text',
      body: 'spam',
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    };
    expect(await isHeldUp(send(bob, edit))).to.equal(true);
  });

  it('takes for an edit only what says a message of the same kind anew', async () => {
    const first = await bob.say(roomId, 'first');
    const say = (eventId: string): JsonObject => ({
      msgtype: 'm.text',
      body: 'spam',
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    });
    const edited = await send(bob, say(first));
    expect(edited.status).to.equal(200);
    expect(await isHeldUp(send(bob, say(String(edited.body.event_id)))), 'of an edit').to.equal(true);
    expect(await isHeldUp(send(bob, say(first), 'm.sticker')), 'of another type').to.equal(true);
    const reaction = { 'm.relates_to': { rel_type: 'm.annotation', event_id: first, key: '👍' } };
    const reacted = await send(bob, reaction, 'm.reaction');
    expect(await isHeldUp(send(bob, say(String(reacted.body.event_id)))), 'of a reaction').to.equal(true);
    const path = roomPath(roomId, 'state', 'm.room.member', bob.userId);
    const named = await bob.put(path, { membership: 'join', displayname: 'Bob' });
    expect(await isHeldUp(send(bob, say(String(named.event_id)))), 'of a membership').to.equal(true);
  });

  it('lets people edit what is encrypted', async () => {
    const first = await send(bob, { ciphertext: 'one' }, 'm.room.encrypted');
    const relation = { rel_type: 'm.replace', event_id: String(first.body.event_id) };
    const edit = { ciphertext: 'two', 'm.relates_to': relation };
    expect(await isHeldUp(send(bob, edit, 'm.room.encrypted'))).to.equal(false);
    expect(await isHeldUp(send(bob, { ciphertext: 'three' }, 'm.room.encrypted'))).to.equal(true);
  });

  it('answers a repeated request as the first', async () => {
    const path = roomPath(roomId, 'send', 'm.room.message', 'again');
    const content = { msgtype: 'm.text', body: 'once' };
    const first = await bob.put(path, content);
    expect(await bob.put(path, content)).to.deep.equal(first);
  });

  it('lets one through of those that are sent at once', async () => {
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((body) => say(bob, body)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 429, 429, 429]);
  });

  it('does not count what was refused', async () => {
    const levels = (await alice.state(roomId, 'm.room.power_levels')) as JsonObject;
    await alice.setState(roomId, 'm.room.power_levels', { ...levels, events: { 'm.sticker': 50 } });
    expect(await bob.refusal('PUT', roomPath(roomId, 'send', 'm.sticker', 'no'), {})).to.equal(
      '403 M_FORBIDDEN',
    );
    await bob.say(roomId, 'allowed');
  });

  it('remembers who has spoken when the server starts again', async () => {
    await bob.say(roomId, 'before');
    await server.restart();
    expect(await isHeldUp(say(bob, 'after'))).to.equal(true);
  });

  it('ends with no seconds, and with empty content', async () => {
    await bob.say(roomId, 'one');
    await alice.setState(roomId, SLOW_MODE, { seconds: 0 });
    await bob.say(roomId, 'two');
    await alice.setState(roomId, SLOW_MODE, {});
    await bob.say(roomId, 'three');
  });

  it('cannot be set to what means nothing, nor by just anybody', async () => {
    const path = roomPath(roomId, 'state', SLOW_MODE, '');
    for (const content of [{ seconds: -1 }, { seconds: '30' }, { seconds: 7 * HOUR }, { exempt_pl: 'x' }]) {
      expect(await alice.refusal('PUT', path, content), JSON.stringify(content)).to.equal('400 M_BAD_JSON');
    }
    expect(await bob.refusal('PUT', path, { seconds: 1 })).to.equal('403 M_FORBIDDEN');
  });

  it('goes along into the room that replaces one', async () => {
    const answer = await alice.post(roomPath(roomId, 'upgrade'), { new_version: '11' });
    const content = await alice.state(String(answer.replacement_room), SLOW_MODE);
    expect(content).to.deep.equal({ seconds: HOUR });
  });

  it('has what was to be sent later wait until it may be', async () => {
    await alice.setState(roomId, SLOW_MODE, { seconds: 1 });
    await bob.say(roomId, 'now');
    const delayed = await say(bob, 'later', '?org.matrix.msc4140.delay=1');
    expect(delayed.status).to.equal(200);
    await eventually(async () => (await alice.history(roomId)).includes('later'));
    expect(await alice.history(roomId)).to.deep.equal(['now', 'later']);
  });
});
