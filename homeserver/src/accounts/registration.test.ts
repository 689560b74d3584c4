import { expect } from 'chai';
import { accountsForTests, passwordAuth, refusal } from '../../test-kit/accounts-for-tests.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { withStorage } from '../../test-kit/storage-for-tests.ts';
import type { Storage } from '../storage/index.ts';
import type { RegistrationRequest } from './registration.ts';

const DUMMY = { type: 'm.login.dummy' };

function request(username: string | undefined, auth?: RegistrationRequest['auth']): RegistrationRequest {
  return { username, password: 'long enough', device: {}, auth };
}

describe('open registration', () => {
  it('asks for nothing but a dummy stage, in a session', () =>
    withStorage(async (storage) => {
      const { registration } = accountsForTests(storage);
      const first = await refusal(registration.register(request('alice')));
      expect(first).to.have.all.keys('status', 'flows', 'params', 'session');
      expect(first).to.deep.include({ status: 401, flows: [{ stages: ['m.login.dummy'] }], params: {} });
      const { userId, session } = await registration.register(
        request('alice', { ...DUMMY, session: first.session }),
      );
      expect(userId).to.equal('@alice:test');
      expect(session).to.include({ userId: '@alice:test' });
    }));

  it('logs in, unless that is not wanted', () =>
    withStorage(async (storage) => {
      const accounts = accountsForTests(storage);
      const { session } = await accounts.registration.register({
        ...request('alice', DUMMY),
        device: { deviceId: 'PHONE', displayName: 'My phone' },
      });
      const requester = await accounts.sessions.authenticate(session?.accessToken ?? '');
      expect(requester).to.include({ userId: '@alice:test', deviceId: 'PHONE', isAdmin: false });
      const bob = await accounts.registration.register({ ...request('bob', DUMMY), inhibitLogin: true });
      expect(bob).to.deep.equal({ userId: '@bob:test' });
      expect((await accounts.login.login(passwordAuth('bob', 'long enough'), {})).userId).to.equal(
        '@bob:test',
      );
    }));

  it('makes capitals small, makes a name up, and gives a display name', () =>
    withStorage(async (storage) => {
      const { registration, profiles } = accountsForTests(storage);
      expect((await registration.register(request('Carol', DUMMY))).userId).to.equal('@carol:test');
      expect(await profiles.get('@carol:test')).to.deep.equal({ displayname: 'carol' });
      const { userId } = await registration.register(request(undefined, DUMMY));
      expect(userId).to.match(/^@[a-z0-9]{12}:test$/);
    }));

  it('refuses names that are taken, reserved or malformed before it asks for anything', () =>
    withStorage(async (storage) => {
      const accounts = accountsForTests(storage);
      await accounts.signUp('alice');
      const errors = {
        alice: 'M_USER_IN_USE',
        Alice: 'M_USER_IN_USE',
        _guildhall: 'M_EXCLUSIVE',
        _Guildhall_bot: 'M_EXCLUSIVE',
        _ghost: 'M_INVALID_USERNAME',
        'with space': 'M_INVALID_USERNAME',
        '12345': 'M_INVALID_USERNAME',
        'nul\0': 'M_INVALID_USERNAME',
        '': 'M_INVALID_USERNAME',
        'a:b': 'M_INVALID_USERNAME',
        ['x'.repeat(250)]: 'M_INVALID_USERNAME',
      };
      for (const [name, errcode] of Object.entries(errors)) {
        const expected = { status: 400, errcode };
        expect(await refusal(accounts.registration.register(request(name))), name).to.include(expected);
        expect(await refusal(accounts.registration.checkAvailable(name)), name).to.include(expected);
      }
      await accounts.registration.checkAvailable('alice2');
    }));

  it('refuses weak, endless and missing passwords', () =>
    withStorage(async (storage) => {
      const { registration } = accountsForTests(storage);
      const attempt = async (password: string | undefined) =>
        (await refusal(registration.register({ username: 'alice', password, device: {}, auth: DUMMY })))
          .errcode;
      expect(await attempt('seven77')).to.equal('M_WEAK_PASSWORD');
      expect(await attempt('🙂🙂🙂🙂')).to.equal('M_WEAK_PASSWORD');
      expect(await attempt('x'.repeat(513))).to.equal('M_INVALID_PARAM');
      expect(await attempt(undefined)).to.equal('M_MISSING_PARAM');
    }));

  it('gives a name to one of those who ask for it at once', () =>
    withStorage(async (storage) => {
      const { registration } = accountsForTests(storage);
      const results = await Promise.allSettled(
        [1, 2, 3, 4].map(() => registration.register(request('alice', DUMMY))),
      );
      const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(errors.map((error) => error.errcode)).to.deep.equal(Array(3).fill('M_USER_IN_USE'));
    }));

  it('knows registration tokens, though nobody needs one', () =>
    withStorage(async (storage) => {
      const { registration, registrationTokens } = accountsForTests(storage);
      const { token } = await registrationTokens.create({});
      expect(await registration.isTokenValid(token)).to.equal(true);
      expect(await registration.isTokenValid(`${token}x`)).to.equal(false);
    }));

  it('refuses a session that nobody was given', () =>
    withStorage(async (storage) => {
      const { registration } = accountsForTests(storage);
      const error = await rejection(
        registration.register(request('alice', { ...DUMMY, session: 'made.up' })),
      );
      expect(error).to.include({ status: 400, errcode: 'M_UNKNOWN' });
    }));
});

