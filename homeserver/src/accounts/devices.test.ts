import { expect } from 'chai';
import {
  accountsForTests,
  passwordAuth,
  refusal,
  type TestAccounts,
} from '../../test-kit/accounts-for-tests.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';

describe('devices', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;
  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage);
  });
  after(() => opened.close());

  const logIn = (name: string, deviceId: string) => accounts.login.login(passwordAuth(name), { deviceId });

  it('are listed and renamed by their user', async () => {
    const user = await accounts.signUp('alice');
    await logIn('alice', 'PHONE');
    await accounts.devices.rename(user, 'PHONE', 'My phone');
    expect(await accounts.devices.list(user)).to.deep.include({
      deviceId: 'PHONE',
      displayName: 'My phone',
      lastSeenTs: null,
      lastSeenIp: null,
    });
    expect(await accounts.devices.get(user, 'PHONE')).to.include({ displayName: 'My phone' });
  });

  it('of other users are not to be found', async () => {
    const user = await accounts.signUp('bob');
    await accounts.signUp('eve');
    await logIn('eve', 'EVES');
    const missing = { status: 404, errcode: 'M_NOT_FOUND' };
    expect(await refusal(accounts.devices.get(user, 'EVES'))).to.include(missing);
    expect(await refusal(accounts.devices.rename(user, 'EVES', 'x'))).to.include(missing);
  });

  it('have names of at most 100 characters; a longer one is cut at login', async () => {
    const user = await accounts.signUp('names');
    const rename = async (name: string) =>
      (await refusal(accounts.devices.rename(user, user.deviceId, name))).errcode;
    expect(await rename('x'.repeat(101))).to.equal('M_TOO_LARGE');
    expect(await rename('nul \0')).to.equal('M_INVALID_PARAM');
    expect(await rename('\ud800')).to.equal('M_INVALID_PARAM');
    await accounts.login.login(passwordAuth('names'), {
      deviceId: 'LONG',
      displayName: `\0${'x'.repeat(99)}🙂`,
    });
    expect((await accounts.devices.get(user, 'LONG')).displayName).to.equal(`${'x'.repeat(99)}\ufffd`);
  });

  it('are deleted with their sessions once the password was given', async () => {
    const user = await accounts.signUp('carol');
    const phone = await logIn('carol', 'PHONE');
    const asked = await refusal(accounts.devices.delete(user, ['PHONE', 'GONE'], undefined));
    expect(asked).to.deep.include({ status: 401, flows: [{ stages: ['m.login.password'] }] });
    expect(await accounts.sessions.authenticate(phone.accessToken)).to.include({ deviceId: 'PHONE' });
    const auth = { ...passwordAuth('carol'), session: asked.session };
    await accounts.devices.delete(user, ['GONE', 'PHONE', 'nul\0'], auth);
    expect(await accounts.sessions.authenticate(phone.accessToken)).to.equal(undefined);
    expect(await accounts.sessions.authenticate(user.accessToken)).to.include({ userId: user.userId });
    expect((await accounts.devices.list(user)).map(({ deviceId }) => deviceId)).to.deep.equal([
      user.deviceId,
    ]);
  });
});
