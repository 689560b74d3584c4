import { checkLoginType } from '../../../accounts/index.ts';
import { endpoint } from '../../endpoint.ts';
import { presentSession } from './present-session.ts';

/** Logs in with a password. Attempts count by address, and by account so that many addresses do not help a guesser. */
export const login = endpoint(
  'login',
  { limit: 'loginAddress' },
  async ({ body, services, takeFromLimit }) => {
    checkLoginType(body.type);
    const { sessions } = services.accounts;
    takeFromLimit('loginAccount', sessions.accountOf(body));
    const session = await sessions.login(body, {
      deviceId: body.device_id,
      displayName: body.initial_device_display_name,
    });
    return presentSession(session, services.serverName);
  },
);
