import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import type { World } from '../harness/world.ts';

async function people(world: World) {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const carol = await world.user('carol');
  const roomId = await alice.createHall();
  await bob.join(roomId);
  const events: string[] = [];
  for (let index = 0; index < 4; index += 1) events.push(await alice.say(roomId, `m${index}`));
  return { alice, bob, carol, roomId, events };
}

const unread = async (who: Client, roomId: string) =>
  (await who.sync()).rooms.join[roomId].unread_notifications;
const ephemeral = async (who: Client, roomId: string) =>
  (await who.sync()).rooms.join[roomId].ephemeral.events.filter(
    ({ type }: { type: string }) => type === 'm.receipt',
  );

area('receipts', people, (same) => {
  const post = (who: Client, roomId: string, type: string, eventId: string, body: unknown = {}) =>
    who.post(inRoom(roomId, 'receipt', type, eventId), body);
  same('unread are all messages without one', ({ bob, roomId }) => unread(bob, roomId));
  same('are taken', ({ bob, roomId, events }) => post(bob, roomId, 'm.read', events[1] ?? ''));
  same('lower what is unread', ({ bob, roomId }) => unread(bob, roomId));
  same('are shown to others', ({ alice, roomId }) => ephemeral(alice, roomId));
  same('do not go back', async ({ alice, bob, roomId, events }) => [
    (await post(bob, roomId, 'm.read', events[0] ?? '')).status,
    await unread(bob, roomId),
    await ephemeral(alice, roomId),
  ]);
  same('in private are taken', async ({ bob, roomId, events }) => [
    await post(bob, roomId, 'm.read.private', events[2] ?? ''),
    await unread(bob, roomId),
  ]);
  same('in private are not shown to others', ({ alice, roomId }) => ephemeral(alice, roomId));
  same('in private are shown to oneself', ({ bob, roomId }) => ephemeral(bob, roomId));
  same('at the end leave nothing unread', async ({ bob, roomId, events }) => [
    (await post(bob, roomId, 'm.read', events[3] ?? '')).status,
    await unread(bob, roomId),
  ]);
  same('come with what one says', async ({ alice, bob, roomId }) => {
    await alice.say(roomId, 'And now?');
    const before = await unread(bob, roomId);
    await bob.say(roomId, 'I see');
    return [before, await unread(bob, roomId)];
  });
  same('of the main timeline', async ({ bob, roomId, events }) =>
    post(bob, roomId, 'm.read', events[3] ?? '', { thread_id: 'main' }),
  );
  same('of no thread', ({ bob, roomId, events }) =>
    post(bob, roomId, 'm.read', events[3] ?? '', { thread_id: '' }),
  );
  same('of an unknown type', ({ bob, roomId, events }) => post(bob, roomId, 'm.unknown', events[3] ?? ''));
  same('of what is read fully', ({ bob, roomId, events }) =>
    post(bob, roomId, 'm.fully_read', events[3] ?? ''),
  );
  same(
    'for what is not there',
    async ({ bob, roomId }) => (await post(bob, roomId, 'm.read', '$nothing')).status,
  );
  same('without a body', async ({ bob, roomId, events }) =>
    bob.request('POST', inRoom(roomId, 'receipt', 'm.read', events[3] ?? '')),
  );
  same('of strangers', ({ carol, roomId, events }) => post(carol, roomId, 'm.read', events[3] ?? ''));
  same('without an access token', ({ roomId, events }, world) =>
    post(world.anonymous, roomId, 'm.read', events[3] ?? ''),
  );
});

area('read markers', people, (same) => {
  const mark = (who: Client, roomId: string, body: unknown) => who.post(inRoom(roomId, 'read_markers'), body);
  const fullyRead = (who: Client, roomId: string) =>
    who.get(
      `/v3/user/${encodeURIComponent(who.userId)}/rooms/${encodeURIComponent(roomId)}/account_data/m.fully_read`,
    );
  same('are not there at first', ({ bob, roomId }) => fullyRead(bob, roomId));
  same('are set', async ({ bob, roomId, events }) => [
    await mark(bob, roomId, { 'm.fully_read': events[1] }),
    await fullyRead(bob, roomId),
  ]);
  same('do not go back', async ({ bob, roomId, events }) => [
    await mark(bob, roomId, { 'm.fully_read': events[0] }),
    await fullyRead(bob, roomId),
  ]);
  same('set receipts too', async ({ alice, bob, roomId, events }) => [
    await mark(bob, roomId, { 'm.fully_read': events[2], 'm.read': events[2], 'm.read.private': events[3] }),
    await unread(bob, roomId),
    await ephemeral(alice, roomId),
  ]);
  same('may say nothing', ({ bob, roomId }) => mark(bob, roomId, {}));
  same('of strangers', ({ carol, roomId, events }) => mark(carol, roomId, { 'm.read': events[0] }));
  same('cannot be written as account data', ({ bob, roomId, events }) =>
    bob.put(
      `/v3/user/${encodeURIComponent(bob.userId)}/rooms/${encodeURIComponent(roomId)}/account_data/m.fully_read`,
      { event_id: events[3] },
    ),
  );
});

