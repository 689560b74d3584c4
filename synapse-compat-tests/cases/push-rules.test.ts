import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';

const RULES = '/v3/pushrules';
const rule = (kind: string, id: string, part = ''): string =>
  `${RULES}/global/${kind}/${encodeURIComponent(id)}${part && `/${part}`}`;

area(
  'push rules',
  async (world) => ({ alice: await world.user('alice') }),
  (same) => {
    same('are these kinds', async ({ alice }) => {
      const { global, ...others } = (await alice.get(`${RULES}/`)).body;
      return [Object.keys(global).sort(), others];
    });
    same('are these at first', async ({ alice }) => (await alice.get(`${RULES}/`)).body.global.override);
    same('are told of the one scope', async ({ alice }) => (await alice.get(`${RULES}/global/`)).status);
    same('of an unknown kind', ({ alice }) => alice.get(rule('unknown', 'x')));
    same('of an unknown scope', ({ alice }) => alice.get(`${RULES}/device/override/x`));
    for (const id of ['.m.rule.master', '.m.rule.tombstone', '.m.rule.nothing']) {
      const kind = 'override';
      same(`of the name ${id}`, ({ alice }) => alice.get(rule(kind, id)));
      same(`of the name ${id}, whether they are on`, ({ alice }) => alice.get(rule(kind, id, 'enabled')));
      same(`of the name ${id}, what they do`, ({ alice }) => alice.get(rule(kind, id, 'actions')));
    }
    same('of a name that is not there', ({ alice }) => alice.get(rule('override', 'nothing')));
    const add = (title: string, kind: string, id: string, body: unknown): void =>
      same(title, async ({ alice }) => [
        await alice.put(rule(kind, id), body),
        await alice.get(rule(kind, id)),
      ]);
    add('that match a word', 'content', 'word', { pattern: 'cake', actions: ['notify'] });
    add('of a room', 'room', '!room:compat.test', { actions: [] });
    add('of a sender', 'sender', '@bob:compat.test', { actions: ['notify', { set_tweak: 'highlight' }] });
    add('of conditions', 'override', 'conditions', {
      conditions: [{ kind: 'event_match', key: 'type', pattern: 'm.room.message' }],
      actions: ['notify', { set_tweak: 'sound', value: 'default' }],
    });
    add('without conditions', 'underride', 'none', { actions: ['notify'] });
    add('of properties', 'override', 'properties', {
      conditions: [{ kind: 'event_property_is', key: 'content.a', value: true }],
      actions: [],
    });
    add('of a condition that nobody knows', 'override', 'unknown', {
      conditions: [{ kind: 'org.example.kind' }],
      actions: ['notify'],
    });
    add('that do not notify, as of old', 'override', 'old', { conditions: [], actions: ['dont_notify'] });
    add('without actions', 'override', 'actionless', { conditions: [] });
    add('with an unknown action', 'override', 'shout', { conditions: [], actions: ['shout'] });
    add('with actions that are a text', 'override', 'text', { conditions: [], actions: 'notify' });
    add('that match a word without one', 'content', 'wordless', { actions: ['notify'] });
    add('that begin with a dot', 'override', '.mine', { conditions: [], actions: ['notify'] });
    add('with a backslash', 'override', 'a\\b', { conditions: [], actions: [] });
    same('go first unless they say otherwise', async ({ alice }) => {
      const { body } = await alice.get(`${RULES}/`);
      return body.global.override.map(({ rule_id: id }: { rule_id: string }) => id).slice(0, 8);
    });
    same('go before others', async ({ alice }) => {
      const answer = await alice.put(`${rule('override', 'early')}?before=conditions`, {
        conditions: [],
        actions: [],
      });
      const { body } = await alice.get(`${RULES}/`);
      return [answer, body.global.override.map(({ rule_id: id }: { rule_id: string }) => id).slice(0, 8)];
    });
    same('go after others', async ({ alice }) => {
      const answer = await alice.put(`${rule('override', 'late')}?after=conditions`, {
        conditions: [],
        actions: [],
      });
      const { body } = await alice.get(`${RULES}/`);
      return [answer, body.global.override.map(({ rule_id: id }: { rule_id: string }) => id).slice(0, 8)];
    });
    same('go before what is not there', ({ alice }) =>
      alice.put(`${rule('override', 'lost')}?before=nothing`, { conditions: [], actions: [] }),
    );
    same('go before one of the server', ({ alice }) =>
      alice.put(`${rule('override', 'lost')}?before=.m.rule.master`, { conditions: [], actions: [] }),
    );
    same('are switched off', async ({ alice }) => [
      await alice.put(rule('content', 'word', 'enabled'), { enabled: false }),
      await alice.get(rule('content', 'word', 'enabled')),
    ]);
    same('of the server are switched off', async ({ alice }) => [
      await alice.put(rule('underride', '.m.rule.message', 'enabled'), { enabled: false }),
      await alice.get(rule('underride', '.m.rule.message', 'enabled')),
    ]);
    same('are not switched by a text', ({ alice }) =>
      alice.put(rule('content', 'word', 'enabled'), { enabled: 'x' }),
    );
    same('that are not there are not switched', ({ alice }) =>
      alice.put(rule('content', 'nothing', 'enabled'), { enabled: true }),
    );
    same('do something else', async ({ alice }) => [
      await alice.put(rule('content', 'word', 'actions'), {
        actions: ['notify', { set_tweak: 'highlight' }],
      }),
      await alice.get(rule('content', 'word', 'actions')),
    ]);
    same('of the server do something else', async ({ alice }) => [
      await alice.put(rule('underride', '.m.rule.message', 'actions'), { actions: [] }),
      await alice.get(rule('underride', '.m.rule.message', 'actions')),
    ]);
    same('do nothing unknown', ({ alice }) =>
      alice.put(rule('content', 'word', 'actions'), { actions: [1] }),
    );
    same('are deleted', async ({ alice }) => [
      await alice.delete(rule('content', 'word')),
      await alice.get(rule('content', 'word')),
    ]);
    same('are deleted once', ({ alice }) => alice.delete(rule('content', 'word')));
    same('of the server are not deleted', ({ alice }) => alice.delete(rule('override', '.m.rule.master')));
    same('are told in sync', async ({ alice }) => {
      const { next_batch: since } = await alice.sync();
      await alice.put(rule('content', 'synced'), { pattern: 'synced', actions: ['notify'] });
      const { account_data: data } = await alice.sync({ since });
      return data.events.map(({ type }: { type: string }) => type);
    });
    same('need an access token', (_people, world) => world.anonymous.get(`${RULES}/`));
  },
);

