import { area } from '../harness/area.ts';
import type { Answer } from '../harness/client.ts';
import { eventually } from '../harness/world.ts';

/** Where somebody's profile is. */
const profile = (userId: string, field?: string): string =>
  `/v3/profile/${encodeURIComponent(userId)}${field === undefined ? '' : `/${encodeURIComponent(field)}`}`;

area(
  'profiles',
  async (world) => ({ alice: await world.user('alice'), bob: await world.user('bob') }),
  (same) => {
    same('has the localpart as display name of a new account', ({ alice, bob }) =>
      bob.get(profile(alice.userId)),
    );
    same('is not there of somebody unknown', ({ bob }) => bob.get(profile('@nobody:compat.test')));
    same('has no display name of somebody unknown', ({ bob }) =>
      bob.get(profile('@nobody:compat.test', 'displayname')),
    );
    same('can be read without an access token', ({ alice }, world) =>
      world.anonymous.get(profile(alice.userId)),
    );
    same('cannot be written without an access token', ({ alice }, world) =>
      world.anonymous.put(profile(alice.userId, 'displayname'), { displayname: 'A' }),
    );
    same('cannot be written by others', ({ alice, bob }) =>
      bob.put(profile(alice.userId, 'displayname'), { displayname: 'A' }),
    );
    same('takes a display name', async ({ alice, bob }) => [
      await alice.put(profile(alice.userId, 'displayname'), { displayname: 'Alice of the Hall' }),
      await bob.get(profile(alice.userId, 'displayname')),
    ]);
    same('takes an avatar', async ({ alice, bob }) => [
      await alice.put(profile(alice.userId, 'avatar_url'), { avatar_url: 'mxc://compat.test/avatar' }),
      await bob.get(profile(alice.userId)),
    ]);
    same('loses the avatar that is set to an empty text', async ({ alice, bob }) => [
      await alice.put(profile(alice.userId, 'avatar_url'), { avatar_url: '' }),
      await bob.get(profile(alice.userId)),
    ]);
    same('takes a display name that is empty', async ({ alice, bob }) => [
      await alice.put(profile(alice.userId, 'displayname'), { displayname: '' }),
      await bob.get(profile(alice.userId)),
    ]);
    for (const [what, body] of [
      ['a number', { displayname: 1 }],
      ['nothing of that name', { other: 'A' }],
    ] as const) {
      same(`does not take ${what} for a display name`, ({ alice }) =>
        alice.put(profile(alice.userId, 'displayname'), body),
      );
    }
    same('takes null for no display name', async ({ alice, bob }) => [
      await alice.put(profile(alice.userId, 'displayname'), { displayname: null }),
      await bob.get(profile(alice.userId, 'displayname')),
    ]);
    for (const length of [255, 256, 257]) {
      same(`judges a display name of ${length} characters`, ({ alice }) =>
        alice.put(profile(alice.userId, 'displayname'), { displayname: 'x'.repeat(length) }),
      );
    }
    same('judges an avatar of 1,001 characters', ({ alice }) =>
      alice.put(profile(alice.userId, 'avatar_url'), { avatar_url: `mxc://compat.test/${'x'.repeat(983)}` }),
    );
    same('judges an avatar that is no file', ({ alice }) =>
      alice.put(profile(alice.userId, 'avatar_url'), { avatar_url: 'https://elsewhere.test/a.png' }),
    );
    same('takes fields of one’s own', async ({ bob, alice }) => [
      await bob.put(profile(bob.userId, 'org.example.colour'), { 'org.example.colour': { hue: 30 } }),
      await alice.get(profile(bob.userId, 'org.example.colour')),
      await alice.get(profile(bob.userId)),
    ]);
    same('takes a time zone', async ({ bob, alice }) => [
      await bob.put(profile(bob.userId, 'm.tz'), { 'm.tz': 'Europe/London' }),
      await alice.get(profile(bob.userId, 'm.tz')),
    ]);
    same('loses a field that is deleted', async ({ bob, alice }) => [
      await bob.delete(profile(bob.userId, 'org.example.colour')),
      await alice.get(profile(bob.userId, 'org.example.colour')),
    ]);
    same('deletes a field that is not there', ({ bob }) =>
      bob.delete(profile(bob.userId, 'org.example.none')),
    );
    same('loses the display name that is deleted', async ({ bob, alice }) => [
      await bob.delete(profile(bob.userId, 'displayname')),
      await alice.get(profile(bob.userId, 'displayname')),
    ]);
    same('is not deleted by others', ({ alice, bob }) => alice.delete(profile(bob.userId, 'm.tz')));
    same('does not take a field under another name', ({ bob }) =>
      bob.put(profile(bob.userId, 'org.example.a'), { 'org.example.b': 1 }),
    );
    same('does not take a field without a namespace', ({ bob }) =>
      bob.put(profile(bob.userId, 'colour'), { colour: 'red' }),
    );
    same('judges a name of 256 bytes', ({ bob }) => {
      const name = `org.example.${'x'.repeat(244)}`;
      return bob.put(profile(bob.userId, name), { [name]: 1 });
    });
    same('judges a profile of more than 64 KiB', ({ bob }) =>
      bob.put(profile(bob.userId, 'org.example.large'), { 'org.example.large': 'x'.repeat(65_537) }),
    );
    same('judges a user ID without a server', ({ bob }) => bob.get(profile('@nobody')));
    same('judges a user ID without a sigil', ({ bob }) => bob.get(profile('nobody:compat.test')));
  },
);

area(
  'profiles in rooms',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    return { alice, bob, roomId };
  },
  (same) => {
    const member = (roomId: string, userId: string): string =>
      `/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(userId)}`;
    /** A change of the profile reaches rooms some time after it was answered. */
    const untilItHas = (ask: () => Promise<Answer>, text: string): Promise<Answer> =>
      eventually(ask, ({ body }) => JSON.stringify(body).includes(text));
    same('a new display name reaches the rooms', async ({ alice, bob, roomId }) => {
      await alice.ok('PUT', profile(alice.userId, 'displayname'), { displayname: 'New name' });
      return untilItHas(() => bob.get(member(roomId, alice.userId)), 'New name');
    });
    same('a new avatar reaches the rooms', async ({ alice, bob, roomId }) => {
      await alice.ok('PUT', profile(alice.userId, 'avatar_url'), { avatar_url: 'mxc://compat.test/new' });
      return untilItHas(() => bob.get(member(roomId, alice.userId)), '/new');
    });
    same('a change is a member event with what was before', async ({ alice, bob, roomId }) => {
      await alice.ok('PUT', profile(alice.userId, 'displayname'), { displayname: 'Newer name' });
      const newest = `/v3/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=1`;
      return untilItHas(() => bob.get(newest), 'Newer name');
    });
    same('who joins brings the profile along', async ({ alice, bob }) => {
      const roomId = await bob.createRoom({ preset: 'public_chat' });
      await alice.join(roomId);
      return bob.get(member(roomId, alice.userId));
    });
    same('who is invited is named by the profile', async ({ alice, bob }) => {
      const roomId = await bob.createRoom({ invite: [alice.userId] });
      return bob.get(member(roomId, alice.userId));
    });
    same('who has no display name has none in rooms', async ({ alice, bob, roomId }) => {
      await bob.ok('PUT', profile(bob.userId, 'displayname'), { displayname: '' });
      return eventually(
        () => alice.get(member(roomId, bob.userId)),
        ({ body }) => !body.displayname,
      );
    });
  },
);
