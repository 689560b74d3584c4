import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import { inShort } from '../harness/events.ts';
import type { World } from '../harness/world.ts';

async function people(world: World) {
  return { alice: await world.user('alice'), bob: await world.user('bob'), carol: await world.user('carol') };
}

/** A room with this visibility, in which things happen before, while and after Bob is invited and joined. */
async function tell({ alice, bob }: { alice: Client; bob: Client }, visibility: string): Promise<string> {
  const roomId = await alice.createHall({
    initial_state: [
      { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: visibility } },
    ],
  });
  await alice.say(roomId, 'before the invite');
  await alice.invite(roomId, bob);
  await alice.say(roomId, 'after the invite');
  await bob.join(roomId);
  await alice.say(roomId, 'after the join');
  return roomId;
}

const history = async (who: Client, roomId: string) => {
  const { status, body } = await who.get(`${inRoom(roomId, 'messages')}?dir=f&limit=100`);
  return status === 200
    ? inShort(body.chunk).filter((event) => event.startsWith('m.room.m'))
    : [status, body.errcode];
};

area('who sees the history', people, (same) => {
  for (const visibility of ['world_readable', 'shared', 'invited', 'joined']) {
    same(`${visibility}: a member`, async (all) => history(all.bob, await tell(all, visibility)));
    same(`${visibility}: somebody who left`, async (all) => {
      const roomId = await tell(all, visibility);
      await all.bob.leave(roomId);
      await all.alice.say(roomId, 'after the leave');
      return history(all.bob, roomId);
    });
    same(`${visibility}: somebody who left and came back`, async (all) => {
      const roomId = await tell(all, visibility);
      await all.bob.leave(roomId);
      await all.alice.say(roomId, 'meanwhile');
      await all.bob.join(roomId);
      return history(all.bob, roomId);
    });
    same(`${visibility}: a stranger`, async (all) => history(all.carol, await tell(all, visibility)));
    same(`${visibility}: somebody who is invited`, async (all) => {
      const roomId = await tell(all, visibility);
      await all.alice.invite(roomId, all.carol);
      return history(all.carol, roomId);
    });
    same(`${visibility}: a stranger, of state`, async (all) => {
      const roomId = await tell(all, visibility);
      const { status, body } = await all.carol.get(inRoom(roomId, 'state', 'm.room.create', ''));
      return [status, body.errcode];
    });
    same(`${visibility}: a stranger, of one event`, async (all) => {
      const roomId = await tell(all, visibility);
      const event = await all.alice.say(roomId, 'an event');
      const { status, body } = await all.carol.get(inRoom(roomId, 'event', event));
      return [status, body.errcode];
    });
  }
  same('when it becomes narrower', async (all) => {
    const roomId = await tell(all, 'shared');
    await all.alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'joined' });
    await all.alice.say(roomId, 'narrow');
    await all.carol.join(roomId);
    return history(all.carol, roomId);
  });
  same('when it becomes wider', async (all) => {
    const roomId = await tell(all, 'joined');
    await all.alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'shared' });
    await all.alice.say(roomId, 'wide');
    await all.carol.join(roomId);
    return history(all.carol, roomId);
  });
  same('in the first sync of somebody who joined late', async (all) => {
    const roomId = await tell(all, 'joined');
    await all.carol.join(roomId);
    const { timeline } = (await all.carol.sync()).rooms.join[roomId];
    return inShort(timeline.events);
  });
});

