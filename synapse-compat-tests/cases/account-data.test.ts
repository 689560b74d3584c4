import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';

const global = ({ userId }: Client, type: string): string =>
  `/v3/user/${encodeURIComponent(userId)}/account_data/${encodeURIComponent(type)}`;
const ofRoom = ({ userId }: Client, roomId: string, type: string): string =>
  `/v3/user/${encodeURIComponent(userId)}/rooms/${encodeURIComponent(roomId)}/account_data/${encodeURIComponent(type)}`;

area(
  'account data',
  async (world) => {
    const alice = await world.user('alice');
    return { alice, bob: await world.user('bob'), roomId: await alice.createHall() };
  },
  (same) => {
    const places = [
      ['in general', (who: Client, _roomId: string, type: string) => global(who, type)],
      ['of a room', (who: Client, roomId: string, type: string) => ofRoom(who, roomId, type)],
    ] as const;
    for (const [where, path] of places) {
      same(`${where} is not there at first`, ({ alice, roomId }) =>
        alice.get(path(alice, roomId, 'org.example.none')),
      );
      same(`${where} is kept`, async ({ alice, roomId }) => [
        await alice.put(path(alice, roomId, 'org.example.x'), { a: [1, { b: null }] }),
        await alice.get(path(alice, roomId, 'org.example.x')),
      ]);
      same(`${where} is replaced`, async ({ alice, roomId }) => [
        await alice.put(path(alice, roomId, 'org.example.x'), { other: true }),
        await alice.get(path(alice, roomId, 'org.example.x')),
      ]);
      same(`${where} may be empty`, async ({ alice, roomId }) => [
        await alice.put(path(alice, roomId, 'org.example.empty'), {}),
        await alice.get(path(alice, roomId, 'org.example.empty')),
      ]);
      same(`${where} is nobody else’s to read`, ({ alice, bob, roomId }) =>
        bob.get(path(alice, roomId, 'org.example.x')),
      );
      same(`${where} is nobody else’s to write`, ({ alice, bob, roomId }) =>
        bob.put(path(alice, roomId, 'org.example.x'), {}),
      );
      same(`${where} is no list`, ({ alice, roomId }) => alice.put(path(alice, roomId, 'org.example.x'), []));
      same(`${where} is JSON`, ({ alice, roomId }) =>
        alice.request('PUT', path(alice, roomId, 'org.example.x'), '{'),
      );
      same(`${where} is none of the server’s`, ({ alice, roomId }) =>
        alice.put(path(alice, roomId, 'm.push_rules'), {}),
      );
      same(`${where} may have fractions`, async ({ alice, roomId }) => [
        await alice.put(path(alice, roomId, 'org.example.f'), { a: 0.5 }),
        await alice.get(path(alice, roomId, 'org.example.f')),
      ]);
      same(`${where} may have types with slashes`, async ({ alice, roomId }) => [
        await alice.put(path(alice, roomId, 'org.example/a b'), { a: 1 }),
        await alice.get(path(alice, roomId, 'org.example/a b')),
      ]);
    }
    same('of a room that is not there', ({ alice }) =>
      alice.put(ofRoom(alice, '!nothing:compat.test', 'org.example.x'), { a: 1 }),
    );
    same('of what is no room', ({ alice }) => alice.put(ofRoom(alice, 'nothing', 'org.example.x'), { a: 1 }));
    same('of a room where one is not', async ({ alice, bob, roomId }) => [
      (await bob.put(ofRoom(bob, roomId, 'org.example.x'), { a: 1 })).status,
      (await alice.get(ofRoom(alice, roomId, 'org.example.x'))).status,
    ]);
    same('is told in sync', async ({ alice }) => {
      const { next_batch: since } = await alice.sync();
      await alice.put(global(alice, 'org.example.sync'), { new: true });
      return (await alice.sync({ since })).account_data;
    });
    same('is told once', async ({ alice }) => {
      await alice.put(global(alice, 'org.example.sync'), { new: 2 });
      const { next_batch: since } = await alice.sync();
      return (await alice.sync({ since })).account_data;
    });
    same('is told while one waits', async ({ alice }) => {
      const { next_batch: since } = await alice.sync();
      const waiting = alice.sync({ since, timeout: '10000' });
      await alice.put(global(alice, 'org.example.sync'), { new: 3 });
      return (await waiting).account_data;
    });
    same('of direct chats is kept as it is', async ({ alice, bob, roomId }) => [
      await alice.put(global(alice, 'm.direct'), { [bob.userId]: [roomId] }),
      (await alice.get(global(alice, 'm.direct'))).status,
    ]);
    same('of ignored people keeps their messages away', async ({ alice, bob, roomId }) => {
      await bob.join(roomId);
      await alice.put(global(alice, 'm.ignored_user_list'), { ignored_users: { [bob.userId]: {} } });
      const { next_batch: since } = await alice.sync();
      await bob.say(roomId, 'Can you hear me?');
      await alice.say(roomId, 'Nobody there');
      const { rooms } = await alice.sync({ since });
      return rooms.join[roomId].timeline.events.map(
        ({ content }: { content: { body: string } }) => content.body,
      );
    });
    same('of ignored people keeps their invites away', async ({ alice, bob }) => {
      const roomId = await bob.createRoom();
      const { next_batch: since } = await alice.sync();
      await bob.invite(roomId, alice);
      const { rooms } = await alice.sync({ since });
      return rooms?.invite?.[roomId] === undefined;
    });
  },
);

