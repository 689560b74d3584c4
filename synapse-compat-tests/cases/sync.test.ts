import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import { byTypeAndKey, inShort, type SeenEvent } from '../harness/events.ts';
import type { World } from '../harness/world.ts';

/** A room's part of a sync in the fewest words. */
// biome-ignore lint/suspicious/noExplicitAny: parts of answers of every shape.
function brief(room: any): object | undefined {
  return (
    room && {
      timeline: inShort(room.timeline?.events ?? []),
      limited: room.timeline?.limited,
      state: inShort(room.state?.events ?? []).sort(),
      accountData: (room.account_data?.events ?? []).map(({ type }: SeenEvent) => type),
    }
  );
}

async function people(world: World) {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const roomId = await alice.createHall({ name: 'Hall' });
  await bob.join(roomId);
  return { alice, bob, roomId };
}

area('the first sync', people, (same) => {
  same('has the room', async ({ bob, roomId }) => brief((await bob.sync()).rooms.join[roomId]));
  same('has the room as whoever made it sees it', async ({ alice, roomId }) =>
    brief((await alice.sync()).rooms.join[roomId]),
  );
  same('has a room with events, whole', async ({ alice, bob, roomId }) => {
    await alice.say(roomId, 'Hello');
    const { rooms } = await bob.sync({ filter: { room: { timeline: { limit: 1 } } } });
    const { timeline } = rooms.join[roomId];
    return { ...timeline, prev_batch: typeof timeline.prev_batch };
  });
  same('has account data in general', async ({ bob }) => {
    const { account_data: data } = await bob.sync();
    return data.events.map(({ type }: SeenEvent) => type).sort();
  });
  same('has these keys with something in them', async ({ bob }) =>
    Object.keys(await bob.sync())
      .filter((key) => key !== 'to_device' && key !== 'device_lists')
      .sort(),
  );
  same('has these keys of rooms', async ({ bob }) => Object.keys((await bob.sync()).rooms).sort());
  same('has these keys of a room', async ({ bob, roomId }) =>
    Object.keys((await bob.sync()).rooms.join[roomId]).sort(),
  );
  same('counts what is unread', async ({ alice, roomId, bob }) => {
    await bob.say(roomId, 'Hello Alice');
    return (await alice.sync()).rooms.join[roomId].unread_notifications;
  });
  for (const limit of [1, 3, 10, 50]) {
    same(`has ${limit} events when asked`, async ({ bob, roomId }) =>
      brief((await bob.sync({ filter: { room: { timeline: { limit } } } })).rooms.join[roomId]),
    );
  }
  same('has members as they are needed', async ({ alice, bob, roomId }) => {
    await alice.say(roomId, 'only Alice');
    const filter = { room: { state: { lazy_load_members: true }, timeline: { limit: 1 } } };
    return brief((await bob.sync({ filter })).rooms.join[roomId]);
  });
  same('has no rooms that were left', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    await bob.leave(roomId);
    const { rooms } = await bob.sync();
    return rooms.leave?.[roomId];
  });
  same('has rooms that were left when asked', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    await bob.leave(roomId);
    const { rooms } = await bob.sync({ filter: { room: { include_leave: true } } });
    return brief(rooms.leave?.[roomId]);
  });
  same('has an invite with what it takes to show it', async ({ alice, bob }) => {
    const roomId = await alice.createRoom({ invite: [bob.userId], name: 'Secret' });
    const { rooms } = await bob.sync();
    return byTypeAndKey(rooms.invite[roomId].invite_state.events);
  });
  same('has stripped events of an invite', async ({ alice, bob }) => {
    const roomId = await alice.createRoom({ invite: [bob.userId], name: 'Secret' });
    const { rooms } = await bob.sync();
    const found = rooms.invite[roomId].invite_state.events.find(
      ({ type }: SeenEvent) => type === 'm.room.name',
    );
    return Object.keys(found).sort();
  });
  same('has a knock with what it takes to show it', async ({ alice, bob }) => {
    const roomId = await alice.createRoom({
      name: 'Locked',
      initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }],
    });
    await bob.ok('POST', `/v3/knock/${encodeURIComponent(roomId)}`, {});
    const { rooms } = await bob.sync();
    return byTypeAndKey(rooms.knock[roomId].knock_state.events);
  });
  same('needs an access token', (_people, world) => world.anonymous.get('/v3/sync'));
  for (const query of [
    'timeout=x',
    'timeout=-1',
    'since=nothing',
    'filter=x',
    'full_state=x',
    'set_presence=x',
  ]) {
    same(`with ${query}`, async ({ bob }) => {
      const { status, body } = await bob.get(
        `/v3/sync?timeout=0&${query}`.replace('timeout=0&timeout', 'timeout'),
      );
      return [status, body.errcode];
    });
  }
});

