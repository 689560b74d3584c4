import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';
import { inShort, type SeenEvent } from '../harness/events.ts';

area(
  'search',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const carol = await world.user('carol');
    const roomId = await alice.createHall({ name: 'Hall of walruses' });
    const other = await alice.createHall({ name: 'Other' });
    await bob.join(roomId);
    await bob.join(other);
    await alice.say(roomId, 'The walrus and the carpenter');
    await bob.say(roomId, 'A carpenter builds');
    await alice.say(other, 'Walrus, walrus!');
    const secret = await alice.createRoom({ name: 'Secret' });
    await alice.say(secret, 'The secret walrus');
    const redacted = await alice.say(roomId, 'walrus in regret');
    await alice.redact(roomId, redacted);
    return { alice, bob, carol, roomId, other };
  },
  (same) => {
    const search = async (who: Client, term: unknown, more: object = {}, query = '') => {
      const { status, body } = await who.post(`/v3/search${query}`, {
        search_categories: { room_events: { search_term: term, ...more } },
      });
      if (status !== 200) return [status, body.errcode];
      const found = body.search_categories.room_events;
      return {
        count: found.count,
        results: inShort(found.results.map(({ result }: { result: SeenEvent }) => result)).sort(),
        keys: Object.keys(found).sort(),
      };
    };
    same('finds a word', ({ bob }) => search(bob, 'carpenter'));
    same('finds a word without regard to case', ({ bob }) => search(bob, 'CARPENTER'));
    same('finds messages with all words', ({ bob }) => search(bob, 'carpenter builds'));
    same('finds nothing', ({ bob }) => search(bob, 'jabberwock'));
    same('finds nothing for strangers', ({ carol }) => search(carol, 'carpenter'));
    same('finds names of rooms', ({ bob }) => search(bob, 'walruses', { keys: ['content.name'] }));
    same('finds messages only', ({ bob }) => search(bob, 'walruses', { keys: ['content.body'] }));
    same('finds in a room', ({ bob, other }) => search(bob, 'walrus', { filter: { rooms: [other] } }));
    same('finds outside a room', ({ bob, other }) =>
      search(bob, 'walrus', { filter: { not_rooms: [other] } }),
    );
    same('finds what somebody said', ({ alice, bob }) =>
      search(bob, 'carpenter', { filter: { senders: [alice.userId] } }),
    );
    same('finds in the order of time', ({ bob }) => search(bob, 'carpenter', { order_by: 'recent' }));
    same('finds in an unknown order', ({ bob }) => search(bob, 'carpenter', { order_by: 'unknown' }));
    same('finds with what is around', async ({ bob }) => {
      const { body } = await bob.post('/v3/search', {
        search_categories: {
          room_events: {
            search_term: 'builds',
            event_context: { before_limit: 1, after_limit: 1, include_profile: true },
          },
        },
      });
      const [{ context }] = body.search_categories.room_events.results;
      return [inShort(context.events_before), inShort(context.events_after), context.profile_info];
    });
    same('finds with state', async ({ bob, roomId }) => {
      const { body } = await bob.post('/v3/search', {
        search_categories: { room_events: { search_term: 'builds', include_state: true } },
      });
      return inShort(body.search_categories.room_events.state[roomId]).sort();
    });
    same('groups by room', async ({ bob }) => {
      const { body } = await bob.post('/v3/search', {
        search_categories: {
          room_events: { search_term: 'walrus', groupings: { group_by: [{ key: 'room_id' }] } },
        },
      });
      return Object.keys(body.search_categories.room_events.groups.room_id).length;
    });
    same('groups by sender', async ({ bob }) => {
      const { body } = await bob.post('/v3/search', {
        search_categories: {
          room_events: { search_term: 'carpenter', groupings: { group_by: [{ key: 'sender' }] } },
        },
      });
      return Object.keys(body.search_categories.room_events.groups.sender).sort();
    });
    same('has a term', ({ bob }) =>
      bob.post('/v3/search', { search_categories: { room_events: {} } }).then(({ status }) => status),
    );
    same('has a category', ({ bob }) => bob.post('/v3/search', { search_categories: {} }));
    same('has categories', ({ bob }) => bob.post('/v3/search', {}));
    same('needs an access token', (_people, world) =>
      world.anonymous.post('/v3/search', { search_categories: {} }),
    );
  },
);
