import { area } from '../harness/area.ts';
import type { World } from '../harness/world.ts';

const DUMMY = { type: 'm.login.dummy' };

area(
  'registration',
  async (world) => ({ taken: await world.user('taken') }),
  (same) => {
    const register = (title: string, body: (world: World) => object): void =>
      same(title, (_people, world) => world.anonymous.post('/v3/register', body(world)));
    const named = (username: string, more: object = {}) => ({
      username,
      password: 'a long password',
      device_id: 'REGISTERED',
      auth: DUMMY,
      ...more,
    });

    same('asks for authentication in steps', async (_people, world) => {
      const { status, body } = await world.anonymous.post('/v3/register', {
        username: world.localpart('steps'),
        password: 'a long password',
      });
      const isEasy = ({ stages }: { stages: string[] }) => stages.join() === 'm.login.dummy';
      return [status, body.flows.some(isEasy), typeof body.session];
    });
    same('goes on with the session', async (_people, world) => {
      const wanted = { username: world.localpart('session'), password: 'a long password' };
      const { body } = await world.anonymous.post('/v3/register', wanted);
      const { status } = await world.anonymous.post('/v3/register', {
        ...wanted,
        auth: { ...DUMMY, session: body.session },
      });
      return status;
    });
    register('refuses an unknown session', ({ localpart }) =>
      named(localpart('x'), { auth: { ...DUMMY, session: 'unknown' } }),
    );
    register('refuses a step that is not asked for', ({ localpart }) =>
      named(localpart('y'), { auth: { type: 'org.example.step' } }),
    );
    register('gives a session', ({ localpart }) => named(localpart('session-given')));
    register('gives none to who does not want it', ({ localpart }) =>
      named(localpart('inhibited'), { inhibit_login: true }),
    );
    register('gives a refresh token to who asks for it', ({ localpart }) =>
      named(localpart('refreshed'), { refresh_token: true }),
    );
    register('refuses a name that is taken', ({ localpart }) => named(localpart('taken')));
    register('refuses a name that is taken before it asks for steps', ({ localpart }) => ({
      username: localpart('taken'),
      password: 'a long password',
    }));
    register('judges capital letters', ({ localpart }) => named(localpart('Capital')));
    for (const [what, username] of [
      ['a space', 'a b'],
      ['a colon', 'a:b'],
      ['an at sign', '@a'],
      ['a letter with an accent', 'café'],
      ['a leading underscore', '_under'],
      ['digits alone', '12345'],
      ['a plus', 'a+b'],
      ['dots, slashes, equals and dashes', 'a.b/c=d-e_f'],
      ['an exclamation mark', 'a!'],
      ['an emoji', '😀'],
    ] as const) {
      register(`judges ${what} in a name`, () => named(username));
    }
    register('refuses a name that is too long', () => named('x'.repeat(250)));
    register('judges an empty name', () => named(''));
    register('refuses a name that is no text', () => named(1 as unknown as string));
    register('refuses a password that is no text', ({ localpart }) => named(localpart('p'), { password: 1 }));
    register('asks for a password', ({ localpart }) => named(localpart('p3'), { password: undefined }));
    same('makes up a name', async (_people, world) => {
      const { status, body } = await world.anonymous.post('/v3/register', {
        password: 'a long password',
        auth: DUMMY,
      });
      return [status, typeof body.user_id];
    });
    register('refuses a body that is a list', () => []);
    same('refuses a body that is no JSON', (_people, world) =>
      world.anonymous.request('POST', '/v3/register', '{'),
    );
    same('refuses an unknown kind of account', (_people, world) =>
      world.anonymous.post('/v3/register?kind=robot', named(world.localpart('kind'))),
    );
    same('takes the usual kind of account by its name', async (_people, world) => {
      const path = '/v3/register?kind=user';
      return world.anonymous.post(path, named(world.localpart('usual')));
    });
    same('refuses guests', (_people, world) => world.anonymous.post('/v3/register?kind=guest', {}));
    same('answers at the old path', (_people, world) =>
      world.anonymous.post('/r0/register', named(world.localpart('old'))),
    );
    same('offers no registration of application services without a token', (_people, world) =>
      world.anonymous.post('/v3/register', {
        type: 'm.login.application_service',
        username: world.localpart('bot'),
      }),
    );
  },
);

area(
  'names that are free',
  async (world) => ({ taken: await world.user('taken') }),
  (same) => {
    const check = (title: string, query: (world: World) => string): void =>
      same(title, (_people, world) => world.anonymous.get(`/v3/register/available?${query(world)}`));
    check('are said to be', ({ localpart }) => `username=${localpart('free')}`);
    check('are not those that are taken', ({ localpart }) => `username=${localpart('taken')}`);
    check('are none with wrong characters', () => 'username=a%20b');
    check('are none that are too long', () => `username=${'x'.repeat(250)}`);
    check('have to be asked for', () => '');
  },
);

area(
  'registration tokens',
  async () => ({}),
  (same) => {
    same('are not valid when nobody made them', (_people, world) =>
      world.anonymous.get('/v1/register/m.login.registration_token/validity?token=unknown'),
    );
    same('have to be named', (_people, world) =>
      world.anonymous.get('/v1/register/m.login.registration_token/validity'),
    );
    same('can be made by admins and are valid then', async (_people, world) => {
      const admin = await world.admin('admin');
      const token = world.localpart('token');
      const made = await admin.post('/_synapse/admin/v1/registration_tokens/new', { token, uses_allowed: 1 });
      return [
        made,
        await admin.get(`/_synapse/admin/v1/registration_tokens/${token}`),
        await world.anonymous.get(`/v1/register/m.login.registration_token/validity?token=${token}`),
        await admin.delete(`/_synapse/admin/v1/registration_tokens/${token}`),
        await admin.get(`/_synapse/admin/v1/registration_tokens/${token}`),
      ];
    });
  },
);
