import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import { byTypeAndKey } from '../harness/events.ts';
import type { World } from '../harness/world.ts';

async function roomOfTwo(world: World) {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const carol = await world.user('carol');
  const roomId = await alice.createHall({ name: 'Hall' });
  await bob.join(roomId);
  return { alice, bob, carol, roomId };
}

area('state', roomOfTwo, (same) => {
  const read = (who: Client, roomId: string, type: string, key = '') =>
    who.get(inRoom(roomId, 'state', type, key));
  same('is read as content', ({ bob, roomId }) => read(bob, roomId, 'm.room.name'));
  same('is read without a slash at the end', ({ bob, roomId }) =>
    bob.get(inRoom(roomId, 'state', 'm.room.name')),
  );
  same('is read as an event', ({ bob, roomId }) =>
    bob.get(`${inRoom(roomId, 'state', 'm.room.name', '')}?format=event`),
  );
  same('is read as content by name', ({ bob, roomId }) =>
    bob.get(`${inRoom(roomId, 'state', 'm.room.name', '')}?format=content`),
  );
  same('is not found where it is not', ({ bob, roomId }) => read(bob, roomId, 'm.room.topic'));
  same('is not found under another key', ({ bob, roomId }) => read(bob, roomId, 'm.room.name', 'key'));
  same('is not for strangers', ({ carol, roomId }) => read(carol, roomId, 'm.room.name'));
  same('is not for those without a token', ({ roomId }, world) =>
    read(world.anonymous, roomId, 'm.room.name'),
  );
  same('of a room that is not there', ({ bob }) => read(bob, '!nothing:compat.test', 'm.room.name'));
  same('comes whole', async ({ bob, roomId }) => byTypeAndKey((await bob.get(inRoom(roomId, 'state'))).body));
  same('is not for strangers as a whole', ({ carol, roomId }) => carol.get(inRoom(roomId, 'state')));
  same('is set', async ({ alice, bob, roomId }) => {
    const answer = await alice.put(inRoom(roomId, 'state', 'm.room.topic', ''), { topic: 'T' });
    return [answer.status, Object.keys(answer.body), await read(bob, roomId, 'm.room.topic')];
  });
  same('is set without a slash at the end', async ({ alice, bob, roomId }) => {
    const answer = await alice.put(inRoom(roomId, 'state', 'm.room.topic'), { topic: 'U' });
    return [answer.status, await read(bob, roomId, 'm.room.topic')];
  });
  same('has a new event only when it changes', async ({ alice, roomId }) => {
    const first = await alice.setState(roomId, 'm.room.topic', { topic: 'Same' });
    const second = await alice.setState(roomId, 'm.room.topic', { topic: 'Same' });
    return first === second;
  });
  same('has a new event when somebody else writes the same', async ({ alice, bob, roomId }) => {
    await alice.setState(roomId, 'm.room.power_levels', {
      ...(await read(alice, roomId, 'm.room.power_levels')).body,
      events: { 'org.example.free': 0 },
    });
    const first = await alice.setState(roomId, 'org.example.free', { a: 1 });
    const second = await bob.setState(roomId, 'org.example.free', { a: 1 });
    return first === second;
  });
  same('keeps keys apart', async ({ alice, bob, roomId }) => {
    await alice.setState(roomId, 'org.example.keyed', { a: 1 }, 'one');
    await alice.setState(roomId, 'org.example.keyed', { a: 2 }, 'two');
    return [
      await read(bob, roomId, 'org.example.keyed', 'one'),
      await read(bob, roomId, 'org.example.keyed', 'two'),
      await read(bob, roomId, 'org.example.keyed'),
    ];
  });
  for (const [what, key] of [
    ['slashes', 'a/b/c'],
    ['a question mark', 'a?b'],
    ['a space', 'a b'],
    ['an emoji', '😀'],
    ['a percent sign', '100%'],
    ['a dot', '.'],
    ['255 bytes', 'x'.repeat(255)],
  ] as const) {
    same(`may have a key with ${what}`, async ({ alice, bob, roomId }) => {
      const { status } = await alice.put(inRoom(roomId, 'state', 'org.example.keyed', key), { key });
      return [status, await read(bob, roomId, 'org.example.keyed', key)];
    });
  }
  same('has no key of 256 bytes', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'org.example.keyed', 'x'.repeat(256)), {}),
  );
  same('has no type of 256 bytes', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'x'.repeat(256), ''), {}),
  );
  same('has no content of more than 64 KiB', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'org.example.large', ''), { body: 'x'.repeat(65_536) }),
  );
  same('has no content that is a list', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'org.example.list', ''), []),
  );
  same('has no fractions', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'org.example.number', ''), { a: 1.5 }),
  );
  same('has no integers that are too large', ({ alice, roomId }) =>
    alice.request('PUT', inRoom(roomId, 'state', 'org.example.number', ''), '{"a": 9007199254740993}'),
  );
  same('is not set by those without power', ({ bob, roomId }) =>
    bob.put(inRoom(roomId, 'state', 'm.room.name', ''), { name: 'Stolen' }),
  );
  same('is not set by strangers', ({ carol, roomId }) =>
    carol.put(inRoom(roomId, 'state', 'm.room.name', ''), { name: 'Stolen' }),
  );
  same('is not set in a room that is not there', ({ alice }) =>
    alice.put(inRoom('!nothing:compat.test', 'state', 'm.room.name', ''), { name: 'N' }),
  );
  same('under the ID of somebody else is not set', ({ alice, bob, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'org.example.own', bob.userId), {}),
  );
  same('under one’s own ID is set', async ({ alice, roomId }) => {
    const { status } = await alice.put(inRoom(roomId, 'state', 'org.example.own', alice.userId), {});
    return status;
  });
  same('says nothing of the creation twice', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'm.room.create', ''), {}),
  );
  same('makes no member with an unknown membership', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'm.room.member', alice.userId), { membership: 'unknown' }),
  );
  same('changes one’s name in one room', async ({ alice, bob, roomId }) => {
    await bob.setState(
      roomId,
      'm.room.member',
      { membership: 'join', displayname: 'Bob of the Hall' },
      bob.userId,
    );
    return read(alice, roomId, 'm.room.member', bob.userId);
  });
  same('changes nobody else’s name', ({ alice, bob, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'm.room.member', bob.userId), {
      membership: 'join',
      displayname: 'Robert',
    }),
  );
  same('invites', async ({ alice, carol, roomId }) => {
    await alice.setState(roomId, 'm.room.member', { membership: 'invite' }, carol.userId);
    return read(alice, roomId, 'm.room.member', carol.userId);
  });
  same('bans', async ({ alice, carol, roomId }) => {
    await alice.setState(roomId, 'm.room.member', { membership: 'ban' }, carol.userId);
    return read(alice, roomId, 'm.room.member', carol.userId);
  });
  same('has aliases of the room only', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'm.room.canonical_alias', ''), { alias: '#nothing:compat.test' }),
  );
  same('has aliases with a sigil only', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'm.room.canonical_alias', ''), { alias: 'nothing' }),
  );
  same('has alternative aliases of the room only', ({ alice, roomId }) =>
    alice.put(inRoom(roomId, 'state', 'm.room.canonical_alias', ''), { alt_aliases: ['#no:compat.test'] }),
  );
  same('has an alias that leads to the room', async ({ alice, bob, roomId }, world) => {
    const alias = `#${world.localpart('hall')}:compat.test`;
    await alice.ok('PUT', `/v3/directory/room/${encodeURIComponent(alias)}`, { room_id: roomId });
    const { status } = await alice.put(inRoom(roomId, 'state', 'm.room.canonical_alias', ''), { alias });
    return [status, await read(bob, roomId, 'm.room.canonical_alias')];
  });
  same('can be read by those who left, as it was then', async ({ alice, bob, roomId }) => {
    await bob.leave(roomId);
    await alice.setState(roomId, 'm.room.topic', { topic: 'After Bob' });
    return read(bob, roomId, 'm.room.topic');
  });
});

