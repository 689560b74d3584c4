import { MatrixError } from '../../../protocol/errors.ts';
import { accessTokenOf } from '../../access-token.ts';
import { addressGroup } from '../../client-address.ts';
import { type Call, endpoint } from '../../endpoint.ts';
import { presentSession } from './present-session.ts';

/**
 * Logs in. Attempts count by address, and by account so that many addresses do not help a guesser; those that fail
 * count once more, by both, so that a guesser does not keep the user out.
 */
export const login = endpoint('login', {}, async (call) => {
  const { body, services } = call;
  const accessToken = accessTokenOf(call);
  const appService = services.accounts.appServices.byToken(accessToken);
  if (appService?.registration.isRateLimited !== false) {
    call.takeFromLimit('loginAddress', addressGroup(call.ip));
  }
  const account = services.accounts.login.accountOf(body);
  const device = {
    deviceId: body.device_id,
    displayName: body.initial_device_display_name,
    wantsRefresh: body.refresh_token,
  };
  const session = await countingFailures(call, account, () =>
    services.accounts.login.login(body, device, { accessToken }),
  );
  return presentSession(session, services.serverName);
});

/**
 * Counts an attempt to log in to an account, and once more if it fails.
 * @param account undefined where guessing is hopeless.
 * @throws {MatrixError} 429 `M_LIMIT_EXCEEDED`
 */
export async function countingFailures<T>(
  {
    ip,
    takeFromLimit,
    giveBack,
  }: Pick<Call<unknown, unknown, undefined>, 'ip' | 'takeFromLimit' | 'giveBack'>,
  account: string | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  if (account === undefined) return attempt();
  takeFromLimit('loginAccount', account);
  const key = `${addressGroup(ip)} ${account}`;
  takeFromLimit('loginFailed', key);
  let failed = false;
  try {
    return await attempt();
  } catch (error) {
    failed = error instanceof MatrixError && error.errcode === 'M_FORBIDDEN';
    throw error;
  } finally {
    if (!failed) giveBack('loginFailed', key);
  }
}
