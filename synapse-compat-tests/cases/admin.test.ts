import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';
import { eventually } from '../harness/world.ts';

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

area(
  'records of people for admins',
  async (world) => ({
    admin: await world.admin('admin'),
    alice: await world.user('alice'),
    bob: await world.user('bob'),
  }),
  (same) => {
    const user = ({ userId }: Client, rest = ''): string => `/users/${encodeURIComponent(userId)}${rest}`;
    const nobody = '/users/%40nobody%3Acompat.test';
    const elsewhere = '/users/%40a%3Aelsewhere.test';
    for (const rest of ['/pushers', '/accountdata', '/override_ratelimit']) {
      same(`of ${rest} are for admins`, ({ alice, bob }) => alice.get(V1 + user(bob, rest)));
      same(`of ${rest} need an access token`, ({ bob }, world) => world.anonymous.get(V1 + user(bob, rest)));
      same(`of ${rest} are not those of nobody`, ({ admin }) => admin.get(`${V1}${nobody}${rest}`));
      same(`of ${rest} are not those of others`, ({ admin }) => admin.get(`${V1}${elsewhere}${rest}`));
    }
    same('have pushers', async ({ admin, alice }) => {
      await alice.post('/v3/pushers/set', {
        app_id: 'im.app',
        pushkey: 'key',
        kind: 'http',
        app_display_name: 'App',
        device_display_name: 'Phone',
        profile_tag: 'tag',
        lang: 'en',
        data: { url: 'https://push.example/_matrix/push/v1/notify' },
      });
      return admin.get(V1 + user(alice, '/pushers'));
    });
    same('have account data', async ({ admin, alice }) => {
      const roomId = await alice.createRoom();
      const own = `/v3/user/${encodeURIComponent(alice.userId)}`;
      await alice.put(`${own}/account_data/io.test`, { a: 1 });
      await alice.put(`${own}/rooms/${encodeURIComponent(roomId)}/account_data/io.test`, { b: 2 });
      const { status, body } = await admin.get(V1 + user(alice, '/accountdata'));
      return [status, body.account_data?.global?.['io.test'], body.account_data?.rooms?.[roomId]];
    });
    same('have memberships', async ({ admin, alice, bob }) => {
      const roomId = await alice.createRoom();
      await alice.post(`/v3/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: bob.userId });
      return admin.get(V1 + user(bob, '/memberships'));
    });
    same('have limits of their own', async ({ admin, bob }) => {
      const path = V1 + user(bob, '/override_ratelimit');
      return [
        await admin.get(path),
        await admin.post(path, { messages_per_second: 5, burst_count: 10 }),
        await admin.get(path),
        await admin.post(path, {}),
        await admin.delete(path),
        await admin.get(path),
      ];
    });
    same('have no limits below nothing', ({ admin, bob }) =>
      admin.post(V1 + user(bob, '/override_ratelimit'), { messages_per_second: -1 }),
    );
    same('have addresses by which they are found', async ({ admin, bob }, world) => {
      const address = `${world.localpart('bob')}@mail.test`;
      const changed = await admin.put(V2 + user(bob), { threepids: [{ medium: 'email', address }] });
      const found = await admin.get(`${V1}/threepid/email/users/${address}`);
      const [{ medium, address: told } = { medium: null, address: null }] = changed.body.threepids ?? [];
      return [changed.status, medium, told, found];
    });
    same('are not found by addresses of nobody', ({ admin }) =>
      admin.get(`${V1}/threepid/email/users/nobody@mail.test`),
    );
    same('have accounts elsewhere by which they are found', async ({ admin, bob }, world) => {
      const links = [{ auth_provider: 'oidc-test', external_id: world.localpart('bob') }];
      const changed = await admin.put(V2 + user(bob), { external_ids: links });
      const found = await admin.get(`${V1}/auth_providers/oidc-test/users/${world.localpart('bob')}`);
      return [changed.status, changed.body.external_ids, found];
    });
    same('share no account elsewhere', async ({ admin, alice, bob }, world) => {
      const links = [{ auth_provider: 'oidc-test', external_id: world.localpart('shared') }];
      const first = await admin.put(V2 + user(bob), { external_ids: links });
      return [first.status, await admin.put(V2 + user(alice), { external_ids: links })];
    });
    same('are not found by accounts of nobody', ({ admin }) =>
      admin.get(`${V1}/auth_providers/oidc-test/users/nobody`),
    );
    same('may be of a user whose account was ended and came back', async ({ admin }, world) => {
      const carol = await world.user('carol');
      await admin.post(`${V1}/deactivate/${encodeURIComponent(carol.userId)}`, { erase: true });
      const { status, body } = await admin.put(V2 + user(carol), {
        deactivated: false,
        password: 'password of carol',
      });
      return [status, body.deactivated, body.erased, (await world.login('carol')).userId === carol.userId];
    });
    same('are not of somebody who is ended and locked at once', ({ admin, bob }) =>
      admin.put(V2 + user(bob), { deactivated: true, locked: true }),
    );
    same('have devices one by one', async ({ admin, alice }) => {
      const path = V2 + user(alice, '/devices');
      const { status, body } = await admin.get(`${path}/DEVICE-alice`);
      return [
        [status, body.device_id, body.user_id],
        await admin.put(`${path}/DEVICE-alice`, { display_name: 'Phone' }),
        (await admin.get(`${path}/DEVICE-alice`)).body.display_name,
        await admin.get(`${path}/NONE`),
        await admin.post(path, { device_id: 'SPARE' }),
        (await admin.get(path)).body.total,
        await admin.post(path, {}),
      ];
    });
    same('say where somebody was seen', async ({ admin, alice, bob }) => {
      const { status, body } = await admin.get(`${V1}/whois/${encodeURIComponent(alice.userId)}`);
      const refused = await bob.get(`${V1}/whois/${encodeURIComponent(alice.userId)}`);
      return [status, body.user_id, refused];
    });
  },
);

area(
  'redactions of people by admins',
  async (world) => {
    const admin = await world.admin('admin');
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const roomId = await alice.createHall();
    await bob.join(roomId);
    return { admin, alice, bob, roomId };
  },
  (same) => {
    const path = ({ userId }: Client): string => `${V1}/user/${encodeURIComponent(userId)}/redact`;
    same('are for admins', ({ alice, bob }) => alice.post(path(bob), { rooms: [] }));
    same('need an access token', ({ bob }, world) => world.anonymous.post(path(bob), { rooms: [] }));
    same('need rooms', ({ admin, bob }) => admin.post(path(bob), {}));
    same('need some events', ({ admin, bob }) => admin.post(path(bob), { rooms: [], limit: -1 }));
    same('take what was said', async ({ admin, bob, roomId }) => {
      const eventId = await bob.say(roomId, 'nonsense');
      const { status, body } = await admin.post(path(bob), { rooms: [roomId], reason: 'spam' });
      const told = await eventually(
        () => admin.get(`${V1}/user/redact_status/${body.redact_id}`),
        (answer) => answer.body.status === 'complete' || answer.body.status === 'failed',
      );
      const event = await bob.get(`/v3/rooms/${encodeURIComponent(roomId)}/event/${eventId}`);
      return [status, typeof body.redact_id, told, event.body.content];
    });
    same('that nobody asked for', ({ admin }) => admin.get(`${V1}/user/redact_status/none`));
  },
);

area(
  'histories for admins',
  async (world) => {
    const admin = await world.admin('admin');
    const alice = await world.user('alice');
    const roomId = await alice.createRoom();
    const eventId = await alice.say(roomId, 'in a closed room');
    await alice.say(roomId, 'after it');
    return { admin, alice, roomId, eventId };
  },
  (same) => {
    const room = (roomId: string, rest: string): string => `${V1}/rooms/${encodeURIComponent(roomId)}${rest}`;
    // biome-ignore lint/suspicious/noExplicitAny: cases look into bodies of every shape.
    const bodies = (events: any[] | undefined) => events?.map(({ type, content }) => [type, content.body]);
    same('have messages', async ({ admin, roomId }) => {
      const { status, body } = await admin.get(room(roomId, '/messages?dir=b&limit=2'));
      return [status, bodies(body.chunk)];
    });
    same('have messages from the beginning', async ({ admin, roomId }) => {
      const { status, body } = await admin.get(room(roomId, '/messages?limit=3'));
      return [status, bodies(body.chunk)];
    });
    same('are for admins', ({ alice, roomId }) => alice.get(room(roomId, '/messages?dir=b')));
    same('have what is around an event', async ({ admin, roomId, eventId }) => {
      const { status, body } = await admin.get(room(roomId, `/context/${eventId}?limit=2`));
      return [status, body.event?.content, bodies(body.events_after), bodies(body.events_before)];
    });
    same('have nothing around no event', ({ admin, roomId }) => admin.get(room(roomId, '/context/$none')));
    same('have times', async ({ admin, roomId }) => {
      const { status, body } = await admin.get(room(roomId, '/timestamp_to_event?ts=1&dir=f'));
      return [status, typeof body.event_id, typeof body.origin_server_ts];
    });
    same('have no time without one', ({ admin, roomId }) => admin.get(room(roomId, '/timestamp_to_event')));
    same('have events as they are stored', async ({ admin, roomId, eventId }) => {
      const { status, body } = await admin.get(`${V1}/fetch_event/${eventId}`);
      const { type, sender, content, room_id: inRoom, signatures, hashes } = body.event ?? {};
      return [status, type, sender, content, inRoom === roomId, typeof signatures, typeof hashes];
    });
    same('have no events that are not stored', ({ admin }) => admin.get(`${V1}/fetch_event/$none`));
    same('have an end', async ({ admin, roomId }) => {
      const { status, body } = await admin.get(room(roomId, '/forward_extremities'));
      return [status, body.count, Object.keys(body.results?.[0] ?? {}).sort()];
    });
    same('have one end', ({ admin, roomId }) => admin.delete(room(roomId, '/forward_extremities')));
    same('have spaces', async ({ admin, alice, roomId }) => {
      const space = await alice.createRoom({ creation_content: { type: 'm.space' } });
      const child = `/v3/rooms/${encodeURIComponent(space)}/state/m.space.child/${encodeURIComponent(roomId)}`;
      await alice.put(child, { via: ['compat.test'] });
      const { status, body } = await admin.get(room(space, '/hierarchy'));
      return [status, body.rooms?.map(({ room_id: id }: { room_id: string }) => id)];
    });
    same('say more of one room than of all', async ({ admin, roomId }) => {
      const { status, body } = await admin.get(room(roomId, ''));
      return [
        status,
        body.joined_local_devices,
        body.forgotten,
        body.tombstoned,
        body.replacement_room,
        Object.keys(body).sort(),
      ];
    });
    same('are given to somebody who is invited to them', async ({ admin, roomId }) => [
      await admin.post(room(roomId, '/make_room_admin'), {}),
      await admin.post(`/v3/join/${encodeURIComponent(roomId)}`, {}),
    ]);
    same('are given by somebody who is there', async ({ admin }, world) => {
      const dora = await world.user('dora');
      const left = await dora.createRoom();
      await dora.post(`/v3/rooms/${encodeURIComponent(left)}/leave`, {});
      return admin.post(room(left, '/make_room_admin'), {});
    });
  },
);

area(
  'what else admins ask',
  async (world) => ({
    admin: await world.admin('admin'),
    alice: await world.user('alice'),
    bob: await world.user('bob'),
  }),
  (same) => {
    same('reports of people', async ({ admin, alice, bob }) => {
      await alice.post(`/v3/users/${encodeURIComponent(bob.userId)}/report`, { reason: 'rude' });
      const { status, body } = await admin.get(
        `${V1}/user_reports?target_user_id=${encodeURIComponent(bob.userId)}`,
      );
      const [{ id, received_ts: _ts, ...report } = { id: 0, received_ts: 0 }] = body.user_reports ?? [];
      const path = `${V1}/user_reports/${id}`;
      return [
        [status, body.total, report],
        (await admin.get(path)).status,
        await admin.delete(path),
        await admin.get(path),
      ];
    });
    same('no report', ({ admin }) => admin.get(`${V1}/user_reports/first`));
    same('reports of people, not being one', ({ alice }) => alice.get(`${V1}/user_reports`));
    same('to change registration tokens', async ({ admin }, world) => {
      const token = world.localpart('token');
      const path = `${V1}/registration_tokens/${token}`;
      return [
        await admin.post(`${V1}/registration_tokens/new`, { token, uses_allowed: 1 }),
        await admin.put(path, { uses_allowed: 5 }),
        await admin.put(path, { uses_allowed: null }),
        await admin.put(path, {}),
        await admin.put(path, { uses_allowed: -1 }),
        await admin.put(path, { expiry_time: 1 }),
        await admin.put(`${V1}/registration_tokens/none`, { uses_allowed: 1 }),
        await admin.delete(path),
        await admin.delete(path),
      ];
    });
    same('what goes on in the background', async ({ admin, alice }) => [
      await admin.get(`${V1}/background_updates/enabled`),
      await admin.post(`${V1}/background_updates/enabled`, { enabled: true }),
      await admin.post(`${V1}/background_updates/enabled`, { enabled: 'yes' }),
      await alice.get(`${V1}/background_updates/status`),
      (await admin.get(`${V1}/scheduled_tasks?action_name=none`)).body,
      await alice.get(`${V1}/scheduled_tasks`),
    ]);
    same('for notices that are off', ({ admin, alice }) =>
      admin.post(`${V1}/send_server_notice`, {
        user_id: alice.userId,
        content: { msgtype: 'm.text', body: 'x' },
      }),
    );
    same('for notices, not being one', ({ alice }) =>
      alice.post(`${V1}/send_server_notice`, { user_id: alice.userId, content: {} }),
    );
    same('for rooms without a name', ({ admin }) => admin.get(`${V1}/rooms?search_term=`));
    same('for rooms in no order', ({ admin }) => admin.get(`${V1}/rooms?order_by=weight`));
  },
);
