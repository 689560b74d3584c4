import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';
import type { World } from '../harness/world.ts';

/** A login by password, with parts replaced. */
const passwordLogin = (world: World, changes: object = {}): object => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: world.localpart('alice') },
  password: 'password of alice',
  device_id: 'LOGIN',
  ...changes,
});

area(
  'login',
  async (world) => ({ alice: await world.user('alice') }),
  (same) => {
    same('offers passwords', async (_people, world) => {
      const { status, body } = await world.anonymous.get('/v3/login');
      return [status, body.flows.some(({ type }: { type: string }) => type === 'm.login.password')];
    });
    const login = (title: string, changes: (world: World) => object): void =>
      same(title, (_people, world) =>
        world.anonymous.post('/v3/login', passwordLogin(world, changes(world))),
      );

    login('takes a localpart', () => ({}));
    login('takes a user ID', ({ localpart }) => ({
      identifier: { type: 'm.id.user', user: `@${localpart('alice')}:compat.test` },
    }));
    login('takes the old form', ({ localpart }) => ({ identifier: undefined, user: localpart('alice') }));
    login('takes capital letters of the localpart', ({ localpart }) => ({
      identifier: { type: 'm.id.user', user: localpart('ALICE').toUpperCase() },
    }));
    login('refuses a wrong password', () => ({ password: 'wrong' }));
    login('refuses an empty password', () => ({ password: '' }));
    login('refuses somebody unknown', () => ({ identifier: { type: 'm.id.user', user: 'nobody' } }));
    login('refuses somebody of another server', () => ({
      identifier: { type: 'm.id.user', user: '@a:elsewhere.test' },
    }));
    login('refuses a user ID without a server', ({ localpart }) => ({
      identifier: { type: 'm.id.user', user: `@${localpart('alice')}` },
    }));
    login('refuses a type that is not offered', () => ({ type: 'org.example.login' }));
    login('refuses a token that nobody was given', () => ({ type: 'm.login.token', token: 'unknown' }));
    login('asks for the password', () => ({ password: undefined }));
    login('asks for the type', () => ({ type: undefined }));
    login('refuses an identifier that is no object', () => ({ identifier: 'alice' }));
    login('refuses an identifier without a type', () => ({ identifier: { user: 'alice' } }));
    login('refuses an identifier of an unknown type', () => ({ identifier: { type: 'org.example.id' } }));
    login('refuses a third-party identifier that nobody has', () => ({
      identifier: { type: 'm.id.thirdparty', medium: 'email', address: 'nobody@elsewhere.test' },
    }));
    login('refuses a phone number that nobody has', () => ({
      identifier: { type: 'm.id.phone', country: 'GB', phone: '07700900001' },
    }));
    same('refuses a body that is no JSON', (_people, world) =>
      world.anonymous.request('POST', '/v3/login', '{'),
    );
    same('refuses a body that is a list', (_people, world) => world.anonymous.post('/v3/login', []));
    same('makes up a device ID', async (_people, world) => {
      const { status, body } = await world.anonymous.post(
        '/v3/login',
        passwordLogin(world, { device_id: undefined }),
      );
      return [status, /^[A-Z]{10}$/.test(body.device_id)];
    });
    same('names the device', async ({ alice }, world) => {
      await world.anonymous.ok(
        'POST',
        '/v3/login',
        passwordLogin(world, { device_id: 'NAMED', initial_device_display_name: 'My phone' }),
      );
      const { body } = await alice.get('/v3/devices/NAMED');
      return body.display_name;
    });
    same('keeps the name of a device that is there', async ({ alice }, world) => {
      await world.anonymous.ok(
        'POST',
        '/v3/login',
        passwordLogin(world, { device_id: 'NAMED', initial_device_display_name: 'Other name' }),
      );
      const { body } = await alice.get('/v3/devices/NAMED');
      return body.display_name;
    });
    same('ends the earlier session of the device', async (_people, world) => {
      const first = await world.login('alice', 'TWICE');
      const second = await world.login('alice', 'TWICE');
      return [await first.get('/v3/account/whoami'), await second.get('/v3/account/whoami')];
    });
    same('answers at the old path', (_people, world) =>
      world.anonymous.post('/r0/login', passwordLogin(world)),
    );
    same('gives a refresh token to who asks for it', (_people, world) =>
      world.anonymous.post('/v3/login', passwordLogin(world, { device_id: 'FRESH', refresh_token: true })),
    );
    same('takes a refresh token once it was given', async (_people, world) => {
      const session = await world.anonymous.ok(
        'POST',
        '/v3/login',
        passwordLogin(world, { device_id: 'FRESH2', refresh_token: true }),
      );
      const refreshed = await world.anonymous.post('/v3/refresh', { refresh_token: session.refresh_token });
      return [refreshed, await world.withToken(refreshed.body.access_token).get('/v3/account/whoami')];
    });
    same('refuses a refresh token that nobody was given', (_people, world) =>
      world.anonymous.post('/v3/refresh', { refresh_token: 'unknown' }),
    );
    same('refuses to refresh without a token', (_people, world) => world.anonymous.post('/v3/refresh', {}));
  },
);

