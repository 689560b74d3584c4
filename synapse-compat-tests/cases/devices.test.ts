import { area } from '../harness/area.ts';
import type { Answer } from '../harness/client.ts';
import { eventually, type World } from '../harness/world.ts';

/** The answer to the question who somebody is. */
const byPassword = (world: World, name: string, session: string, password = `password of ${name}`) => ({
  auth: {
    type: 'm.login.password',
    session,
    password,
    identifier: { type: 'm.id.user', user: world.localpart(name) },
  },
});

area(
  'devices',
  async (world) => ({ alice: await world.user('alice'), bob: await world.user('bob') }),
  (same) => {
    /** A device as the specification knows it; when it was last seen is a matter of time. */
    const named = async (answer: Promise<Answer>) => {
      const { status, body } = await answer;
      return [status, body.errcode, body.device_id, body.display_name ?? 'no name'];
    };
    same('are listed', async ({ alice }) => {
      const { status, body } = await alice.get('/v3/devices');
      return [status, body.devices.map(({ device_id: id }: { device_id: string }) => id)];
    });
    same('say when they were last seen', async ({ alice }) => {
      const { body } = await eventually(
        () => alice.get('/v3/devices'),
        ({ body: { devices } }) => devices[0].last_seen_ts !== undefined,
      );
      return [typeof body.devices[0].last_seen_ts, typeof body.devices[0].last_seen_ip];
    });
    same('are listed with those that logged in later', async ({ alice }, world) => {
      await world.login('alice', 'LATER');
      const { body } = await alice.get('/v3/devices');
      return body.devices.map((device: { device_id: string }) => device.device_id).sort();
    });
    same('can be asked for alone', ({ alice }) => named(alice.get('/v3/devices/LATER')));
    same('are unknown if they are not there', ({ alice }) => alice.get('/v3/devices/NOTHING'));
    same('are unknown to others', ({ bob }) => bob.get('/v3/devices/LATER'));
    same('can be renamed', async ({ alice }) => [
      await alice.put('/v3/devices/LATER', { display_name: 'Kitchen' }),
      await named(alice.get('/v3/devices/LATER')),
    ]);
    same('keep their name when none is given', async ({ alice }) => [
      await alice.put('/v3/devices/LATER', {}),
      await named(alice.get('/v3/devices/LATER')),
    ]);
    same('have no name that is no text', ({ alice }) => alice.put('/v3/devices/LATER', { display_name: 1 }));
    same('have no name that is too long', ({ alice }) =>
      alice.put('/v3/devices/LATER', { display_name: 'x'.repeat(101) }),
    );
    same('are not made by renaming', ({ alice }) =>
      alice.put('/v3/devices/NOTHING', { display_name: 'Nothing' }),
    );
    same('are not renamed by others', async ({ alice, bob }) => [
      await bob.put('/v3/devices/LATER', { display_name: 'Stolen' }),
      (await alice.get('/v3/devices/LATER')).body.display_name,
    ]);
    same('are deleted by those who show who they are', async ({ alice }, world) => {
      const asked = await alice.delete('/v3/devices/LATER', {});
      const { session, flows } = asked.body;
      return [
        asked.status,
        flows,
        (await alice.delete('/v3/devices/LATER', byPassword(world, 'alice', session))).status,
        await named(alice.get('/v3/devices/LATER')),
      ];
    });
    same('are not deleted with a wrong password', async ({ alice }, world) => {
      await world.login('alice', 'KEPT');
      const asked = await alice.delete('/v3/devices/KEPT', {});
      const { status, body } = await alice.delete(
        '/v3/devices/KEPT',
        byPassword(world, 'alice', asked.body.session, 'wrong'),
      );
      return [status, body.errcode, (await alice.get('/v3/devices/KEPT')).status];
    });
    same('are not deleted with the password of somebody else', async ({ alice }, world) => {
      const asked = await alice.delete('/v3/devices/KEPT', {});
      const { status, body } = await alice.delete(
        '/v3/devices/KEPT',
        byPassword(world, 'bob', asked.body.session),
      );
      return [status, body.errcode, (await alice.get('/v3/devices/KEPT')).status];
    });
    same('are deleted several at once', async ({ alice }, world) => {
      await world.login('alice', 'ONE');
      await world.login('alice', 'TWO');
      const wanted = { devices: ['ONE', 'TWO'] };
      const asked = await alice.post('/v3/delete_devices', wanted);
      const deleted = await alice.post('/v3/delete_devices', {
        ...wanted,
        ...byPassword(world, 'alice', asked.body.session),
      });
      const { body } = await alice.get('/v3/devices');
      return [
        asked.status,
        deleted,
        body.devices.map((device: { device_id: string }) => device.device_id).sort(),
      ];
    });
    same('are not deleted without a list', ({ alice }) => alice.post('/v3/delete_devices', {}));
    same('are not deleted by a list of numbers', ({ alice }) =>
      alice.post('/v3/delete_devices', { devices: [1] }),
    );
    same('end their session when they are deleted', async ({ alice }, world) => {
      const gone = await world.login('alice', 'GONE');
      const asked = await alice.delete('/v3/devices/GONE', {});
      await alice.delete('/v3/devices/GONE', byPassword(world, 'alice', asked.body.session));
      return gone.get('/v3/account/whoami');
    });
    same('need an access token', (_people, world) => world.anonymous.get('/v3/devices'));
  },
);

