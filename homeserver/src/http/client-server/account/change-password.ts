import { addressGroup } from '../../client-address.ts';
import { endpoint } from '../../endpoint.ts';

/**
 * Changes the password, and logs the other devices out unless that is not wanted. Somebody without an access token has
 * forgotten the password, and confirms with a mail address.
 */
export const changePassword = endpoint(
  'changePassword',
  { auth: 'optional' },
  async ({ body, requester, services, ip, takeFromLimit }) => {
    takeFromLimit('loginAccount', requester?.userId ?? addressGroup(ip));
    const { ownAccount } = services.accounts;
    const change = {
      newPassword: body.new_password,
      logoutDevices: body.logout_devices ?? true,
      auth: body.auth,
    };
    if (requester === undefined) await ownAccount.resetPassword(change);
    else await ownAccount.changePassword(requester, change);
    return {};
  },
);
