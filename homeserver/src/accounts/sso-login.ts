import { invalidParam } from '../protocol/errors.ts';
import type { LoginMethod } from './login.ts';

/**
 * Tells apps that people can sign in with other providers' accounts: in a browser, from which they come back with a
 * token for `m.login.token`.
 *
 * Source: Client-Server API v1.19, "SSO client login/authentication"; `oauth_aware_preferred` of 1.18, and its older
 * name of MSC3824: apps that know OAuth do better with that.
 */
export class SsoLogin implements LoginMethod {
  readonly type = 'm.login.sso';
  readonly flow: Readonly<Record<string, unknown>>;

  constructor(providers: readonly { readonly id: string; readonly name: string }[]) {
    this.flow = {
      identity_providers: providers.map(({ id, name }) => ({ id, name })),
      oauth_aware_preferred: true,
      'org.matrix.msc3824.delegated_oidc_compatibility': true,
    };
  }

  accountOf(): undefined {
    return undefined;
  }

  async identify(): Promise<never> {
    throw invalidParam(
      'Single sign-on begins at /login/sso/redirect, and ends with a token for m.login.token',
    );
  }
}
