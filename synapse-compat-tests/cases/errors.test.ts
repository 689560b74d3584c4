import { area } from '../harness/area.ts';

area(
  'what is not there',
  async (world) => ({ alice: await world.user('alice') }),
  (same) => {
    for (const path of [
      '/v3/nothing',
      '/v99/sync',
      '/_matrix',
      '/_matrix/client',
      '/_matrix/client/unstable/org.example',
      '/_matrix/nothing',
      '/_matrix/media/v3/nothing',
      '/v3/rooms/x',
      '/v3/rooms/x/nothing',
      '/_synapse/admin/v1/nothing',
    ]) {
      for (const method of ['GET', 'POST']) {
        same(`${method} ${path}`, ({ alice }) =>
          alice.request(method, path, method === 'POST' ? {} : undefined),
        );
      }
    }
    for (const [method, path] of [
      ['GET', '/v3/login/nothing'],
      ['PUT', '/v3/login'],
      ['DELETE', '/v3/login'],
      ['POST', '/v3/sync'],
      ['PATCH', '/v3/sync'],
      ['GET', '/v3/createRoom'],
      ['PUT', '/v3/createRoom'],
      ['POST', '/v3/joined_rooms'],
      ['GET', '/v3/logout'],
      ['DELETE', '/v3/account/whoami'],
      ['POST', '/v3/account/whoami'],
      ['PATCH', '/v3/publicRooms'],
      ['GET', '/v3/register'],
      ['POST', '/versions'],
      ['PUT', '/v3/capabilities'],
    ] as const) {
      same(`${method} ${path}`, ({ alice }) =>
        alice.request(method, path, method === 'GET' ? undefined : {}),
      );
    }
  },
);

