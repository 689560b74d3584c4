import { ACCOUNT_PATH } from '../../accounts/index.ts';

const BASE = '/_guildhall/oauth';

/** Where the OAuth server and its pages are. */
export const PATHS = {
  authorize: `${BASE}/authorize`,
  token: `${BASE}/token`,
  revoke: `${BASE}/revoke`,
  register: `${BASE}/register`,
  deviceAuthorization: `${BASE}/device_authorization`,
  device: `${BASE}/device`,
  login: `${BASE}/login`,
  signUp: `${BASE}/sign-up`,
  signOut: `${BASE}/sign-out`,
  upstream: `${BASE}/upstream`,
  sso: `${BASE}/sso`,
  confirm: `${BASE}/confirm`,
  account: ACCOUNT_PATH,
} as const;

/** The cookies of the pages go nowhere else. */
export const COOKIE_PATH = BASE;

/** A page of ours to go on to, with its query; another address, which somebody may have planted, leads to the account. */
export function pageToGoOnTo(next: string | null): string {
  return next?.startsWith(`${BASE}/`) === true && /^[!-~]+$/.test(next) ? next : PATHS.account;
}

/** Where somebody confirms a stage of user-interactive authentication by signing in. */
export function ssoConfirmationPage(session: string): string {
  return `${PATHS.confirm}?${new URLSearchParams({ session })}`;
}

/** Who the OAuth server says that it is. */
export function issuerOf(publicUrl: string): string {
  return `${publicUrl}/`;
}