area('members', roomOfTwo, (same) => {
  const members = (who: Client, roomId: string, query = '') =>
    who
      .get(`${inRoom(roomId, 'members')}${query}`)
      .then(({ status, body }) => [status, body.errcode, body.chunk && byTypeAndKey(body.chunk)]);
  same('are told to members', ({ bob, roomId }) => members(bob, roomId));
  same('are not told to strangers', ({ carol, roomId }) => members(carol, roomId));
  same('are told with those who left', async ({ alice, carol, roomId }) => {
    await carol.join(roomId);
    await carol.leave(roomId);
    return members(alice, roomId);
  });
  same('are told by membership', ({ alice, roomId }) => members(alice, roomId, '?membership=join'));
  same('are told without a membership', ({ alice, roomId }) =>
    members(alice, roomId, '?not_membership=join'),
  );
  same('are told of a membership that nobody has', ({ alice, roomId }) =>
    members(alice, roomId, '?membership=ban'),
  );
  same('are told as they were', async ({ alice, carol, roomId }) => {
    const { next_batch: since } = await alice.sync();
    await carol.join(roomId);
    return members(alice, roomId, `?at=${since}`);
  });
  same('are told in short when they are in', ({ bob, roomId }) => bob.get(inRoom(roomId, 'joined_members')));
  same('are not told in short to strangers', async ({ roomId }, world) =>
    (await world.user('stranger')).get(inRoom(roomId, 'joined_members')),
  );
  same('are told to those who left, as they were then', async ({ alice, bob, roomId }, world) => {
    await bob.leave(roomId);
    const dave = await world.user('dave');
    await dave.join(roomId);
    await alice.say(roomId, 'Hello Dave');
    return members(bob, roomId);
  });
});
