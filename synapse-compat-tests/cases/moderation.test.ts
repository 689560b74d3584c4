import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import type { World } from '../harness/world.ts';

const memberOf = (client: Client, roomId: string, { userId }: Client) =>
  client.get(inRoom(roomId, 'state', 'm.room.member', userId));

interface People {
  readonly alice: Client;
  readonly bob: Client;
  readonly carol: Client;
  readonly moderator: Client;
}

async function people(world: World): Promise<People> {
  return {
    alice: await world.user('alice'),
    bob: await world.user('bob'),
    carol: await world.user('carol'),
    moderator: await world.user('moderator'),
  };
}

/** A room of Alice with a moderator and with Bob, where all but the moderator have no power. */
async function roomWithModerator({ alice, bob, moderator }: People): Promise<string> {
  const roomId = await alice.createRoom({
    preset: 'public_chat',
    power_level_content_override: { users: { [moderator.userId]: 50 } },
  });
  await bob.join(roomId);
  await moderator.join(roomId);
  return roomId;
}

for (const action of ['kick', 'ban', 'unban', 'invite'] as const) {
  area(`who may ${action} whom`, people, (same) => {
    // An unban of somebody who never was there: one case is enough.
    const others = action !== 'unban';
    const tell = (
      title: string,
      who: (all: People) => Client,
      whom: (all: People) => Client,
      prepare?: (all: People, roomId: string) => Promise<void>,
    ): void =>
      same(title, async (all) => {
        const roomId = await roomWithModerator(all);
        await prepare?.(all, roomId);
        return [
          await who(all).post(inRoom(roomId, action), { user_id: whom(all).userId, reason: 'Because' }),
          await memberOf(all.alice, roomId, whom(all)),
        ];
      });
    tell(
      'the creator a member',
      ({ alice }) => alice,
      ({ bob }) => bob,
    );
    tell(
      'the creator a moderator',
      ({ alice }) => alice,
      ({ moderator }) => moderator,
    );
    tell(
      'the creator a stranger',
      ({ alice }) => alice,
      ({ carol }) => carol,
    );
    tell(
      'a moderator a member',
      ({ moderator }) => moderator,
      ({ bob }) => bob,
    );
    tell(
      'a moderator the creator',
      ({ moderator }) => moderator,
      ({ alice }) => alice,
    );
    if (others)
      tell(
        'a moderator a stranger',
        ({ moderator }) => moderator,
        ({ carol }) => carol,
      );
    tell(
      'a member a moderator',
      ({ bob }) => bob,
      ({ moderator }) => moderator,
    );
    if (others)
      tell(
        'a member a stranger',
        ({ bob }) => bob,
        ({ carol }) => carol,
      );
    if (others)
      tell(
        'a stranger a member',
        ({ carol }) => carol,
        ({ bob }) => bob,
      );
    tell(
      'a member themselves',
      ({ bob }) => bob,
      ({ bob }) => bob,
    );
    tell(
      'a moderator somebody who is banned',
      ({ moderator }) => moderator,
      ({ bob }) => bob,
      ({ alice, bob }, roomId) => alice.ban(roomId, bob),
    );
    tell(
      'a member somebody who is banned',
      ({ moderator }) => moderator,
      ({ carol }) => carol,
      ({ alice, carol }, roomId) => alice.ban(roomId, carol),
    );
    tell(
      'a moderator somebody who is invited',
      ({ moderator }) => moderator,
      ({ carol }) => carol,
      ({ alice, carol }, roomId) => alice.invite(roomId, carol),
    );
    tell(
      'a moderator somebody who left',
      ({ moderator }) => moderator,
      ({ bob }) => bob,
      ({ bob }, roomId) => bob.leave(roomId),
    );
  });

  area(`requests to ${action} that are wrong`, people, (same) => {
    const post = (title: string, body: (all: People) => unknown): void =>
      same(title, async (all) => all.alice.post(inRoom(await roomWithModerator(all), action), body(all)));
    post('without a user', () => ({}));
    post('of what is no user', () => ({ user_id: 'bob' }));
    post('of an empty user', () => ({ user_id: '' }));
    if (action !== 'unban') post('of somebody unknown', () => ({ user_id: '@nobody:compat.test' }));
    post('by a list', () => []);
    same('without an access token', async (all, world) =>
      world.anonymous.post(inRoom(await roomWithModerator(all), action), { user_id: all.bob.userId }),
    );
  });
}

area('kicks in wrong places', people, (same) => {
  same('in a room that is not there', ({ alice, bob }) =>
    alice.post(inRoom('!nothing:compat.test', 'kick'), { user_id: bob.userId }),
  );
});

area('knocking', people, (same) => {
  const knockRoom = (alice: Client, rule = 'knock') =>
    alice.createRoom({
      initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: rule } }],
    });
  const knock = (client: Client, room: string, body: object = {}) =>
    client.post(`/v3/knock/${encodeURIComponent(room)}`, body);
  same('is taken where the rule allows it', async ({ alice, bob }) => {
    const roomId = await knockRoom(alice);
    return [await knock(bob, roomId, { reason: 'Let me in' }), await memberOf(alice, roomId, bob)];
  });
  for (const rule of ['invite', 'public', 'restricted', 'knock_restricted']) {
    same(`is judged where the rule is ${rule}`, async ({ alice, bob }) =>
      knock(bob, await knockRoom(alice, rule)),
    );
  }
  same('is taken once', async ({ alice, bob }) => {
    const roomId = await knockRoom(alice);
    await knock(bob, roomId);
    return knock(bob, roomId);
  });
  same('is not for members', async ({ alice }) => knock(alice, await knockRoom(alice)));
  same('is not for those who are invited', async ({ alice, bob }) => {
    const roomId = await knockRoom(alice);
    await alice.invite(roomId, bob);
    return knock(bob, roomId);
  });
  same('is not for those who are banned', async ({ alice, bob }) => {
    const roomId = await knockRoom(alice);
    await alice.ban(roomId, bob);
    return knock(bob, roomId);
  });
  same('goes to rooms that are there', ({ bob }) => knock(bob, '!nothing:compat.test'));
  same('goes to aliases that are there', ({ bob }) => knock(bob, '#nothing:compat.test'));
  same('goes by alias', async ({ alice, bob }, world) => {
    const roomId = await knockRoom(alice);
    const alias = `#${world.localpart('knock')}:compat.test`;
    await alice.ok('PUT', `/v3/directory/room/${encodeURIComponent(alias)}`, { room_id: roomId });
    return knock(bob, alias);
  });
  same('is answered by an invite', async ({ alice, bob }) => {
    const roomId = await knockRoom(alice);
    await knock(bob, roomId);
    await alice.invite(roomId, bob);
    return [await memberOf(alice, roomId, bob), await bob.post(inRoom(roomId, 'join'))];
  });
  same('is answered by a kick', async ({ alice, bob }) => {
    const roomId = await knockRoom(alice);
    await knock(bob, roomId);
    await alice.kick(roomId, bob);
    return memberOf(alice, roomId, bob);
  });
  same('is taken back by leaving', async ({ alice, bob }) => {
    const roomId = await knockRoom(alice);
    await knock(bob, roomId);
    await bob.leave(roomId);
    return memberOf(alice, roomId, bob);
  });
  same('is no joining', async ({ alice, bob }) => {
    const roomId = await knockRoom(alice);
    await knock(bob, roomId);
    return bob.post(inRoom(roomId, 'join'));
  });
});
