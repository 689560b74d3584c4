import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';
import { inRoom } from '../harness/client.ts';
import type { World } from '../harness/world.ts';

const aliasPath = (alias: string): string => `/v3/directory/room/${encodeURIComponent(alias)}`;

async function people(world: World) {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const roomId = await alice.createHall({ name: 'Hall' });
  await bob.join(roomId);
  return { alice, bob, roomId, alias: (name: string) => `#${world.localpart(name)}:compat.test` };
}

area('aliases', people, (same) => {
  same('lead nowhere at first', ({ alice, alias }) => alice.get(aliasPath(alias('one'))));
  same('are made', async ({ alice, bob, roomId, alias }) => [
    await alice.put(aliasPath(alias('one')), { room_id: roomId }),
    await bob.get(aliasPath(alias('one'))),
  ]);
  same('are looked up without a token', ({ alias }, world) => world.anonymous.get(aliasPath(alias('one'))));
  same('are made once', ({ alice, roomId, alias }) =>
    alice.put(aliasPath(alias('one')), { room_id: roomId }),
  );
  same('are not made without a token', ({ roomId, alias }, world) =>
    world.anonymous.put(aliasPath(alias('x')), { room_id: roomId }),
  );
  same('are made by members', async ({ bob, roomId, alias }) =>
    bob.put(aliasPath(alias('by-bob')), { room_id: roomId }),
  );
  same('are made by strangers', async ({ roomId, alias }, world) =>
    (await world.user('stranger')).put(aliasPath(alias('by-stranger')), { room_id: roomId }),
  );
  same('are made for rooms that are not there', ({ alice, alias }) =>
    alice.put(aliasPath(alias('y')), { room_id: '!nothing:compat.test' }),
  );
  same('need a room', ({ alice, alias }) => alice.put(aliasPath(alias('z')), {}));
  same('need a room that is a text', ({ alice, alias }) => alice.put(aliasPath(alias('z')), { room_id: 1 }));
  for (const [what, alias] of [
    ['without a sigil', 'nothing:compat.test'],
    ['without a server', '#nothing'],
    ['of another server', '#nothing:elsewhere.test'],
    ['with an emoji', '#😀-compat:compat.test'],
    ['that are too long', `#${'x'.repeat(250)}:compat.test`],
  ] as const) {
    same(`${what} are judged when they are made`, ({ alice, roomId }) =>
      alice.put(aliasPath(alias), { room_id: roomId }),
    );
  }
  same('without a sigil are judged when they are looked up', ({ alice }) => alice.get(aliasPath('nothing')));
  same('of a room are listed', ({ alice, roomId }) =>
    alice.get(inRoom(roomId, 'aliases')).then(({ status, body }) => [status, [...body.aliases].sort()]),
  );
  same('are deleted by whoever made them', async ({ bob, alias }) => [
    await bob.delete(aliasPath(alias('by-bob'))),
    await bob.get(aliasPath(alias('by-bob'))),
  ]);
  same('are not deleted by others', async ({ bob, alias }) => bob.delete(aliasPath(alias('one'))));
  same('are deleted by those with power', async ({ alice, bob, roomId, alias }) => {
    await bob.put(aliasPath(alias('two')), { room_id: roomId });
    return alice.delete(aliasPath(alias('two')));
  });
  same('that are not there are not deleted', ({ alice, alias }) => alice.delete(aliasPath(alias('nothing'))));
  same('are taken out of the room’s name for itself', async ({ alice, roomId, alias }) => {
    await alice.setState(roomId, 'm.room.canonical_alias', { alias: alias('one') });
    await alice.delete(aliasPath(alias('one')));
    return alice.get(inRoom(roomId, 'state', 'm.room.canonical_alias', ''));
  });
});

area('the published directory', people, (same) => {
  const listPath = (roomId: string): string => `/v3/directory/list/room/${encodeURIComponent(roomId)}`;
  same('does not have a room at first', ({ alice, roomId }) => alice.get(listPath(roomId)));
  same('tells without a token', ({ roomId }, world) => world.anonymous.get(listPath(roomId)));
  same('takes a room', async ({ alice, roomId }) => [
    await alice.put(listPath(roomId), { visibility: 'public' }),
    await alice.get(listPath(roomId)),
  ]);
  same('takes a room that is there', ({ alice, roomId }) =>
    alice.put(listPath(roomId), { visibility: 'public' }),
  );
  same('takes no room from members without power', ({ bob, roomId }) =>
    bob.put(listPath(roomId), { visibility: 'private' }),
  );
  same('takes no room that is not there', ({ alice }) =>
    alice.put(listPath('!nothing:compat.test'), { visibility: 'public' }),
  );
  same('does not know a room that is not there', ({ alice }) => alice.get(listPath('!nothing:compat.test')));
  same('lets a room go', async ({ alice, roomId }) => [
    await alice.put(listPath(roomId), { visibility: 'private' }),
    await alice.get(listPath(roomId)),
  ]);
  same('has rooms that were made for it', async ({ alice }) => {
    const roomId = await alice.createRoom({ visibility: 'public' });
    return alice.get(listPath(roomId));
  });
});

