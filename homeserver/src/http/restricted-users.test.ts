import { expect } from 'chai';
import { ALICE } from '../../test-kit/http-endpoints.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { checkRestriction } from './restricted-users.ts';
import { ROUTES } from './routes.ts';

describe('what restricted users may do', () => {
  const refusal = async (name: string, restriction: 'guest' | 'suspended' | 'locked') => {
    const endpoint = ROUTES.find((route) => route.name === name);
    if (endpoint === undefined) throw new Error(`there is no ${name}`);
    const check = async () => checkRestriction(endpoint, { ...ALICE, restriction });
    return ((await rejection(check().then(() => Promise.reject({ errcode: 'none' })))) as { errcode: string })
      .errcode;
  };

  it('is nothing but logging out for the locked', async () => {
    expect(await refusal('logout', 'locked')).to.equal('none');
    expect(await refusal('logout_all', 'locked')).to.equal('none');
    for (const name of ['sync', 'getTokenOwner', 'sendMessage', 'getVersions']) {
      expect(await refusal(name, 'locked'), name).to.equal('M_USER_LOCKED');
    }
  });

  it('is looking, leaving and ending the account for the suspended', async () => {
    const allowed = [
      'sync',
      'getRoomEvents',
      'leaveRoom',
      'redactEvent',
      'deactivateAccount',
      'deleteDevices',
    ];
    for (const name of allowed) expect(await refusal(name, 'suspended'), name).to.equal('none');
    const refused = ['sendMessage', 'joinRoom', 'knockRoom', 'inviteUser', 'createRoom', 'setProfileField'];
    for (const name of [...refused, 'delete3pidFromAccount', 'uploadContent', 'setTyping']) {
      expect(await refusal(name, 'suspended'), name).to.equal('M_USER_SUSPENDED');
    }
  });

  it('is what the specification lists for guests', async () => {
    for (const name of ['sync', 'joinRoomById', 'sendMessage', 'getTokenOwner', 'getCapabilities']) {
      expect(await refusal(name, 'guest'), name).to.equal('none');
    }
    for (const name of ['createRoom', 'inviteUser', 'changePassword', 'uploadContent', 'setPresence']) {
      expect(await refusal(name, 'guest'), name).to.equal('M_GUEST_ACCESS_FORBIDDEN');
    }
  });
});
