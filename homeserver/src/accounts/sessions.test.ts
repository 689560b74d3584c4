import { expect } from 'chai';
import {
  accountsForTests,
  passwordAuth,
  refusal,
  type TestAccounts,
} from '../../test-kit/accounts-for-tests.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';

describe('sessions', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;

  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage);
  });
  after(() => opened.close());

  const type = 'm.login.password';
  const login = (name: string, deviceId?: string) => accounts.login.login(passwordAuth(name), { deviceId });

  it('log in with a localpart or a user ID, in any case, and in the old form', async () => {
    await accounts.signUp('cases');
    for (const user of ['cases', 'CaseS', '@cases:test', '@CASES:test']) {
      const password = 'password of cases';
      const session = await accounts.login.login(
        { type, identifier: { type: 'm.id.user', user }, password },
        {},
      );
      expect(session.userId).to.equal('@cases:test');
      expect((await accounts.login.login({ type, user, password }, {})).userId).to.equal('@cases:test');
    }
  });

  it('refuse a wrong password, an unknown user and a user of another server alike', async () => {
    await accounts.signUp('alice');
    const expected = { status: 403, errcode: 'M_FORBIDDEN', error: 'The user name or the password is wrong' };
    for (const user of ['alice', 'nobody', '@alice:elsewhere', '@al\0ice:test', '@', '']) {
      const wrong = accounts.login.login(
        { type, identifier: { type: 'm.id.user', user }, password: 'not it' },
        {},
      );
      expect(await refusal(wrong), user).to.deep.equal(expected);
    }
  });

  it('refuse requests of the wrong form without checking anything', async () => {
    const refused = async (answer: Record<string, unknown>) =>
      (await refusal(accounts.login.login({ type, ...answer }, {}))).errcode;
    expect(await refused({ password: 'x' })).to.equal('M_MISSING_PARAM');
    expect(await refused({ identifier: { type: 'm.id.user' }, password: 'x' })).to.equal('M_MISSING_PARAM');
    expect(await refused({ identifier: { type: 'm.id.user', user: 'alice' } })).to.equal('M_MISSING_PARAM');
    expect(await refused({ identifier: null, password: 'x' })).to.equal('M_BAD_JSON');
    expect(await refused({ identifier: 'alice', password: 'x' })).to.equal('M_BAD_JSON');
    expect(await refused({ user: 'alice', password: 7 })).to.equal('M_BAD_JSON');
    expect(await refused({ identifier: { type: 'm.id.phone' }, password: 'x' })).to.equal('M_UNKNOWN');
  });

  it('make up a device ID, or take the one given', async () => {
    await accounts.signUp('devices');
    expect((await login('devices')).deviceId).to.match(/^[A-Z]{10}$/);
    expect((await login('devices', 'LAPTOP')).deviceId).to.equal('LAPTOP');
    for (const deviceId of ['', 'a\0b', 'x'.repeat(256), '\ud800']) {
      expect((await refusal(login('devices', deviceId))).errcode).to.equal('M_INVALID_PARAM');
    }
  });

  it('end the old token of a device that logs in again, and keep its name', async () => {
    const user = await accounts.signUp('again');
    const first = await accounts.login.login(passwordAuth('again'), {
      deviceId: 'PHONE',
      displayName: 'Old',
    });
    expect(await accounts.sessions.authenticate(first.accessToken)).to.include({ deviceId: 'PHONE' });
    const second = await accounts.login.login(passwordAuth('again'), {
      deviceId: 'PHONE',
      displayName: 'New',
    });
    expect(await accounts.sessions.authenticate(first.accessToken)).to.equal(undefined);
    expect(await accounts.sessions.authenticate(second.accessToken)).to.include({ deviceId: 'PHONE' });
    expect((await accounts.devices.get(user, 'PHONE')).displayName).to.equal('Old');
  });

  it('authenticate a known token without the database, an unknown one never', async () => {
    const { accessToken } = await accounts.signUp('cached');
    const sessionless = accountsForTests(opened.storage);
    expect(await sessionless.sessions.authenticate(accessToken)).to.include({ userId: '@cached:test' });
    const { tokens } = opened.storage;
    const { owner } = tokens;
    let reads = 0;
    tokens.owner = (tokenHash) => {
      reads += 1;
      return owner.call(tokens, tokenHash);
    };
    try {
      expect(await sessionless.sessions.authenticate(accessToken)).to.include({ userId: '@cached:test' });
      expect(reads).to.equal(0);
      expect(await sessionless.sessions.authenticate('guess')).to.equal(undefined);
      expect(reads).to.equal(1);
    } finally {
      tokens.owner = owner;
    }
  });

  it('do not remember a token that ended while it was read', async () => {
    const { accessToken, ...requester } = await accounts.signUp('race');
    const other = accountsForTests(opened.storage);
    const { tokens } = opened.storage;
    const { owner } = tokens;
    tokens.owner = async (tokenHash) => {
      const found = await owner.call(tokens, tokenHash);
      await other.sessions.logout(requester);
      return found;
    };
    try {
      expect(await other.sessions.authenticate(accessToken)).to.include({ userId: '@race:test' });
    } finally {
      tokens.owner = owner;
    }
    expect(await other.sessions.authenticate(accessToken)).to.equal(undefined);
  });

  it('store no access token as it is', async () => {
    const { accessToken, userNid } = await accounts.signUp('hashed');
    expect(await opened.storage.tokens.owner(accessToken)).to.equal(undefined);
    expect((await opened.storage.devices.list(userNid)).length).to.equal(1);
  });

  it('log out one device and leave the others', async () => {
    const first = await accounts.signUp('two');
    const second = await login('two');
    await accounts.sessions.logout(first);
    expect(await accounts.sessions.authenticate(first.accessToken)).to.equal(undefined);
    expect(await accounts.sessions.authenticate(second.accessToken)).to.include({
      deviceId: second.deviceId,
    });
    expect((await accounts.devices.list(first)).map((device) => device.deviceId)).to.deep.equal([
      second.deviceId,
    ]);
  });

  it('log out all devices of one user only', async () => {
    const first = await accounts.signUp('everywhere');
    const second = await login('everywhere');
    const other = await accounts.signUp('bystander');
    await accounts.sessions.logoutAll(first);
    expect(await accounts.sessions.authenticate(first.accessToken)).to.equal(undefined);
    expect(await accounts.sessions.authenticate(second.accessToken)).to.equal(undefined);
    expect(await accounts.sessions.authenticate(other.accessToken)).to.include({
      userId: '@bystander:test',
    });
    expect(await accounts.devices.list(first)).to.deep.equal([]);
  });

  it('open none with a password that was changed meanwhile', async () => {
    const user = await accounts.signUp('overtaken');
    const { database } = opened.storage;
    const { commit } = database;
    database.commit = async (unit) => {
      database.commit = commit;
      await accounts.ownAccount.changePassword(user, {
        newPassword: 'another password',
        logoutDevices: true,
        auth: passwordAuth('overtaken'),
      });
      return commit.call(database, unit);
    };
    expect((await refusal(login('overtaken'))).errcode).to.equal('M_FORBIDDEN');
    expect(await accounts.devices.list(user)).to.have.lengthOf(1);
  });

  it('note when a device was seen, at most every five minutes, and survive its deletion', async () => {
    const user = await accounts.signUp('seen');
    const { sessions, clock, devices } = accounts;
    await sessions.authenticate(user.accessToken, '192.0.2.1');
    await clock.advance(10_000);
    await accounts.close();
    const firstTs = clock.now() - 10_000;
    expect(await devices.get(user, user.deviceId)).to.include({ lastSeenTs: firstTs });
    await clock.advance(120_000);
    await sessions.authenticate(user.accessToken, '192.0.2.2');
    await accounts.close();
    expect(await devices.get(user, user.deviceId)).to.include({ lastSeenTs: firstTs });
    await clock.advance(300_000);
    await sessions.authenticate(user.accessToken, '192.0.2.3');
    await accounts.close();
    expect(await devices.get(user, user.deviceId)).to.include({
      lastSeenTs: clock.now(),
      lastSeenIp: '192.0.2.3',
    });
    await clock.advance(300_000);
    await sessions.authenticate(user.accessToken);
    await sessions.logout(user);
    await accounts.close();
    expect(await devices.list(user)).to.deep.equal([]);
  });
});
