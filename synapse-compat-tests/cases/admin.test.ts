import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';

const V1 = '/_synapse/admin/v1';
const V2 = '/_synapse/admin/v2';

area(
  'administration of people',
  async (world) => ({
    admin: await world.admin('admin'),
    alice: await world.user('alice'),
    bob: await world.user('bob'),
  }),
  (same) => {
    const user = ({ userId }: Client, rest = ''): string => `/users/${encodeURIComponent(userId)}${rest}`;
    const looks = async (answer: ReturnType<Client['get']>) => {
      const { status, body } = await answer;
      const { name, displayname, admin, deactivated, locked, suspended, erased, user_type: type } = body;
      return [
        status,
        body.errcode,
        { name, displayname, admin, deactivated, locked, suspended, erased, type },
      ];
    };
    same('is for admins', ({ alice, bob }) => alice.get(V2 + user(bob)));
    same('needs an access token', ({ bob }, world) => world.anonymous.get(V2 + user(bob)));
    same('looks at somebody', ({ admin, bob }) => looks(admin.get(V2 + user(bob))));
    same('looks at nobody', ({ admin }) => admin.get(`${V2}/users/%40nobody%3Acompat.test`));
    same('looks at somebody elsewhere', ({ admin }) => admin.get(`${V2}/users/%40a%3Aelsewhere.test`));
    same('makes an account', async ({ admin }, world) => {
      const userId = `@${world.localpart('made')}:compat.test`;
      const path = `${V2}/users/${encodeURIComponent(userId)}`;
      return [
        await looks(admin.put(path, { password: 'password of made', displayname: 'Made' })),
        await looks(admin.get(path)),
        (await world.login('made')).userId === userId,
      ];
    });
    same('renames somebody', async ({ admin, bob }) => [
      await looks(admin.put(V2 + user(bob), { displayname: 'Robert' })),
      await bob.get(`/v3/profile/${encodeURIComponent(bob.userId)}/displayname`),
    ]);
    same('makes somebody an admin', async ({ admin, bob }) => [
      await admin.get(V1 + user(bob, '/admin')),
      await admin.put(V1 + user(bob, '/admin'), { admin: true }),
      await admin.get(V1 + user(bob, '/admin')),
      await admin.put(V1 + user(bob, '/admin'), { admin: false }),
    ]);
    same('lists people', async ({ admin }, world) => {
      const { status, body } = await admin.get(`${V2}/users?name=${world.localpart('')}&guests=false`);
      return [status, body.users?.map(({ name }: { name: string }) => name).sort(), body.total];
    });
    same('lists people in pages', async ({ admin }, world) => {
      const { body } = await admin.get(`${V2}/users?name=${world.localpart('')}&limit=1`);
      return [body.users?.length, body.next_token, body.total];
    });
    same('lists devices', async ({ admin, bob }) => {
      const { status, body } = await admin.get(V2 + user(bob, '/devices'));
      return [status, body.devices?.map(({ device_id: id }: { device_id: string }) => id), body.total];
    });
    same('lists rooms', async ({ admin, bob }) => {
      const roomId = await bob.createRoom();
      const { status, body } = await admin.get(V1 + user(bob, '/joined_rooms'));
      return [status, body.joined_rooms?.includes(roomId), body.total];
    });
    same('sets a password', async ({ admin, bob }, world) => {
      const path = `${V1}/reset_password/${encodeURIComponent(bob.userId)}`;
      const answer = await admin.post(path, { new_password: 'password of bob', logout_devices: false });
      return [answer, (await world.login('bob')).userId === bob.userId];
    });
    same('ends an account', async ({ admin }, world) => {
      const carol = await world.user('carol');
      return [
        await admin.post(`${V1}/deactivate/${encodeURIComponent(carol.userId)}`, { erase: false }),
        (await admin.get(V2 + user(carol))).body.deactivated,
        await carol.get('/v3/account/whoami'),
      ];
    });
    same('keeps somebody from speaking', async ({ admin, bob }) => [
      await admin.put(`/v1/admin/suspend/${encodeURIComponent(bob.userId)}`, { suspended: true }),
      await admin.get(`/v1/admin/suspend/${encodeURIComponent(bob.userId)}`),
      (await bob.post('/v3/createRoom', {})).status,
      await admin.put(`/v1/admin/suspend/${encodeURIComponent(bob.userId)}`, { suspended: false }),
    ]);
    same('says which server it is', async ({ admin }) => {
      const { status, body } = await admin.get(`${V1}/server_version`);
      return [status, typeof body.server_version];
    });
  },
);

area(
  'administration of rooms',
  async (world) => {
    const admin = await world.admin('admin');
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const roomId = await alice.createHall({ name: world.localpart('hall') });
    await bob.join(roomId);
    return { admin, alice, bob, roomId };
  },
  (same) => {
    const room = (roomId: string, rest = ''): string => `/rooms/${encodeURIComponent(roomId)}${rest}`;
    same('is for admins', ({ alice, roomId }) => alice.get(V1 + room(roomId)));
    same('looks at a room', async ({ admin, roomId }) => {
      const { status, body } = await admin.get(V1 + room(roomId));
      const {
        name,
        joined_members: joined,
        joined_local_members: local,
        version,
        creator,
        public: listed,
      } = body;
      return [
        status,
        { name, joined, local, version, creator, listed },
        body.join_rules,
        body.history_visibility,
      ];
    });
    same('looks at no room', ({ admin }) => admin.get(V1 + room('!nothing:compat.test')));
    same('lists rooms', async ({ admin }, world) => {
      const { status, body } = await admin.get(`${V1}/rooms?search_term=${world.localpart('hall')}`);
      return [status, body.rooms?.map(({ name }: { name: string }) => name), body.total_rooms, body.offset];
    });
    same('lists members', async ({ admin, roomId }) => {
      const { status, body } = await admin.get(V1 + room(roomId, '/members'));
      return [status, [...(body.members ?? [])].sort(), body.total];
    });
    same('lists state', async ({ admin, roomId }) => {
      const { status, body } = await admin.get(V1 + room(roomId, '/state'));
      return [status, body.state?.map(({ type }: { type: string }) => type).sort()];
    });
    same('blocks a room', async ({ admin, roomId }) => [
      await admin.put(V1 + room(roomId, '/block'), { block: true }),
      await admin.get(V1 + room(roomId, '/block')),
      await admin.put(V1 + room(roomId, '/block'), { block: false }),
    ]);
    same('takes somebody in', async ({ admin, roomId }, world) => {
      const carol = await world.user('carol');
      const answer = await admin.post(`${V1}/join/${encodeURIComponent(roomId)}`, { user_id: carol.userId });
      const { body } = await carol.get('/v3/joined_rooms');
      return [answer, body.joined_rooms.includes(roomId)];
    });
  },
);