area('the next sync', people, (same) => {
  /** What is new of a room after something happened. */
  const news = async (who: Client, happen: () => Promise<unknown>, query: object = {}) => {
    const { next_batch: since } = await who.sync(query);
    await happen();
    return (await who.sync({ ...query, since })).rooms;
  };
  same('has no rooms when nothing happened', async ({ bob }) => {
    const { next_batch: since } = await bob.sync();
    return Object.keys((await bob.sync({ since })).rooms ?? {});
  });
  same('has a message', async ({ alice, bob, roomId }) =>
    brief((await news(bob, () => alice.say(roomId, 'New'))).join[roomId]),
  );
  same('has new state in the timeline', async ({ alice, bob, roomId }) =>
    brief((await news(bob, () => alice.setState(roomId, 'm.room.topic', { topic: 'T' }))).join[roomId]),
  );
  same('has state that the timeline has no place for', async ({ alice, bob, roomId }) =>
    brief(
      (
        await news(
          bob,
          async () => {
            await alice.setState(roomId, 'm.room.topic', { topic: 'T2' });
            await alice.say(roomId, 'one');
            await alice.say(roomId, 'two');
          },
          { filter: { room: { timeline: { limit: 1 } } } },
        )
      ).join[roomId],
    ),
  );
  same('has a gap when there was too much', async ({ alice, bob, roomId }) =>
    brief(
      (
        await news(bob, async () => {
          for (let index = 0; index < 12; index += 1) await alice.say(roomId, `m${index}`);
        })
      ).join[roomId],
    ),
  );
  same('has a room that was just joined', async ({ alice, bob }) => {
    const roomId = await alice.createHall({ name: 'New' });
    return brief((await news(bob, () => bob.join(roomId))).join[roomId]);
  });
  same('has a room that was just made', async ({ bob }) => {
    let roomId = '';
    const rooms = await news(bob, async () => {
      roomId = await bob.createHall({ name: 'Mine' });
    });
    return brief(rooms.join[roomId]);
  });
  same('has an invite', async ({ alice, bob }) => {
    const roomId = await alice.createRoom({ name: 'Secret' });
    const rooms = await news(bob, () => alice.invite(roomId, bob));
    return byTypeAndKey(rooms.invite[roomId].invite_state.events);
  });
  same('has an invite once', async ({ alice, bob }) => {
    const roomId = await alice.createRoom({ name: 'Secret' });
    await alice.invite(roomId, bob);
    const rooms = await news(bob, async () => {});
    return rooms?.invite?.[roomId] === undefined;
  });
  same('has an invite that was taken back', async ({ alice, bob }) => {
    const roomId = await alice.createRoom({ name: 'Secret', invite: [bob.userId] });
    const rooms = await news(bob, () => alice.kick(roomId, bob));
    return [brief(rooms.leave?.[roomId]), rooms.invite?.[roomId]];
  });
  same('has an invite that was refused', async ({ alice, bob }) => {
    const roomId = await alice.createRoom({ name: 'Secret', invite: [bob.userId] });
    const rooms = await news(bob, () => bob.leave(roomId));
    return brief(rooms.leave?.[roomId]);
  });
  same('has a room that was left', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    return brief((await news(bob, () => bob.leave(roomId))).leave?.[roomId]);
  });
  same('has nothing of a room after it was left', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    await bob.leave(roomId);
    const rooms = await news(bob, () => alice.say(roomId, 'after'));
    return [rooms?.join?.[roomId], rooms?.leave?.[roomId]];
  });
  same('has what was said before one was kicked, not after', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    const rooms = await news(bob, async () => {
      await alice.say(roomId, 'before');
      await alice.kick(roomId, bob);
      await alice.say(roomId, 'after');
    });
    return brief(rooms.leave?.[roomId]);
  });
  same('has a ban', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    return brief((await news(bob, () => alice.ban(roomId, bob))).leave?.[roomId]);
  });
  same('has a room that was left and joined again', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    const rooms = await news(bob, async () => {
      await bob.leave(roomId);
      await alice.setState(roomId, 'm.room.topic', { topic: 'meanwhile' });
      await bob.join(roomId);
    });
    return [brief(rooms.join?.[roomId]), rooms.leave?.[roomId]];
  });
  same('has somebody else who joined', async ({ alice, bob }, world) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    const carol = await world.user('carol');
    return brief((await news(bob, () => carol.join(roomId))).join[roomId]);
  });
  same('has somebody else who left', async ({ alice, bob }, world) => {
    const roomId = await alice.createHall();
    const dave = await world.user('dave');
    await bob.join(roomId);
    await dave.join(roomId);
    return brief((await news(bob, () => dave.leave(roomId))).join[roomId]);
  });
  same('has a redaction, and the event without its content', async ({ alice, bob, roomId }) => {
    const eventId = await alice.say(roomId, 'Sorry');
    const rooms = await news(bob, () => alice.redact(roomId, eventId, { reason: 'Spam' }));
    const [event] = rooms.join[roomId].timeline.events;
    return { ...event, room_id: undefined };
  });
  same('has all state when asked', async ({ alice, bob, roomId }) => {
    const { next_batch: since } = await bob.sync();
    await alice.say(roomId, 'Full');
    const { rooms } = await bob.sync({ since, full_state: 'true' });
    return brief(rooms.join[roomId]);
  });
  same('has one’s own message with its transaction', async ({ bob, roomId }) => {
    const rooms = await news(bob, () =>
      bob.ok('PUT', inRoom(roomId, 'send', 'm.room.message', 'own'), { msgtype: 'm.text', body: 'own' }),
    );
    return { unsigned: rooms.join[roomId].timeline.events[0].unsigned };
  });
  same('has a message when a client asks again with the same token', async ({ alice, bob, roomId }) => {
    const { next_batch: since } = await bob.sync();
    await alice.say(roomId, 'Twice');
    const first = brief((await bob.sync({ since })).rooms.join[roomId]);
    return [first, brief((await bob.sync({ since })).rooms.join[roomId])];
  });
  same('waits for what happens', async ({ alice, bob, roomId }) => {
    const { next_batch: since } = await bob.sync();
    const waiting = bob.sync({ since, timeout: '10000' });
    await alice.say(roomId, 'Awaited');
    return brief((await waiting).rooms.join[roomId]);
  });
  same('has room account data that is new', async ({ bob, roomId }) => {
    const path = `/v3/user/${encodeURIComponent(bob.userId)}/rooms/${encodeURIComponent(roomId)}/account_data/org.example.x`;
    const rooms = await news(bob, () => bob.ok('PUT', path, { a: 1 }));
    return rooms.join[roomId].account_data;
  });
  same('has the state after its timeline when asked', async ({ alice, bob, roomId }) => {
    const { next_batch: since } = await bob.sync({ use_state_after: 'true' });
    await alice.setState(roomId, 'm.room.topic', { topic: 'State after' });
    const { rooms } = await bob.sync({ since, use_state_after: 'true' });
    return Object.keys(rooms.join[roomId]).filter((key) => key.startsWith('state'));
  });
});

