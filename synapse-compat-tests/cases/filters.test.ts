import { area } from '../harness/area.ts';
import { inShort } from '../harness/events.ts';

area(
  'filters that are kept',
  async (world) => ({ alice: await world.user('alice'), bob: await world.user('bob') }),
  (same) => {
    const filters = (userId: string): string => `/v3/user/${encodeURIComponent(userId)}/filter`;
    const keep = (title: string, filter: unknown): void =>
      same(title, async ({ alice }) => {
        const { status, body } = await alice.post(filters(alice.userId), filter);
        if (status !== 200) return [status, body.errcode];
        return [typeof body.filter_id, await alice.get(`${filters(alice.userId)}/${body.filter_id}`)];
      });
    keep('empty', {});
    keep('with limits', { room: { timeline: { limit: 5 } } });
    keep('with types', { room: { timeline: { types: ['m.room.message'], not_types: ['m.*'] } } });
    keep('with rooms', { room: { rooms: ['!a:b'], not_rooms: ['!c:d'] } });
    keep('with fields', { event_fields: ['type', 'content.body'] });
    keep('with the form of servers', { event_format: 'federation' });
    keep('with presence', { presence: { types: ['m.presence'], not_senders: ['@a:b'] } });
    keep('with members as they are needed', {
      room: { state: { lazy_load_members: true, include_redundant_members: true } },
    });
    keep('with what nobody knows', { 'org.example.more': 1 });
    keep('a list', []);
    keep('types that are a text', { room: { timeline: { types: 'm.room.message' } } });
    keep('a sender that is no user', { room: { timeline: { senders: ['nobody'] } } });
    keep('a room that is no ID', { room: { rooms: ['nothing'] } });
    keep('a form that nobody knows', { event_format: 'unknown' });
    same('are the same when they say the same', async ({ alice }) => {
      const filter = { room: { timeline: { limit: 7 } } };
      const first = await alice.post(filters(alice.userId), filter);
      const second = await alice.post(filters(alice.userId), filter);
      return first.body.filter_id === second.body.filter_id;
    });
    same('are nobody else’s to make', ({ alice, bob }) => bob.post(filters(alice.userId), {}));
    same('are nobody else’s to read', async ({ alice, bob }) => {
      const { body } = await alice.post(filters(alice.userId), { presence: { limit: 9 } });
      return bob.get(`${filters(alice.userId)}/${body.filter_id}`);
    });
    same('are not there if nobody made them', ({ alice }) => alice.get(`${filters(alice.userId)}/4711`));
    same('have numbers for names', ({ alice }) => alice.get(`${filters(alice.userId)}/nothing`));
  },
);

area(
  'filters of a sync',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const roomId = await alice.createHall({ name: 'Hall' });
    const other = await alice.createHall({ name: 'Other' });
    await bob.join(roomId);
    await bob.join(other);
    await alice.say(roomId, 'from Alice');
    await bob.say(roomId, 'from Bob');
    await alice.send(roomId, 'org.example.note', { body: 'note' });
    await alice.send(roomId, 'm.room.message', { msgtype: 'm.image', body: 'image', url: 'mxc://a.test/b' });
    await bob.ok('PUT', `/v3/user/${encodeURIComponent(bob.userId)}/account_data/org.example.x`, { a: 1 });
    return { alice, bob, roomId, other };
  },
  (same) => {
    const look = (
      title: string,
      filter: (all: { alice: { userId: string }; roomId: string }) => object,
    ): void =>
      same(title, async ({ alice, bob, roomId, other }) => {
        const body = await bob.sync({ filter: filter({ alice, roomId }) });
        const brief = (id: string) => {
          const room = body.rooms?.join?.[id];
          return (
            room && [
              inShort(room.timeline.events),
              inShort(room.state.events).sort(),
              room.account_data.events.length,
              room.ephemeral.events.length,
            ]
          );
        };
        const data = (body.account_data?.events ?? []).map(({ type }: { type: string }) => type).sort();
        return [brief(roomId), brief(other), data];
      });
    look('by types of the timeline', () => ({ room: { timeline: { types: ['m.room.message'] } } }));
    look('by wildcards', () => ({ room: { timeline: { types: ['org.*'] } } }));
    look('by wildcards in the middle', () => ({ room: { timeline: { types: ['m.*.message'] } } }));
    look('without types of the timeline', () => ({ room: { timeline: { not_types: ['m.room.*'] } } }));
    look('with and without the same type', () => ({
      room: { timeline: { types: ['m.room.message'], not_types: ['m.room.message'] } },
    }));
    look('by senders', ({ alice }) => ({ room: { timeline: { senders: [alice.userId] } } }));
    look('without senders', ({ alice }) => ({ room: { timeline: { not_senders: [alice.userId] } } }));
    look('without rooms', ({ roomId }) => ({ room: { not_rooms: [roomId] } }));
    look('by no rooms at all', () => ({ room: { rooms: [] } }));
    look('by rooms of the timeline', ({ roomId }) => ({ room: { timeline: { rooms: [roomId] } } }));
    look('by files', () => ({ room: { timeline: { contains_url: true } } }));
    look('without files', () => ({ room: { timeline: { contains_url: false } } }));
    look('by no types at all', () => ({ room: { timeline: { types: [] } } }));
    look('by types of the state', () => ({
      room: { state: { types: ['m.room.name'] }, timeline: { limit: 1 } },
    }));
    look('without state', () => ({ room: { state: { types: [] }, timeline: { limit: 1 } } }));
    look('by account data', () => ({ account_data: { types: ['org.example.x'] } }));
    look('without account data', () => ({ account_data: { not_types: ['*'] } }));
    same('by fields', async ({ bob, roomId }) => {
      const filter = { event_fields: ['type', 'content.body', 'sender'], room: { timeline: { limit: 1 } } };
      return (await bob.sync({ filter })).rooms.join[roomId].timeline.events;
    });
    same('that are kept', async ({ bob, roomId }) => {
      const { filter_id: id } = await bob.ok('POST', `/v3/user/${encodeURIComponent(bob.userId)}/filter`, {
        room: { timeline: { limit: 1, types: ['m.room.message'] } },
      });
      const { body } = await bob.get(`/v3/sync?timeout=0&filter=${id}`);
      return inShort(body.rooms.join[roomId].timeline.events);
    });
    same('that nobody kept', ({ bob }) => bob.get('/v3/sync?timeout=0&filter=4711'));
  },
);