area(
  'what push rules count',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const roomId = await alice.createHall();
    await bob.join(roomId);
    return { alice, bob, roomId };
  },
  (same) => {
    /** How the counts of Bob change with what Alice does. */
    const counts = (
      title: string,
      act: (alice: Client, roomId: string, bob: Client) => Promise<unknown>,
    ): void =>
      same(title, async ({ alice, bob, roomId }) => {
        const latest = await alice.say(roomId, 'what comes next?');
        await bob.ok('POST', inRoom(roomId, 'receipt', 'm.read', latest), {});
        await act(alice, roomId, bob);
        return (await bob.sync()).rooms.join[roomId].unread_notifications;
      });
    const text = (body: string, more: object = {}) => ({ msgtype: 'm.text', body, ...more });
    counts('a message', (alice, roomId) => alice.say(roomId, 'Hello'));
    counts('a notice', (alice, roomId) =>
      alice.send(roomId, 'm.room.message', { msgtype: 'm.notice', body: 'N' }),
    );
    counts('a mention', (alice, roomId, { userId }) =>
      alice.send(roomId, 'm.room.message', text('Hello', { 'm.mentions': { user_ids: [userId] } })),
    );
    counts('a mention of somebody else', (alice, roomId) =>
      alice.send(roomId, 'm.room.message', text('Hello', { 'm.mentions': { user_ids: ['@x:compat.test'] } })),
    );
    counts('a mention of the room', (alice, roomId) =>
      alice.send(roomId, 'm.room.message', text('All!', { 'm.mentions': { room: true } })),
    );
    counts('the word @room', (alice, roomId) => alice.say(roomId, '@room hello'));
    counts('the word @room beside mentions', (alice, roomId) =>
      alice.send(roomId, 'm.room.message', text('@room hello', { 'm.mentions': {} })),
    );
    counts('the name in another word', (alice, roomId, { userId }) =>
      alice.say(roomId, `Hello x${userId.slice(1).split(':')[0]}x`),
    );
    counts('the name beside mentions', (alice, roomId, { userId }) =>
      alice.send(
        roomId,
        'm.room.message',
        text(`Hello ${userId.slice(1).split(':')[0]}`, { 'm.mentions': {} }),
      ),
    );
    counts('a reaction', (alice, roomId) =>
      alice.send(roomId, 'm.reaction', {
        'm.relates_to': { rel_type: 'm.annotation', event_id: '$nothing', key: '👍' },
      }),
    );
    counts('an encrypted event', (alice, roomId) =>
      alice.send(roomId, 'm.room.encrypted', { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x' }),
    );
    counts('an event that nobody knows', (alice, roomId) =>
      alice.send(roomId, 'org.example.x', { body: 'x' }),
    );
    counts('a new topic', (alice, roomId) => alice.setState(roomId, 'm.room.topic', { topic: `${roomId}` }));
    counts('an edit', (alice, roomId) =>
      alice.send(roomId, 'm.room.message', {
        ...text('* Hello'),
        'm.new_content': text('Hello'),
        'm.relates_to': { rel_type: 'm.replace', event_id: '$nothing' },
      }),
    );
    counts('a tombstone', (alice, roomId) =>
      alice.setState(roomId, 'm.room.tombstone', { body: 'Gone', replacement_room: '!x:compat.test' }),
    );
    counts('server rules', (alice, roomId) =>
      alice.setState(roomId, 'm.room.server_acl', { allow: ['*'], deny: [], allow_ip_literals: true }),
    );
    counts('a redaction', async (alice, roomId) => alice.redact(roomId, await alice.say(roomId, 'Sorry')));
    counts('what one’s own word matches', async (alice, roomId, bob) => {
      await bob.put(rule('content', 'cake'), {
        pattern: 'cake',
        actions: ['notify', { set_tweak: 'highlight' }],
      });
      await alice.say(roomId, 'There is Cake!');
    });
    counts('what one’s own word does not match', (alice, roomId) => alice.say(roomId, 'cheesecakes'));
    counts('nothing of a silent room', async (alice, roomId, bob) => {
      await bob.put(rule('room', roomId), { actions: [] });
      await alice.say(roomId, 'psst');
    });
    counts('nothing when all is silent', async (alice, roomId, bob) => {
      await bob.put(rule('override', '.m.rule.master', 'enabled'), { enabled: true });
      await alice.say(roomId, 'psst');
    });
  },
);