area('typing', people, (same) => {
  const typing = (who: Client, roomId: string, userId: string, body: unknown) =>
    who.put(inRoom(roomId, 'typing', userId), body);
  const typists = async (who: Client, roomId: string) =>
    (await who.sync()).rooms.join[roomId].ephemeral.events.filter(
      ({ type }: { type: string }) => type === 'm.typing',
    );
  same('begins', async ({ alice, bob, roomId }) => [
    await typing(bob, roomId, bob.userId, { typing: true, timeout: 30_000 }),
    await typists(alice, roomId),
  ]);
  same('ends', async ({ alice, bob, roomId }) => {
    const { next_batch: since } = await alice.sync();
    const answer = await typing(bob, roomId, bob.userId, { typing: false });
    const { rooms } = await alice.sync({ since });
    return [answer, rooms.join[roomId].ephemeral.events];
  });
  same('is told while one waits', async ({ alice, bob, roomId }) => {
    const { next_batch: since } = await alice.sync();
    const waiting = alice.sync({ since, timeout: '10000' });
    await typing(bob, roomId, bob.userId, { typing: true, timeout: 30_000 });
    return (await waiting).rooms.join[roomId].ephemeral.events;
  });
  same('for somebody else', ({ alice, bob, roomId }) =>
    typing(bob, roomId, alice.userId, { typing: true, timeout: 1000 }),
  );
  same('of strangers', ({ carol, roomId }) =>
    typing(carol, roomId, carol.userId, { typing: true, timeout: 1000 }),
  );
  same('in a room that is not there', ({ bob }) =>
    typing(bob, '!nothing:compat.test', bob.userId, { typing: true, timeout: 1000 }),
  );
});

area('presence', people, (same) => {
  const path = (userId: string): string => `/v3/presence/${encodeURIComponent(userId)}/status`;
  same('is set and read', async ({ alice, bob }) => [
    await alice.put(path(alice.userId), { presence: 'online', status_msg: 'Here' }),
    (await bob.get(path(alice.userId))).body.status_msg,
    (await bob.get(path(alice.userId))).body.presence,
  ]);
  same('is set to away', async ({ alice, bob }) => [
    await alice.put(path(alice.userId), { presence: 'unavailable' }),
    (await bob.get(path(alice.userId))).body.presence,
  ]);
  same('is nobody else’s to set', ({ alice, bob }) => bob.put(path(alice.userId), { presence: 'online' }));
  same('is nothing unknown', ({ alice }) => alice.put(path(alice.userId), { presence: 'asleep' }));
  same('has to be said', ({ alice }) => alice.put(path(alice.userId), {}));
  same('has no message that is a number', ({ alice }) =>
    alice.put(path(alice.userId), { presence: 'online', status_msg: 1 }),
  );
  same('is not told to strangers', ({ carol, alice }) => carol.get(path(alice.userId)));
  same('is not told of those who are unknown', ({ alice }) => alice.get(path('@nobody:compat.test')));
  same('reaches those who share a room', async ({ alice, bob }) => {
    await alice.put(path(alice.userId), { presence: 'offline' });
    const { next_batch: since } = await bob.sync({ set_presence: 'offline' });
    const waiting = bob.sync({ since, timeout: '10000', set_presence: 'offline' });
    await alice.put(path(alice.userId), { presence: 'online', status_msg: 'Back' });
    const { presence } = await waiting;
    return (presence?.events ?? [])
      .filter(({ sender }: { sender: string }) => sender === alice.userId)
      .map(
        ({ type, sender, content }: { type: string; sender: string; content: Record<string, unknown> }) => [
          type,
          sender,
          content.presence,
          content.status_msg,
        ],
      );
  });
});
