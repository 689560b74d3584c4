import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';

const act = (client: Client, roomId: string, action: string, body: object = {}) =>
  client.post(inRoom(roomId, action), body);
const memberOf = (client: Client, roomId: string, { userId }: Client) =>
  client.get(inRoom(roomId, 'state', 'm.room.member', userId));

area(
  'joining',
  async (world) => ({
    alice: await world.user('alice'),
    bob: await world.user('bob'),
    carol: await world.user('carol'),
  }),
  (same) => {
    same('a public room, by its ID', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      return [await act(bob, roomId, 'join'), await memberOf(alice, roomId, bob)];
    });
    same('a public room, by its ID in the other path', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      return bob.post(`/v3/join/${encodeURIComponent(roomId)}`);
    });
    same('a public room, by its alias', async ({ alice, bob }, world) => {
      const name = world.localpart('public');
      await alice.createRoom({ preset: 'public_chat', room_alias_name: name });
      return bob.post(`/v3/join/${encodeURIComponent(`#${name}:compat.test`)}`);
    });
    same('with a reason', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await act(bob, roomId, 'join', { reason: 'Because' });
      return memberOf(alice, roomId, bob);
    });
    same('without a body', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      return bob.request('POST', inRoom(roomId, 'join'));
    });
    same('twice', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      return act(bob, roomId, 'join');
    });
    same('a private room uninvited', async ({ alice, bob }) =>
      act(bob, await alice.createRoom({ preset: 'private_chat' }), 'join'),
    );
    same('a private room invited', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ invite: [bob.userId] });
      return [await act(bob, roomId, 'join'), await memberOf(alice, roomId, bob)];
    });
    same('a room that is not there', ({ bob }) => act(bob, '!nothing:compat.test', 'join'));
    same('a room whose alias is not there', ({ bob }) => bob.post('/v3/join/%23nothing%3Acompat.test'));
    same('what is no room', ({ bob }) => bob.post('/v3/join/nothing'));
    same('without an access token', async ({ alice }, world) =>
      act(world.anonymous, await alice.createRoom({ preset: 'public_chat' }), 'join'),
    );
    same('after leaving', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      await bob.leave(roomId);
      return act(bob, roomId, 'join');
    });
    same('while banned', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await alice.ban(roomId, bob);
      return act(bob, roomId, 'join');
    });
    same('after a kick from a public room', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(roomId);
      await alice.kick(roomId, bob);
      return act(bob, roomId, 'join');
    });
    for (const version of ['8', '10', '12']) {
      same(`a restricted room of version ${version} from the room that is named`, async ({ alice, bob }) => {
        const space = await alice.createRoom({ preset: 'public_chat' });
        await bob.join(space);
        const roomId = await restrictedRoom(alice, space, version);
        return [await act(bob, roomId, 'join'), await memberOf(alice, roomId, bob)];
      });
      same(`a restricted room of version ${version} from elsewhere`, async ({ alice, carol }) => {
        const space = await alice.createRoom({ preset: 'public_chat' });
        return act(carol, await restrictedRoom(alice, space, version), 'join');
      });
    }
    same('a restricted room by invitation', async ({ alice, carol }) => {
      const space = await alice.createRoom({ preset: 'public_chat' });
      const roomId = await restrictedRoom(alice, space, '12');
      await alice.invite(roomId, carol);
      return [await act(carol, roomId, 'join'), await memberOf(alice, roomId, carol)];
    });
    same('a restricted room that names no room', async ({ alice, carol }) => {
      const roomId = await alice.createRoom({
        initial_state: [
          { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'restricted', allow: [] } },
        ],
      });
      return act(carol, roomId, 'join');
    });
    for (const rule of ['invite', 'knock', 'private', 'org.example.rule']) {
      same(`a room of the rule ${rule} uninvited`, async ({ alice, carol }) => {
        const roomId = await alice.createRoom({
          initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: rule } }],
        });
        return act(carol, roomId, 'join');
      });
    }
  },
);

function restrictedRoom(alice: Client, space: string, version: string): Promise<string> {
  return alice.createRoom({
    room_version: version,
    initial_state: [
      {
        type: 'm.room.join_rules',
        state_key: '',
        content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: space }] },
      },
    ],
  });
}

area(
  'leaving',
  async (world) => ({ alice: await world.user('alice'), bob: await world.user('bob') }),
  (same) => {
    const publicRoom = (alice: Client) => alice.createRoom({ preset: 'public_chat' });
    same('a room', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      return [await act(bob, roomId, 'leave'), await memberOf(alice, roomId, bob)];
    });
    same('with a reason', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      await act(bob, roomId, 'leave', { reason: 'Because' });
      return memberOf(alice, roomId, bob);
    });
    same('twice', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      await bob.leave(roomId);
      return act(bob, roomId, 'leave');
    });
    same('without ever having been there', async ({ alice, bob }) =>
      act(bob, await publicRoom(alice), 'leave'),
    );
    same('a room that is not there', ({ bob }) => act(bob, '!nothing:compat.test', 'leave'));
    same('what is no room', ({ bob }) => act(bob, 'nothing', 'leave'));
    same('instead of accepting an invite', async ({ alice, bob }) => {
      const roomId = await alice.createRoom({ invite: [bob.userId] });
      return [await act(bob, roomId, 'leave'), await memberOf(alice, roomId, bob)];
    });
    same('while banned', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await alice.ban(roomId, bob);
      return act(bob, roomId, 'leave');
    });
    same('takes the room off the list', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      await bob.leave(roomId);
      return (await bob.get('/v3/joined_rooms')).body.joined_rooms.includes(roomId);
    });
    same('ends what can be sent', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      await bob.leave(roomId);
      return bob.put(inRoom(roomId, 'send', 'm.room.message', 'after'), { msgtype: 'm.text', body: 'a' });
    });
    same('lets one forget', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      await bob.leave(roomId);
      return [await act(bob, roomId, 'forget'), await bob.get(`${inRoom(roomId, 'messages')}?dir=b`)];
    });
    same('comes before forgetting', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      return act(bob, roomId, 'forget');
    });
    same('lets one forget twice', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      await bob.leave(roomId);
      await act(bob, roomId, 'forget');
      return act(bob, roomId, 'forget');
    });
    same('lets nobody forget a room where they never were', async ({ alice, bob }) =>
      act(bob, await publicRoom(alice), 'forget'),
    );
    same('lets nobody forget a room that is not there', ({ bob }) =>
      act(bob, '!nothing:compat.test', 'forget'),
    );
    same('lets one come back to what was forgotten', async ({ alice, bob }) => {
      const roomId = await publicRoom(alice);
      await bob.join(roomId);
      await bob.leave(roomId);
      await act(bob, roomId, 'forget');
      return act(bob, roomId, 'join');
    });
  },
);
