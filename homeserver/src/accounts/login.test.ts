import { expect } from 'chai';
import { accountsForTests, passwordAuth, refusal } from '../../test-kit/accounts-for-tests.ts';
import { withStorage } from '../../test-kit/storage-for-tests.ts';
import { forbidden } from '../protocol/errors.ts';
import type { ConfirmationMethod, LoginMethod } from './index.ts';

describe('ways to log in and to confirm', () => {
  it('can be added to, each with its own proof', () =>
    withStorage(async (storage) => {
      const badge: LoginMethod = {
        type: 'org.example.badge',
        flow: { colour: 'red' },
        accountOf: () => undefined,
        async identify({ token }, { accessToken }) {
          const user = await storage.users.byUserId(`@${token}:test`);
          if (user === undefined || accessToken !== 'a service') throw forbidden('This is no badge');
          return user;
        },
      };
      const accounts = accountsForTests(storage, { loginMethods: [badge] });
      await accounts.signUp('alice');
      expect(accounts.login.flows()).to.deep.include({ type: 'org.example.badge', colour: 'red' });
      const request = { type: 'org.example.badge', token: 'alice' };
      const session = await accounts.login.login(request, {}, { accessToken: 'a service' });
      expect(session.userId).to.equal('@alice:test');
      expect(await refusal(accounts.login.login(request, {}))).to.include({ errcode: 'M_FORBIDDEN' });
      const deactivated = await accounts.signUp('gone');
      await accounts.deactivation.deactivate(deactivated, false);
      const late = accounts.login.login({ ...request, token: 'gone' }, {}, { accessToken: 'a service' });
      expect(await refusal(late)).to.include({ errcode: 'M_USER_DEACTIVATED' });
    }));

  it('offer to each user what that user has', () =>
    withStorage(async (storage) => {
      const badge: ConfirmationMethod = {
        stage: 'org.example.badge',
        isOfferedTo: async ({ userId }) => userId !== '@plain:test',
        params: ({ userId }) => ({ of: userId }),
        async check(_requester, { proof }) {
          if (proof !== 'shown') throw forbidden('Show the badge');
        },
      };
      const accounts = accountsForTests(storage, { confirmationMethods: [badge], guestAccess: true });
      const both = await accounts.signUp('both');
      const plain = await accounts.signUp('plain');
      const asked = await refusal(accounts.devices.delete(both, ['X'], undefined));
      expect(asked).to.deep.include({
        flows: [{ stages: ['m.login.password'] }, { stages: ['org.example.badge'] }],
        params: { 'org.example.badge': { of: '@both:test' } },
      });
      const auth = { type: 'org.example.badge', session: asked.session };
      expect(await refusal(accounts.devices.delete(both, ['X'], auth))).to.include({
        error: 'Show the badge',
      });
      await accounts.devices.delete(both, ['X'], { ...auth, proof: 'shown' });
      expect(await refusal(accounts.devices.delete(plain, ['X'], undefined))).to.deep.include({
        flows: [{ stages: ['m.login.password'] }],
      });
      await accounts.devices.delete(plain, ['X'], passwordAuth('plain'));
    }));

  it('leave nothing to confirm with to somebody who has nothing', () =>
    withStorage(async (storage) => {
      const accounts = accountsForTests(storage, { guestAccess: true });
      const { accessToken } = await accounts.registration.registerGuest({});
      const guest = await accounts.sessions.authenticate(accessToken);
      if (guest === undefined) throw new Error('the guest has no session');
      expect(guest.restriction).to.equal('guest');
      expect(await refusal(accounts.devices.delete(guest, ['X'], undefined))).to.include({ status: 403 });
    }));
});