area(
  'the list of public rooms',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const tag = world.localpart('tag');
    const make = (name: string, more: object = {}): Promise<string> =>
      alice.createHall({ name: `${tag} ${name}`, visibility: 'public', ...more });
    const big = await make('big', { topic: 'with people' });
    await bob.join(big);
    await make('small');
    await make('space', { creation_content: { type: 'm.space' } });
    await make('readable', {
      initial_state: [
        {
          type: 'm.room.history_visibility',
          state_key: '',
          content: { history_visibility: 'world_readable' },
        },
        { type: 'm.room.avatar', state_key: '', content: { url: 'mxc://compat.test/a' } },
      ],
    });
    return { alice, bob, tag };
  },
  (same) => {
    const search = (
      who: Client,
      tag: string,
      { filter, ...more }: { filter?: object; [key: string]: unknown } = {},
    ) => who.post('/v3/publicRooms', { filter: { generic_search_term: tag, ...filter }, ...more });
    /** Names without the tag, which another area before this one changes. */
    const shown = ({ status, body }: Awaited<ReturnType<typeof search>>) => [
      status,
      body.errcode,
      body.chunk?.map(({ name }: { name: string }) => name.split(' ').at(-1)).sort(),
      body.total_room_count_estimate === undefined,
    ];
    same('finds rooms by name', async ({ bob, tag }) => shown(await search(bob, tag)));
    same('finds rooms without regard to case', async ({ bob, tag }) =>
      shown(await search(bob, tag.toUpperCase())),
    );
    same('finds rooms by topic', async ({ bob }) => {
      const { body } = await search(bob, 'with people');
      return body.chunk.length > 0;
    });
    same('finds nothing', async ({ bob }) => shown(await search(bob, 'no such room anywhere')));
    same('tells all of a room', async ({ bob, tag }) => {
      const { body } = await search(bob, `${tag} big`);
      return body.chunk;
    });
    same('tells all of a readable room', async ({ bob, tag }) => {
      const { body } = await search(bob, `${tag} readable`);
      return body.chunk;
    });
    same('tells of spaces alone', async ({ bob, tag }) =>
      shown(await search(bob, tag, { filter: { room_types: ['m.space'] } })),
    );
    same('tells of rooms that are nothing special', async ({ bob, tag }) =>
      shown(await search(bob, tag, { filter: { room_types: [null] } })),
    );
    same('tells of no types', async ({ bob, tag }) =>
      shown(await search(bob, tag, { filter: { room_types: [] } })),
    );
    same('comes in pages', async ({ bob, tag }) => {
      const first = (await search(bob, tag, { limit: 3 })).body;
      const second = (await search(bob, tag, { limit: 3, since: first.next_batch })).body;
      return [first.chunk.length, second.chunk.length, 'prev_batch' in second, 'next_batch' in second];
    });
    same('goes by size', async ({ bob, tag }) => (await search(bob, tag, { limit: 1 })).body.chunk[0].name);
    same('comes without a filter', async ({ bob }) => (await bob.post('/v3/publicRooms', {})).status);
    same(
      'comes without a token',
      async (_people, world) => (await world.anonymous.get('/v3/publicRooms')).status,
    );
    same('is searched with a token', async ({ tag }, world) => (await search(world.anonymous, tag)).status);
    same('has no limit of a text', ({ bob }) => bob.get('/v3/publicRooms?limit=x'));
    same('has no limit below nothing', ({ bob }) => bob.get('/v3/publicRooms?limit=-1'));
  },
);

area(
  'the directory of people',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const hidden = await world.user('hidden');
    await bob.ok('PUT', `/v3/profile/${encodeURIComponent(bob.userId)}/displayname`, {
      displayname: `Robert ${world.localpart('x')}`,
    });
    const roomId = await alice.createHall();
    await bob.join(roomId);
    return { alice, bob, hidden, roomId };
  },
  (same) => {
    const search = async (who: Client, term: string, more: object = {}) => {
      for (let attempt = 0; attempt < 40; attempt += 1) {
        const { status, body } = await who.post('/v3/user_directory/search', { search_term: term, ...more });
        if (status !== 200) return [status, body.errcode];
        if (body.results.length > 0) {
          return body.results.map(({ user_id: id, display_name: name }: Record<string, string>) => [
            id,
            name,
          ]);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return 'nobody';
    };
    same('finds those who share a room', ({ alice, bob }) =>
      search(alice, bob.userId.slice(1).split(':')[0] ?? ''),
    );
    same('finds by display name', ({ alice }) => search(alice, 'Robert'));
    same('finds by the beginning of a display name', ({ alice }) => search(alice, 'Rober'));
    same('finds without regard to case', ({ alice }) => search(alice, 'rOBERT'));
    same('does not find those who share nothing', ({ hidden }) => search(hidden, 'Robert'));
    same('needs a term', ({ alice }) => alice.post('/v3/user_directory/search', {}));
    same('needs an access token', (_people, world) =>
      world.anonymous.post('/v3/user_directory/search', { search_term: 'x' }),
    );
    same('tells that there is more', async ({ alice }) => {
      const { body } = await alice.post('/v3/user_directory/search', { search_term: 'compat', limit: 1 });
      return [typeof body.limited, body.results.length <= 1];
    });
  },
);