area(
  'odd requests',
  async (world) => {
    const alice = await world.user('alice');
    return { alice, roomId: await alice.createHall() };
  },
  (same) => {
    const send = (roomId: string): string => `/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message`;
    for (const [what, body] of [
      ['no JSON', '{'],
      ['two objects', '{}{}'],
      ['a list', '[]'],
      ['a text', '"x"'],
      ['a number', '1'],
      ['null', 'null'],
      ['NaN', '{"body":NaN,"msgtype":"m.text"}'],
      ['a trailing comma', '{"body":"x","msgtype":"m.text",}'],
      ['single quotes', "{'body':'x'}"],
      ['a comment', '{"body":"x"/**/}'],
    ] as const) {
      same(`with a body of ${what}`, ({ alice, roomId }) =>
        alice.request('PUT', `${send(roomId)}/${encodeURIComponent(what)}`, body),
      );
    }
    same('with a body that is no UTF-8', ({ alice, roomId }) =>
      alice.request('PUT', `${send(roomId)}/utf8`, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
    );
    same('with a key twice', async ({ alice, roomId }) => {
      const body = '{"msgtype":"m.text","body":"first","body":"second"}';
      const { body: answer } = await alice.request('PUT', `${send(roomId)}/twice`, body);
      return (await alice.get(`/v3/rooms/${encodeURIComponent(roomId)}/event/${answer.event_id}`)).body
        .content;
    });
    same(
      'with another content type',
      async ({ alice, roomId }) =>
        (
          await alice.request('PUT', `${send(roomId)}/type`, '{"msgtype":"m.text","body":"x"}', {
            headers: { 'Content-Type': 'text/plain' },
          })
        ).status,
    );
    same('with a preflight', async ({ alice }) => (await alice.request('OPTIONS', '/v3/sync')).status < 300);
    same('from a page of another origin', async ({ alice }, world) => {
      const response = await fetch(`${world.url}/_matrix/client/versions`, {
        headers: { Origin: 'https://app.example', Authorization: `Bearer ${alice.token}` },
      });
      await response.arrayBuffer();
      return response.headers.get('access-control-allow-origin');
    });
    for (const roomId of [
      '!',
      '!:',
      'x'.repeat(300),
      '!😀:compat.test',
      '#alias:compat.test',
      '@user:compat.test',
    ]) {
      same(`about the room ${roomId.slice(0, 20)}`, ({ alice }) =>
        alice.get(`/v3/rooms/${encodeURIComponent(roomId)}/state`),
      );
    }
    same('by a path that is encoded twice', async ({ alice, roomId }) => {
      const twice = encodeURIComponent(encodeURIComponent(roomId));
      return (await alice.get(`/v3/rooms/${twice}/state`)).status;
    });
    same(
      'by a path that is not encoded',
      async ({ alice, roomId }) => (await alice.get(`/v3/rooms/${roomId}/state`)).status,
    );
  },
);

area(
  'what the server is',
  async (world) => ({ alice: await world.user('alice') }),
  (same) => {
    same('tells its versions without a token', async (_people, world) => {
      const { status, body } = await world.anonymous.get('/versions');
      return [status, body.versions.includes('v1.1'), body.versions.includes('v1.11')];
    });
    same(
      'tells its versions with an unknown token',
      async (_people, world) => (await world.withToken('unknown').get('/versions')).status,
    );
    same('tells what one may do', async ({ alice }) => {
      const { body } = await alice.get('/v3/capabilities');
      const { 'm.room_versions': versions, 'm.change_password': password } = body.capabilities;
      return [versions.default, Object.keys(versions.available).includes('12'), password];
    });
    same('tells what one may do with a profile', async ({ alice }) => {
      const { body } = await alice.get('/v3/capabilities');
      return [body.capabilities['m.set_displayname'], body.capabilities['m.set_avatar_url']];
    });
    same('tells nobody without a token what they may do', (_people, world) =>
      world.anonymous.get('/v3/capabilities'),
    );
    same(
      'has no contacts',
      async (_people, world) => (await world.anonymous.get('/.well-known/matrix/support')).status,
    );
    same('is no bridge', ({ alice }) => alice.get('/v3/thirdparty/protocols'));
    same('knows no protocol', ({ alice }) => alice.get('/v3/thirdparty/protocol/irc'));
    same('knows no place elsewhere', ({ alice }) => alice.get('/v3/thirdparty/location?alias=%23a%3Ab'));
    same('has no pushers', ({ alice }) => alice.get('/v3/pushers'));
    const pusher = {
      kind: 'http',
      app_id: 'org.example.app',
      pushkey: 'key',
      app_display_name: 'App',
      device_display_name: 'Phone',
      lang: 'en',
      data: { url: 'https://push.example/_matrix/push/v1/notify' },
    };
    same('takes a pusher', async ({ alice }) => [
      await alice.post('/v3/pushers/set', pusher),
      (await alice.get('/v3/pushers')).body.pushers?.map(
        ({ app_id: id, pushkey, kind, data }: typeof pusher) => [id, pushkey, kind, data],
      ),
    ]);
    same('takes no pusher without a key', ({ alice }) =>
      alice.post('/v3/pushers/set', { ...pusher, pushkey: undefined }),
    );
    same('takes no pusher to another path', ({ alice }) =>
      alice.post('/v3/pushers/set', { ...pusher, data: { url: 'https://push.example/other' } }),
    );
    same('takes no pusher without an address', ({ alice }) =>
      alice.post('/v3/pushers/set', { ...pusher, data: {} }),
    );
    same('lets a pusher go', async ({ alice }) => [
      await alice.post('/v3/pushers/set', { ...pusher, kind: null }),
      await alice.get('/v3/pushers'),
    ]);
    same('has no notifications', async ({ alice }) => {
      const { status, body } = await alice.get('/v3/notifications');
      return [status, body.notifications];
    });
    same(
      'has no common rooms with somebody unknown',
      async ({ alice }) => (await alice.get('/v1/mutual_rooms?user_id=%40nobody%3Acompat.test')).status,
    );
  },
);
