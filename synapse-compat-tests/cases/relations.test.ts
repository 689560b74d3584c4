import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import { inShort } from '../harness/events.ts';
import type { World } from '../harness/world.ts';

async function people(world: World) {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const carol = await world.user('carol');
  const roomId = await alice.createHall();
  await bob.join(roomId);
  return { alice, bob, carol, roomId, root: await alice.say(roomId, 'root') };
}

const relates = (relType: string, eventId: string, more: object = {}) => ({
  'm.relates_to': { rel_type: relType, event_id: eventId, ...more },
});
const text = (body: string, more: object = {}) => ({ msgtype: 'm.text', body, ...more });
const react = (who: Client, roomId: string, eventId: string, key: string) =>
  who.put(
    inRoom(roomId, 'send', 'm.reaction', `r${key}${eventId}`),
    relates('m.annotation', eventId, { key }),
  );
const replyIn = (who: Client, roomId: string, root: string, body: string) =>
  who.send(roomId, 'm.room.message', text(body, relates('m.thread', root)));

area('relations', people, (same) => {
  const related = (who: Client, roomId: string, eventId: string, rest = '') =>
    who.get(`/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(eventId)}${rest}`);
  const brief = async (answer: ReturnType<typeof related>) => {
    const { status, body } = await answer;
    return [status, body.errcode, body.chunk && inShort(body.chunk), 'next_batch' in body];
  };
  same('are none at first', ({ bob, roomId, root }) => brief(related(bob, roomId, root)));
  same('of what is not there', ({ bob, roomId }) => brief(related(bob, roomId, '$nothing')));
  same('are not for strangers', ({ carol, roomId, root }) => brief(related(carol, roomId, root)));
  same('react', async ({ bob, roomId, root }) => (await react(bob, roomId, root, '👍')).status);
  same('react once', ({ bob, roomId, root }) =>
    bob.put(inRoom(roomId, 'send', 'm.reaction', 'again'), relates('m.annotation', root, { key: '👍' })),
  );
  same('react in other ways', async ({ bob, roomId, root }) => (await react(bob, roomId, root, '🎉')).status);
  same(
    'react to what is not there',
    async ({ bob, roomId }) => (await react(bob, roomId, '$nothing', 'x')).status,
  );
  same('are listed, the newest first', ({ alice, roomId, root }) => brief(related(alice, roomId, root)));
  same('are listed, the oldest first', ({ alice, roomId, root }) =>
    brief(related(alice, roomId, root, '?dir=f')),
  );
  same('are listed by kind', ({ alice, roomId, root }) =>
    brief(related(alice, roomId, root, '/m.annotation')),
  );
  same('are listed by kind and type', ({ alice, roomId, root }) =>
    brief(related(alice, roomId, root, '/m.annotation/m.reaction')),
  );
  same('are listed by kind and a type that is not there', ({ alice, roomId, root }) =>
    brief(related(alice, roomId, root, '/m.annotation/m.room.message')),
  );
  same('are listed by a kind that is not there', ({ alice, roomId, root }) =>
    brief(related(alice, roomId, root, '/m.reference')),
  );
  same('come in pages', async ({ alice, roomId, root }) => {
    const first = await related(alice, roomId, root, '?limit=1');
    const from = encodeURIComponent(first.body.next_batch);
    return [inShort(first.body.chunk), await brief(related(alice, roomId, root, `?limit=1&from=${from}`))];
  });
  same('have no limit that is a text', ({ alice, roomId, root }) =>
    brief(related(alice, roomId, root, '?limit=x')),
  );
  same('have no unknown direction', ({ alice, roomId, root }) =>
    brief(related(alice, roomId, root, '?dir=x')),
  );
  same('edit', async ({ alice, bob, roomId }) => {
    const event = await alice.say(roomId, 'first');
    await alice.send(roomId, 'm.room.message', {
      ...text('* second', relates('m.replace', event)),
      'm.new_content': text('second'),
    });
    const { body } = await bob.get(inRoom(roomId, 'event', event));
    return [
      body.content,
      Object.keys(body.unsigned['m.relations'] ?? {}),
      body.unsigned['m.relations']?.['m.replace']?.content,
    ];
  });
  same('edit nothing of others', async ({ alice, bob, roomId }) => {
    const event = await alice.say(roomId, 'mine');
    await bob.send(roomId, 'm.room.message', {
      ...text('* stolen', relates('m.replace', event)),
      'm.new_content': text('stolen'),
    });
    return (await bob.get(inRoom(roomId, 'event', event))).body.unsigned['m.relations'];
  });
  same('edit nothing of another type', async ({ alice, roomId }) => {
    const event = await alice.say(roomId, 'typed');
    await alice.send(roomId, 'org.example.other', {
      ...text('* other', relates('m.replace', event)),
      'm.new_content': text('other'),
    });
    return (await alice.get(inRoom(roomId, 'event', event))).body.unsigned['m.relations'];
  });
  same('refer', async ({ alice, bob, roomId }) => {
    const event = await alice.say(roomId, 'referred to');
    await bob.send(roomId, 'org.example.ref', relates('m.reference', event));
    return (await alice.get(inRoom(roomId, 'event', event))).body.unsigned['m.relations'];
  });
  same('go with what they belong to', async ({ alice, bob, roomId }) => {
    const event = await alice.say(roomId, 'to be redacted');
    await react(bob, roomId, event, '👎');
    await alice.redact(roomId, event);
    return brief(related(alice, roomId, event));
  });
  same('that are redacted are none', async ({ alice, bob, roomId }) => {
    const event = await alice.say(roomId, 'once liked');
    const { body } = await react(bob, roomId, event, '👍');
    await bob.redact(roomId, body.event_id);
    return brief(related(alice, roomId, event));
  });
  same(
    'with a kind that is no text',
    async ({ alice, roomId, root }) =>
      (
        await alice.put(inRoom(roomId, 'send', 'org.example.x', 'bad'), {
          'm.relates_to': { rel_type: 1, event_id: root },
        })
      ).status,
  );
});

