import { endpoint } from '../../endpoint.ts';

/** Ends the session and deletes its device. */
export const logout = endpoint('logout', {}, async ({ requester, services }) => {
  await services.accounts.sessions.logout(requester);
  return {};
});

/** Ends every session of the user and deletes the devices. */
export const logoutAll = endpoint('logout_all', {}, async ({ requester, services }) => {
  await services.accounts.sessions.logoutAll(requester);
  return {};
});