describe('registration with tokens', () => {
  const withTokens = (storage: Storage) => accountsForTests(storage, { registration: 'token' });
  const answer = (token: unknown) => ({ type: 'm.login.registration_token', token });

  it('asks for a token, says why it refuses one, and takes a valid one', () =>
    withStorage(async (storage) => {
      const { registration, registrationTokens } = withTokens(storage);
      const { token } = await registrationTokens.create({ usesAllowed: 1 });
      const asked = await refusal(registration.register(request('alice')));
      expect(asked).to.deep.include({ flows: [{ stages: ['m.login.registration_token'] }] });
      const refused = await refusal(
        registration.register(request('alice', { ...answer('wrong'), session: asked.session })),
      );
      expect(refused).to.include({ status: 401, errcode: 'M_FORBIDDEN', session: asked.session });
      expect((await refusal(registration.register(request('alice', answer(undefined))))).errcode).to.equal(
        'M_MISSING_PARAM',
      );
      expect((await refusal(registration.register(request('alice', DUMMY)))).status).to.equal(401);
      const { userId } = await registration.register(request('alice', answer(token)));
      expect(userId).to.equal('@alice:test');
      expect(await registration.isTokenValid(token)).to.equal(false);
    }));

  it('keeps a token that was shown in the session while the name is still chosen', () =>
    withStorage(async (storage) => {
      const accounts = withTokens(storage);
      const { token } = await accounts.registrationTokens.create({});
      const asked = await refusal(accounts.registration.register(request('alice')));
      const missing = await refusal(
        accounts.registration.register({ device: {}, auth: { ...answer(token), session: asked.session } }),
      );
      expect(missing.errcode).to.equal('M_MISSING_PARAM');
      const { userId } = await accounts.registration.register(request('bob', { session: asked.session }));
      expect(userId).to.equal('@bob:test');
    }));

  it('lets the last use make one account, however many race for it', () =>
    withStorage(async (storage) => {
      const { registration, registrationTokens, users } = withTokens(storage);
      const { token } = await registrationTokens.create({ usesAllowed: 2 });
      const names = ['a', 'b', 'c', 'd', 'e'];
      const results = await Promise.allSettled(
        names.map((name) => registration.register(request(name, answer(token)))),
      );
      const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(errors.map(({ status, errcode }) => ({ status, errcode }))).to.deep.equal(
        Array(3).fill({ status: 401, errcode: 'M_FORBIDDEN' }),
      );
      const made = await Promise.all(names.map((name) => users.exists(`@${name}:test`)));
      expect(made.filter((exists) => exists)).to.have.lengthOf(2);
      expect((await registrationTokens.list())[0]).to.include({ token, completed: 2 });
    }));

  it('takes no token after its time', () =>
    withStorage(async (storage) => {
      const { registration, registrationTokens, clock } = withTokens(storage);
      const { token } = await registrationTokens.create({ expiresTs: clock.now() + 1_000 });
      expect(await registration.isTokenValid(token)).to.equal(true);
      await clock.advance(1_000);
      expect(await registration.isTokenValid(token)).to.equal(false);
      expect((await refusal(registration.register(request('alice', answer(token))))).status).to.equal(401);
    }));

  it('makes, lists and deletes tokens, and refuses those that cannot be', () =>
    withStorage(async (storage) => {
      const { registrationTokens, clock } = withTokens(storage);
      await registrationTokens.create({ token: 'welcome' });
      const errcode = async (wish: Parameters<typeof registrationTokens.create>[0]) =>
        (await refusal(registrationTokens.create(wish))).errcode;
      expect(await errcode({ token: 'welcome' })).to.equal('M_INVALID_PARAM');
      expect(await errcode({ token: 'no spaces' })).to.equal('M_INVALID_PARAM');
      expect(await errcode({ usesAllowed: -1 })).to.equal('M_INVALID_PARAM');
      expect(await errcode({ usesAllowed: 0.5 })).to.equal('M_INVALID_PARAM');
      expect(await errcode({ expiresTs: clock.now() })).to.equal('M_INVALID_PARAM');
      expect((await registrationTokens.list()).map(({ token }) => token)).to.deep.equal(['welcome']);
      await registrationTokens.delete('welcome');
      expect(await registrationTokens.list()).to.deep.equal([]);
      expect((await refusal(registrationTokens.delete('welcome'))).errcode).to.equal('M_NOT_FOUND');
    }));
});