area('rooms that follow others', people, (same) => {
  const upgrade = (who: Client, roomId: string, body: object) => who.post(inRoom(roomId, 'upgrade'), body);
  same('are made by those with power', async ({ alice, bob }) => {
    const roomId = await alice.createHall({ name: 'Old', room_version: '10', topic: 'T' });
    await bob.join(roomId);
    const { status, body } = await upgrade(alice, roomId, { new_version: '11' });
    const next = body.replacement_room;
    const create = (await alice.get(inRoom(next, 'state', 'm.room.create', ''))).body;
    const tombstone = (await alice.get(inRoom(roomId, 'state', 'm.room.tombstone', ''))).body;
    return [
      status,
      create.room_version,
      create.predecessor?.room_id === roomId,
      tombstone.replacement_room === next,
      (await alice.get(inRoom(next, 'state', 'm.room.name', ''))).body,
      (await alice.get(inRoom(next, 'state', 'm.room.join_rules', ''))).body,
    ];
  });
  same('keep the levels', async ({ alice, bob }) => {
    const roomId = await alice.createHall({
      room_version: '10',
      power_level_content_override: { users: { [alice.userId]: 100, [bob.userId]: 50 }, events_default: 5 },
    });
    const { body } = await upgrade(alice, roomId, { new_version: '11' });
    const levels = (await alice.get(inRoom(body.replacement_room, 'state', 'm.room.power_levels', ''))).body;
    return [levels.users, levels.events_default];
  });
  same('quieten the old room', async ({ alice, bob }) => {
    const roomId = await alice.createHall({ room_version: '10' });
    await bob.join(roomId);
    await upgrade(alice, roomId, { new_version: '11' });
    const levels = (await alice.get(inRoom(roomId, 'state', 'm.room.power_levels', ''))).body;
    return [levels.events_default, levels.invite];
  });
  same('move the aliases', async ({ alice }, world) => {
    const name = world.localpart('moved');
    const roomId = await alice.createHall({ room_version: '10', room_alias_name: name });
    const { body } = await upgrade(alice, roomId, { new_version: '11' });
    const found = (await alice.get(`/v3/directory/room/${encodeURIComponent(`#${name}:compat.test`)}`)).body;
    return found.room_id === body.replacement_room;
  });
  same('keep the bans', async ({ alice, bob }) => {
    const roomId = await alice.createHall({ room_version: '10' });
    await alice.ban(roomId, bob);
    const { body } = await upgrade(alice, roomId, { new_version: '11' });
    return (await alice.get(inRoom(body.replacement_room, 'state', 'm.room.member', bob.userId))).body
      .membership;
  });
  same('of an unknown version', async ({ alice }) =>
    upgrade(alice, await alice.createHall(), { new_version: '99' }),
  );
  same('of no version', async ({ alice }) => upgrade(alice, await alice.createHall(), {}));
  same('are not made by members', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    return upgrade(bob, roomId, { new_version: '12' });
  });
  same('are not made by strangers', async ({ alice, carol }) =>
    upgrade(carol, await alice.createHall(), { new_version: '12' }),
  );
});

area(
  'spaces and summaries',
  async (world) => {
    const all = await people(world);
    const { alice } = all;
    const space = await alice.createHall({ name: 'Space', creation_content: { type: 'm.space' } });
    const open = await alice.createHall({ name: 'Open', topic: 'For all' });
    const closed = await alice.createRoom({ name: 'Closed', preset: 'private_chat' });
    const via = { via: ['compat.test'] };
    await alice.setState(space, 'm.space.child', { ...via, order: 'b' }, open);
    await alice.setState(space, 'm.space.child', { ...via, order: 'a', suggested: true }, closed);
    await alice.setState(space, 'm.space.child', {}, '!gone:compat.test');
    return { ...all, space, open, closed };
  },
  (same) => {
    const hierarchy = async (who: Client, roomId: string, query = '') => {
      const { status, body } = await who.get(`/v1/rooms/${encodeURIComponent(roomId)}/hierarchy${query}`);
      return [
        status,
        body.errcode,
        body.rooms?.map(({ name }: { name: string }) => name),
        'next_batch' in body,
      ];
    };
    same('the hierarchy, as its maker sees it', ({ alice, space }) => hierarchy(alice, space));
    same('the hierarchy, as others see it', ({ bob, space }) => hierarchy(bob, space));
    same('the hierarchy of what is suggested', ({ alice, space }) =>
      hierarchy(alice, space, '?suggested_only=true'),
    );
    same('the hierarchy in pages', ({ alice, space }) => hierarchy(alice, space, '?limit=1'));
    same('the hierarchy to no depth', ({ alice, space }) => hierarchy(alice, space, '?max_depth=0'));
    same('the hierarchy with a limit that is none', ({ alice, space }) =>
      hierarchy(alice, space, '?limit=x'),
    );
    same('the hierarchy of a limit of nothing', ({ alice, space }) => hierarchy(alice, space, '?limit=0'));
    same('the hierarchy from where nobody was', ({ alice, space }) => hierarchy(alice, space, '?from=x'));
    same('the hierarchy of a closed room', ({ bob, closed }) => hierarchy(bob, closed));
    same('the hierarchy of nothing', ({ bob }) => hierarchy(bob, '!nothing:compat.test'));
    same('the hierarchy of a plain room', ({ bob, open }) => hierarchy(bob, open));
    same('a room of a hierarchy, whole', async ({ bob, space }) => {
      const { body } = await bob.get(`/v1/rooms/${encodeURIComponent(space)}/hierarchy`);
      return body.rooms[1];
    });
    same('children of a space', async ({ alice, space }) => {
      const { body } = await alice.get(`/v1/rooms/${encodeURIComponent(space)}/hierarchy?max_depth=1`);
      return body.rooms[0].children_state;
    });
    const summary = (who: Client, roomId: string) =>
      who.get(`/v1/room_summary/${encodeURIComponent(roomId)}`);
    same('the summary of a room', ({ bob, open }) => summary(bob, open));
    same('the summary of one’s own room', ({ alice, open }) => summary(alice, open));
    same('the summary of a room without a token', ({ open }, world) => summary(world.anonymous, open));
    same('the summary of a closed room', ({ bob, closed }) => summary(bob, closed));
    same('the summary of nothing', ({ bob }) => summary(bob, '!nothing:compat.test'));
    same('the summary of what is no room', ({ bob }) => summary(bob, 'nothing'));
    same('the summary of an alias that is not there', ({ bob }) => summary(bob, '#nothing:compat.test'));
  },
);
