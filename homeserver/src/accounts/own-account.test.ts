import { expect } from 'chai';
import {
  accountsForTests,
  passwordAuth,
  refusal,
  type TestAccounts,
} from '../../test-kit/accounts-for-tests.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { JobKind } from '../storage/index.ts';

describe('own account', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;
  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage);
  });
  after(() => opened.close());

  const logIn = (name: string, password?: string) => accounts.login.login(passwordAuth(name, password), {});

  describe('password change', () => {
    it('asks for the present password', async () => {
      const user = await accounts.signUp('careful');
      const change = (auth: Record<string, unknown> | undefined) =>
        accounts.ownAccount.changePassword(user, { newPassword: 'new password', logoutDevices: true, auth });
      expect(await refusal(change(undefined))).to.deep.include({
        status: 401,
        flows: [{ stages: ['m.login.password'] }],
      });
      expect(await refusal(change(passwordAuth('careful', 'not it')))).to.include({
        status: 401,
        errcode: 'M_FORBIDDEN',
      });
      await accounts.signUp('other');
      expect(await refusal(change(passwordAuth('other')))).to.include({
        status: 401,
        errcode: 'M_FORBIDDEN',
      });
      await logIn('careful');
    });

    it('logs out every device but the one that asked', async () => {
      const user = await accounts.signUp('changer');
      const other = await logIn('changer');
      await accounts.ownAccount.changePassword(user, {
        newPassword: 'new password',
        logoutDevices: true,
        auth: passwordAuth('changer'),
      });
      expect(await accounts.sessions.authenticate(user.accessToken)).to.include({ userId: user.userId });
      expect(await accounts.sessions.authenticate(other.accessToken)).to.equal(undefined);
      expect(await refusal(logIn('changer'))).to.include({ status: 403 });
      await logIn('changer', 'new password');
    });

    it('leaves the devices alone when that is wished', async () => {
      const user = await accounts.signUp('keeper');
      const other = await logIn('keeper');
      await accounts.ownAccount.changePassword(user, {
        newPassword: 'new password',
        logoutDevices: false,
        auth: passwordAuth('keeper'),
      });
      expect(await accounts.sessions.authenticate(other.accessToken)).to.include({ userId: user.userId });
    });

    it('refuses a weak password before it asks for the present one', async () => {
      const user = await accounts.signUp('weak');
      const change = accounts.ownAccount.changePassword(user, {
        newPassword: 'short',
        logoutDevices: true,
        auth: undefined,
      });
      expect(await refusal(change)).to.include({ status: 400, errcode: 'M_WEAK_PASSWORD' });
    });
  });

  describe('deactivation', () => {
    it('ends sessions and logins, empties the profile, leaves the rooms and keeps the name', async () => {
      const user = await accounts.signUp('leaver');
      await accounts.profiles.get(user.userId);
      expect((await refusal(accounts.ownAccount.deactivate(user, false, undefined))).status).to.equal(401);
      await accounts.ownAccount.deactivate(user, false, passwordAuth('leaver'));
      expect(await accounts.sessions.authenticate(user.accessToken)).to.equal(undefined);
      expect(await refusal(logIn('leaver'))).to.include({ status: 403, errcode: 'M_USER_DEACTIVATED' });
      expect(await accounts.profiles.get(user.userId)).to.deep.equal({});
      expect(await opened.storage.jobs.byKey(JobKind.LeaveRooms, user.userId)).to.not.equal(undefined);
      expect(await refusal(accounts.signUp('leaver'))).to.include({ errcode: 'M_USER_IN_USE' });
    });
  });
});