area(
  'logout',
  async (world) => ({ alice: await world.user('alice') }),
  (same) => {
    const whoAmI = (client: Client) => client.get('/v3/account/whoami');
    same('ends the session', async (_people, world) => {
      const session = await world.login('alice', 'ONE');
      return [await session.post('/v3/logout'), await whoAmI(session)];
    });
    same('takes no body', async (_people, world) => {
      const session = await world.login('alice', 'TWO');
      return [await session.request('POST', '/v3/logout'), await whoAmI(session)];
    });
    same('deletes the device', async ({ alice }, world) => {
      const session = await world.login('alice', 'THREE');
      await session.ok('POST', '/v3/logout', {});
      return alice.get('/v3/devices/THREE');
    });
    same('leaves other sessions alone', ({ alice }) => whoAmI(alice));
    same('ends nothing without a session', (_people, world) => world.anonymous.post('/v3/logout'));
    same('ends nothing with an unknown token', (_people, world) =>
      world.withToken('unknown').post('/v3/logout'),
    );
    same('ends all sessions', async ({ alice }, world) => {
      const session = await world.login('alice', 'FOUR');
      return [await session.post('/v3/logout/all'), await whoAmI(session), await whoAmI(alice)];
    });
  },
);

area(
  'access tokens',
  async (world) => ({ alice: await world.user('alice') }),
  (same) => {
    same('tell who somebody is', ({ alice }) => alice.get('/v3/account/whoami'));
    same('may stand in the query', ({ alice }, world) =>
      world.anonymous.get(`/v3/account/whoami?access_token=${alice.token}`),
    );
    same('are missed where one is needed', (_people, world) => world.anonymous.get('/v3/account/whoami'));
    same('are unknown if nobody was given them', (_people, world) =>
      world.withToken('unknown').get('/v3/account/whoami'),
    );
    same('are unknown if they are empty', (_people, world) => world.withToken('').get('/v3/account/whoami'));
    for (const [what, header] of [
      ['Basic', 'Basic YTpi'],
      ['a bare token', 'token'],
      ['Bearer without a token', 'Bearer'],
      ['an empty header', ''],
    ] as const) {
      same(`are not read from ${what}`, (_people, world) =>
        world.anonymous.request('GET', '/v3/account/whoami', undefined, {
          headers: { Authorization: header },
        }),
      );
    }
    same('are read from a header in small letters', ({ alice }, world) =>
      world.anonymous.request('GET', '/v3/account/whoami', undefined, {
        headers: { Authorization: `bearer ${alice.token}` },
      }),
    );
    same('may not stand in header and query', ({ alice }) =>
      alice.get(`/v3/account/whoami?access_token=${alice.token}`),
    );
  },
);