area(
  'tags',
  async (world) => {
    const alice = await world.user('alice');
    return { alice, bob: await world.user('bob'), roomId: await alice.createHall() };
  },
  (same) => {
    const tags = ({ userId }: Client, roomId: string, tag?: string): string =>
      `/v3/user/${encodeURIComponent(userId)}/rooms/${encodeURIComponent(roomId)}/tags${
        tag === undefined ? '' : `/${encodeURIComponent(tag)}`
      }`;
    same('are none at first', ({ alice, roomId }) => alice.get(tags(alice, roomId)));
    same('are put on', async ({ alice, roomId }) => [
      await alice.put(tags(alice, roomId, 'm.favourite'), { order: 0.25 }),
      await alice.get(tags(alice, roomId)),
    ]);
    same('may have no order', async ({ alice, roomId }) => [
      await alice.put(tags(alice, roomId, 'u.work'), {}),
      await alice.get(tags(alice, roomId)),
    ]);
    same('may have more than an order', async ({ alice, roomId }) => [
      await alice.put(tags(alice, roomId, 'u.more'), { order: 1, 'org.example.colour': 'red' }),
      await alice.get(tags(alice, roomId)),
    ]);
    same('are taken off', async ({ alice, roomId }) => [
      await alice.delete(tags(alice, roomId, 'u.work')),
      await alice.get(tags(alice, roomId)),
    ]);
    same('that are not there are taken off', ({ alice, roomId }) =>
      alice.delete(tags(alice, roomId, 'u.no')),
    );
    same('are told in sync', async ({ alice, roomId }) => {
      const { next_batch: since } = await alice.sync();
      await alice.put(tags(alice, roomId, 'm.lowpriority'), { order: 0.5 });
      return (await alice.sync({ since })).rooms.join[roomId].account_data;
    });
    same('are nobody else’s to read', ({ alice, bob, roomId }) => bob.get(tags(alice, roomId)));
    same('are nobody else’s to put on', ({ alice, bob, roomId }) => bob.put(tags(alice, roomId, 'u.x'), {}));
    same('are nobody else’s to take off', ({ alice, bob, roomId }) => bob.delete(tags(alice, roomId, 'u.x')));
    same(
      'have no order that is a text',
      async ({ alice, roomId }) => (await alice.put(tags(alice, roomId, 'u.y'), { order: 'x' })).status,
    );
    same('are no lists', ({ alice, roomId }) => alice.put(tags(alice, roomId, 'u.y'), []));
  },
);