area(
  'summaries of rooms in sync',
  async (world) => {
    const [alice, ...others] = await Promise.all(
      ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace'].map((name) => world.user(name)),
    );
    return { alice: alice as Client, others };
  },
  (same) => {
    const lazy = { filter: { room: { state: { lazy_load_members: true } } } };
    for (const [joined, invited] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [2, 1],
      [5, 0],
      [6, 0],
    ] as const) {
      same(`of ${joined} others and ${invited} invited`, async ({ alice, others }) => {
        const roomId = await alice.createHall();
        for (const other of others.slice(0, joined)) await other.join(roomId);
        for (const other of others.slice(joined, joined + invited)) await alice.invite(roomId, other);
        return (await alice.sync(lazy)).rooms.join[roomId].summary;
      });
    }
    same('of somebody who left', async ({ alice, others: [bob] }) => {
      const roomId = await alice.createHall();
      await bob?.join(roomId);
      await bob?.leave(roomId);
      return (await alice.sync(lazy)).rooms.join[roomId].summary;
    });
    same('of a room with a name', async ({ alice, others: [bob] }) => {
      const roomId = await alice.createHall({ name: 'Named' });
      await bob?.join(roomId);
      return (await alice.sync(lazy)).rooms.join[roomId].summary;
    });
    same('that change when somebody joins', async ({ alice, others: [bob] }) => {
      const roomId = await alice.createHall();
      const { next_batch: since } = await alice.sync(lazy);
      await bob?.join(roomId);
      return (await alice.sync({ ...lazy, since })).rooms.join[roomId].summary;
    });
    same('that do not change with a message', async ({ alice }) => {
      const roomId = await alice.createHall();
      const { next_batch: since } = await alice.sync(lazy);
      await alice.say(roomId, 'Hello');
      return (await alice.sync({ ...lazy, since })).rooms.join[roomId].summary ?? {};
    });
    same('are there without lazy loading', async ({ alice }) => {
      const roomId = await alice.createHall();
      return (await alice.sync()).rooms.join[roomId].summary;
    });
  },
);
