import { area, type Same } from '../harness/area.ts';
import { type Answer, type Client, inRoom } from '../harness/client.ts';
import { stateOf } from '../harness/events.ts';

interface People {
  readonly alice: Client;
  readonly bob: Client;
}

/** Creates a room and looks at its state. */
async function created(alice: Client, body: object): Promise<unknown> {
  const answer = await alice.post('/v3/createRoom', body);
  return answer.status === 200 ? stateOf(alice, answer.body.room_id) : answer;
}

/** Cases that create a room of a body and compare its state. */
const creations =
  (same: Same<People>) =>
  (title: string, body: (people: People) => object): void =>
    same(title, (people) => created(people.alice, body(people)));

area(
  'new rooms',
  async (world) => ({ alice: await world.user('alice'), bob: await world.user('bob') }),
  (same) => {
    const create = creations(same);
    create('have their first state without being asked', () => ({}));
    create('follow the preset of public chats', () => ({ preset: 'public_chat' }));
    create('follow the preset of private chats', () => ({ preset: 'private_chat' }));
    create('follow the preset of trusted private chats', ({ bob }) => ({
      preset: 'trusted_private_chat',
      invite: [bob.userId],
    }));
    same('follow the visibility where no preset is given', async ({ alice }) => {
      const roomId = await alice.createRoom({ visibility: 'public' });
      return alice.get(inRoom(roomId, 'state', 'm.room.join_rules', ''));
    });
    create('have a name', () => ({ name: 'Hall' }));
    create('have a topic', () => ({ topic: 'All of it' }));
    create('have no name of an empty text', () => ({ name: '' }));
    create('have further state', () => ({
      initial_state: [
        { type: 'm.room.avatar', state_key: '', content: { url: 'mxc://compat.test/a' } },
        { type: 'org.example.note', state_key: 'k', content: { a: 1 } },
      ],
    }));
    create('have state whose key is left out', () => ({
      initial_state: [{ type: 'org.example.note', content: { a: 1 } }],
    }));
    create('prefer the state given to the preset', () => ({
      preset: 'private_chat',
      initial_state: [
        { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } },
        { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } },
      ],
    }));
    create('prefer the name given to the state given', () => ({
      name: 'Name',
      initial_state: [{ type: 'm.room.name', state_key: '', content: { name: 'State' } }],
    }));
    create('have what their creator wants in their creation', () => ({
      creation_content: { 'm.federate': false, type: 'm.space', 'org.example.more': 1 },
    }));
    create('do not let their creator say who created them', () => ({
      creation_content: { creator: '@mallory:compat.test', room_version: '1' },
    }));
    create('have power levels with what is overridden', ({ bob }) => ({
      power_level_content_override: { users: { [bob.userId]: 50 }, events_default: 10 },
    }));
    create('invite', ({ bob }) => ({ invite: [bob.userId] }));
    create('invite to direct chats', ({ bob }) => ({ invite: [bob.userId], is_direct: true }));
    create('have an encryption that is asked for', () => ({
      initial_state: [
        { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
      ],
    }));
    create('have guests if that is asked for', () => ({
      initial_state: [{ type: 'm.room.guest_access', state_key: '', content: { guest_access: 'can_join' } }],
    }));
    for (const version of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12']) {
      create(`are of version ${version} when asked`, () => ({ room_version: version }));
    }
    create('have an alias', (people) => ({
      room_alias_name: `${people.alice.userId.slice(1).split(':')[0]}-new`,
    }));
    create('with further creators', ({ bob }) => ({
      creation_content: { additional_creators: [bob.userId] },
    }));
  },
);

area(
  'requests for rooms that are refused',
  async (world) => ({ alice: await world.user('alice'), bob: await world.user('bob') }),
  (same) => {
    const refused = (title: string, body: unknown): void =>
      same(title, ({ alice }) => alice.post('/v3/createRoom', body));
    refused('of an unknown version', { room_version: '99' });
    refused('of a version that is no text', { room_version: 12 });
    refused('with an unknown preset', { preset: 'unknown' });
    refused('with a name that is no text', { name: 1 });
    refused('that invite what is no user', { invite: ['bob'] });
    refused('with an alias that has a sigil', { room_alias_name: '#a' });
    refused('with an alias that has a space', { room_alias_name: 'a b' });
    refused('with an alias that is too long', { room_alias_name: 'x'.repeat(250) });
    refused('with power levels that are no numbers', { power_level_content_override: { ban: 'x' } });
    refused('with creators that are no users', { creation_content: { additional_creators: ['bob'] } });
    refused('with a name that is too long', { name: 'x'.repeat(70_000) });
    refused('by a body that is a list', []);
    same('by a body that is no JSON', ({ alice }) => alice.request('POST', '/v3/createRoom', '{'));
    same('without an access token', (_people, world) => world.anonymous.post('/v3/createRoom'));
    same('by an alias that is taken', async ({ alice, bob }, world) => {
      const name = world.localpart('taken');
      await alice.createRoom({ room_alias_name: name });
      return bob.post('/v3/createRoom', { room_alias_name: name });
    });
  },
);

area(
  'what is seen of new rooms',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const roomId = await alice.createRoom({
      name: 'Hall',
      topic: 'All of it',
      preset: 'private_chat',
      invite: [bob.userId],
    });
    return { alice, bob, roomId };
  },
  (same) => {
    same('in the order of their first events', async ({ alice, roomId }) => {
      const { body } = await alice.get(`${inRoom(roomId, 'messages')}?dir=f&limit=50`);
      return body.chunk.map(({ type }: { type: string }) => type);
    });
    same('by those who are in', ({ alice }) => alice.get('/v3/joined_rooms'));
    same('by those who are invited only', ({ bob }) => bob.get('/v3/joined_rooms'));
    const lookAt = (what: string, look: (client: Client, roomId: string) => Promise<Answer>): void => {
      same(`of ${what} by those who are invited only`, ({ bob, roomId }) => look(bob, roomId));
      same(`of ${what} by those who have nothing to do with them`, async ({ roomId }, world) =>
        look(await world.user(`stranger-${what.replaceAll(' ', '-')}`), roomId),
      );
    };
    lookAt('state', (client, roomId) => client.get(inRoom(roomId, 'state')));
    lookAt('members', (client, roomId) => client.get(inRoom(roomId, 'members')));
    lookAt('messages', (client, roomId) => client.get(`${inRoom(roomId, 'messages')}?dir=b`));
    lookAt('the name', (client, roomId) => client.get(inRoom(roomId, 'state', 'm.room.name', '')));
    lookAt('joined members', (client, roomId) => client.get(inRoom(roomId, 'joined_members')));
    lookAt('aliases', (client, roomId) => client.get(inRoom(roomId, 'aliases')));
  },
);