describe('the first admin', () => {
  for (const mode of ['open', 'token', 'closed'] as const) {
    it(`comes through a token that works once when registration is ${mode}`, () =>
      withStorage(async (storage) => {
        const { registration, registrationTokens, users } = accountsForTests(storage, { registration: mode });
        const token = await registrationTokens.ensureFirstAdminToken();
        expect(token).to.be.a('string');
        expect(await registrationTokens.ensureFirstAdminToken()).to.equal(token);
        expect(await registrationTokens.list()).to.deep.equal([]);
        const auth = { type: 'm.login.registration_token', token };
        const results = await Promise.allSettled(
          ['alice', 'bob'].map((name) => registration.register(request(name, auth))),
        );
        expect(results.map((result) => result.status).sort()).to.deep.equal(['fulfilled', 'rejected']);
        const admins = await Promise.all(['@alice:test', '@bob:test'].map((userId) => users.isAdmin(userId)));
        expect(admins.filter((isAdmin) => isAdmin)).to.have.lengthOf(1);
        expect(await registrationTokens.ensureFirstAdminToken()).to.equal(undefined);
      }));
  }

  it('is not to be had any more once there is an admin', () =>
    withStorage(async (storage) => {
      const { registration, registrationTokens, users } = accountsForTests(storage, {
        registration: 'closed',
      });
      const token = await registrationTokens.ensureFirstAdminToken();
      const account = { userId: '@boss:test', passwordHash: null, isAdmin: true };
      await users.create(account, () => undefined);
      const late = await refusal(
        registration.register(request('late', { type: 'm.login.registration_token', token })),
      );
      expect(late).to.include({ status: 403, errcode: 'M_FORBIDDEN' });
    }));

  it('is the only one to come when registration is closed', () =>
    withStorage(async (storage) => {
      const { registration, registrationTokens } = accountsForTests(storage, { registration: 'closed' });
      const closed = { status: 403, errcode: 'M_FORBIDDEN' };
      expect(await refusal(registration.register(request('alice')))).to.include(closed);
      expect(await refusal(registration.checkAvailable('alice'))).to.include(closed);
      expect(await refusal(registration.isTokenValid('x'))).to.include(closed);
      const { token } = await registrationTokens.create({});
      await registrationTokens.ensureFirstAdminToken();
      expect(await registration.isTokenValid(token)).to.equal(false);
    }));
});

describe('reserved users', () => {
  it('are made once and cannot log in', () =>
    withStorage(async (storage) => {
      const { users, login, profiles } = accountsForTests(storage);
      const made = await Promise.all([1, 2, 3].map(() => users.ensureReserved('_guildhall', 'Guildhall')));
      expect(new Set(made.map(({ userNid }) => userNid)).size).to.equal(1);
      expect(made[0]?.userId).to.equal('@_guildhall:test');
      expect(await users.exists('@_guildhall:test')).to.equal(true);
      expect(await profiles.get('@_guildhall:test')).to.deep.equal({ displayname: 'Guildhall' });
      expect((await refusal(login.login(passwordAuth('_guildhall', ''), {}))).errcode).to.equal(
        'M_FORBIDDEN',
      );
    }));
});