area(
  'accounts',
  async (world) => ({ alice: await world.user('alice'), bob: await world.user('bob') }),
  (same) => {
    same('have no third-party identifiers at first', ({ alice }) => alice.get('/v3/account/3pid'));
    same('ask who wants another password', async ({ alice }) => {
      const { status, body } = await alice.post('/v3/account/password', { new_password: 'another password' });
      return [status, body.flows, typeof body.session];
    });
    same('change their password', async ({ alice }, world) => {
      const wanted = { new_password: 'another password', logout_devices: false };
      const { body } = await alice.post('/v3/account/password', wanted);
      const changed = await alice.post('/v3/account/password', {
        ...wanted,
        ...byPassword(world, 'alice', body.session),
      });
      const login = (password: string) =>
        world.anonymous.post('/v3/login', {
          type: 'm.login.password',
          identifier: { type: 'm.id.user', user: world.localpart('alice') },
          password,
          device_id: 'CHANGED',
        });
      return [changed, await login('password of alice'), await login('another password')];
    });
    same('stay logged in when they want to', ({ alice }) => alice.get('/v3/account/whoami'));
    same('end other sessions with a new password', async ({ bob }, world) => {
      const other = await world.login('bob', 'OTHER');
      const wanted = { new_password: 'password of bob' };
      const { body } = await bob.post('/v3/account/password', wanted);
      const auth = byPassword(world, 'bob', body.session);
      const changed = await bob.post('/v3/account/password', { ...wanted, ...auth });
      return [changed, await other.get('/v3/account/whoami'), await bob.get('/v3/account/whoami')];
    });
    same('need a new password to change theirs', async ({ bob }, world) => {
      const { status, body } = await bob.post('/v3/account/password', {});
      const answer = await bob.post('/v3/account/password', byPassword(world, 'bob', body.session));
      return [status, answer.status, answer.body.errcode];
    });
    same('do not take a password that is no text', ({ bob }) =>
      bob.post('/v3/account/password', { new_password: 1 }),
    );
    same('are deactivated by those who show who they are', async (_people, world) => {
      const carol = await world.user('carol');
      const asked = await carol.post('/v3/account/deactivate', {});
      const done = await carol.post('/v3/account/deactivate', byPassword(world, 'carol', asked.body.session));
      return [asked.status, asked.body.flows, done, await carol.get('/v3/account/whoami')];
    });
    same('cannot log in after they are deactivated', (_people, world) =>
      world.anonymous.post('/v3/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: world.localpart('carol') },
        password: 'password of carol',
      }),
    );
    same('are not free after they are deactivated', (_people, world) =>
      world.anonymous.get(`/v3/register/available?username=${world.localpart('carol')}`),
    );
    same('have no profile after they are deactivated', ({ bob }, world) =>
      bob.get(`/v3/profile/${encodeURIComponent(`@${world.localpart('carol')}:compat.test`)}`),
    );
    same('are not deactivated without a session', (_people, world) =>
      world.anonymous.post('/v3/account/deactivate', {}),
    );
    same('leave their rooms when they are deactivated', async ({ bob }, world) => {
      const dave = await world.user('dave');
      const roomId = await bob.createRoom({ preset: 'public_chat' });
      await dave.join(roomId);
      const asked = await dave.post('/v3/account/deactivate', {});
      await dave.post('/v3/account/deactivate', byPassword(world, 'dave', asked.body.session));
      const path = `/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(dave.userId)}`;
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const { body } = await bob.get(path);
        if (body.membership === 'leave') return body.membership;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return 'still there';
    });
    same('may ask for an OpenID token', async ({ bob }) => {
      const path = `/v3/user/${encodeURIComponent(bob.userId)}/openid/request_token`;
      return bob.post(path);
    });
    same('may not ask for an OpenID token of somebody else', ({ alice, bob }) =>
      bob.post(`/v3/user/${encodeURIComponent(alice.userId)}/openid/request_token`),
    );
    same('may not be looked at by others', ({ alice, bob }) =>
      bob.get(`/v3/admin/whois/${encodeURIComponent(alice.userId)}`),
    );
    same('may look at themselves', async ({ bob }) => {
      const { status, body } = await bob.get(`/v3/admin/whois/${encodeURIComponent(bob.userId)}`);
      return [status, body.user_id, typeof body.devices];
    });
    same('get a login token by their password', async ({ bob }) => {
      const { status, body } = await bob.post('/v1/login/get_token', {});
      return [status, body.errcode];
    });
    same('are told of TURN servers, or that there are none', ({ bob }) => bob.get('/v3/voip/turnServer'));
  },
);