area('threads', people, (same) => {
  const threads = async (who: Client, roomId: string, query = '') => {
    const { status, body } = await who.get(`/v1/rooms/${encodeURIComponent(roomId)}/threads${query}`);
    return [status, body.errcode, body.chunk && inShort(body.chunk), 'next_batch' in body];
  };
  same('are none at first', ({ alice, roomId }) => threads(alice, roomId));
  same('begin with an answer', async ({ alice, bob, roomId, root }) => {
    await replyIn(bob, roomId, root, 'answer');
    return threads(alice, roomId);
  });
  same('are told with what they began with', async ({ alice, bob, roomId, root }) => {
    await replyIn(alice, roomId, root, 'thanks');
    const thread = (await bob.get(inRoom(roomId, 'event', root))).body.unsigned['m.relations']['m.thread'];
    return [thread.count, thread.current_user_participated, inShort([thread.latest_event])];
  });
  same('know who took no part', async ({ alice, carol, roomId }) => {
    await carol.join(roomId);
    const event = await alice.say(roomId, 'another root');
    await replyIn(alice, roomId, event, 'alone');
    const { body } = await carol.get(inRoom(roomId, 'event', event));
    return body.unsigned['m.relations']['m.thread'].current_user_participated;
  });
  same('are listed, the newest answer first', async ({ alice, bob, roomId, root }) => {
    await replyIn(bob, roomId, root, 'once more');
    return threads(alice, roomId);
  });
  same('are listed where one took part', ({ bob, roomId }) => threads(bob, roomId, '?include=participated'));
  same('are listed as nobody knows', ({ bob, roomId }) => threads(bob, roomId, '?include=x'));
  same('come in pages', ({ bob, roomId }) => threads(bob, roomId, '?limit=1'));
  same('are not for strangers', async ({ roomId }, world) => threads(await world.user('stranger'), roomId));
  same('do not nest', async ({ alice, bob, roomId, root }) => {
    const answer = await replyIn(bob, roomId, root, 'an answer');
    const { status, body } = await alice.put(
      inRoom(roomId, 'send', 'm.room.message', 'nested'),
      text('nested', relates('m.thread', answer)),
    );
    return [status, body.errcode];
  });
  same('do not begin with what relates to something', async ({ alice, bob, roomId, root }) => {
    const { body } = await react(bob, roomId, root, '🙂');
    const { status, body: answer } = await alice.put(
      inRoom(roomId, 'send', 'm.room.message', 'on-reaction'),
      text('x', relates('m.thread', body.event_id)),
    );
    return [status, answer.errcode];
  });
  same('have counts of their own', async ({ alice, bob, roomId, root }) => {
    await bob.ok('POST', inRoom(roomId, 'receipt', 'm.read', await alice.say(roomId, 'here')), {});
    await alice.say(roomId, 'in the room');
    await replyIn(alice, roomId, root, 'in the thread');
    const filter = { room: { timeline: { unread_thread_notifications: true } } };
    const room = (await bob.sync({ filter })).rooms.join[roomId];
    return [room.unread_notifications, room.unread_thread_notifications];
  });
  same('are counted with the room without being asked', async ({ bob, roomId }) => {
    const room = (await bob.sync()).rooms.join[roomId];
    return [room.unread_notifications, room.unread_thread_notifications];
  });
  same('have receipts of their own', async ({ alice, bob, roomId, root }) => {
    const answer = await replyIn(alice, roomId, root, 'read this');
    await bob.ok('POST', inRoom(roomId, 'receipt', 'm.read', answer), { thread_id: root });
    const filter = { room: { timeline: { unread_thread_notifications: true } } };
    const room = (await bob.sync({ filter })).rooms.join[roomId];
    return [room.unread_notifications, room.unread_thread_notifications];
  });
  same('have no receipts of others', ({ alice, bob, roomId }) =>
    alice
      .say(roomId, 'not in a thread')
      .then((event) => bob.post(inRoom(roomId, 'receipt', 'm.read', event), { thread_id: '$other' })),
  );
});
