import { endpoint } from '../../endpoint.ts';

/** Changes the password, and logs the other devices out unless that is not wanted. */
export const changePassword = endpoint(
  'changePassword',
  { limit: 'loginAccount' },
  async ({ body, requester, services }) => {
    const logoutDevices = body.logout_devices ?? true;
    await services.accounts.ownAccount.changePassword(requester, body.new_password, logoutDevices, body.auth);
    return {};
  },
);
