import type { Clock } from '../../base/clock.ts';
import type { Storage } from '../../storage/index.ts';
import type { AccountSecret } from '../account-secret.ts';
import type { Login } from '../login.ts';
import type { Policies } from '../policies.ts';
import type { Registration } from '../registration.ts';
import type { Sessions } from '../sessions.ts';
import type { Users } from '../users.ts';
import { Browsers } from './browsers.ts';
import { OAuthClients } from './clients.ts';
import type { CrossSigningReset } from './cross-signing-reset.ts';
import { Grants } from './grants.ts';
import { RendezvousPlaces } from './rendezvous.ts';
import { SignUp } from './sign-up.ts';
import type { SsoConfirmation } from './sso-confirmation.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import { Upstream } from './upstream.ts';
import { type ProviderSettings, type SendOutbound, UpstreamProvider } from './upstream-provider.ts';

export {
  type AuthorizationRequest,
  answerUrl,
  RefusedRequest,
  readAuthorizationRequest,
} from './authorization-request.ts';
export type { BrowserUser } from './browsers.ts';
export { DEVICE_GRANT, GRANT_TYPES, type OAuthClient } from './clients.ts';
export { type DeviceGrant, POLL_SECONDS } from './grants.ts';
export { OAuthError } from './oauth-error.ts';
export { type LeftMessage, MOST_RENDEZVOUS_BYTES, type RendezvousMessage } from './rendezvous.ts';
export { CALLBACK_PATH } from './upstream.ts';
export type { ProviderSettings, SendOutbound } from './upstream-provider.ts';

/** The page on which people manage their account. */
export const ACCOUNT_PATH = '/_guildhall/oauth/account';

interface OAuthParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly secret: AccountSecret;
  readonly login: Login;
  readonly sessions: Sessions;
  readonly crossSigningReset: CrossSigningReset;
  readonly ssoConfirmation: SsoConfirmation;
  readonly registration: Registration;
  readonly policies: Policies;
  readonly users: Users;
  readonly providers: readonly ProviderSettings[];
  readonly send: SendOutbound;
  readonly publicUrl: () => string;
}

/** Signing people in to apps in their browser. The sessions that come of it are those of every other login. */
export interface OAuth {
  readonly clients: OAuthClients;
  readonly grants: Grants;
  readonly browsers: Browsers;
  readonly signUp: SignUp;
  readonly upstream: Upstream;
  readonly tokenEndpoint: TokenEndpoint;
  readonly rendezvous: RendezvousPlaces;
  readonly crossSigningReset: CrossSigningReset;
  readonly ssoConfirmation: SsoConfirmation;
}

export function createOAuth(parts: OAuthParts): OAuth {
  const { storage, clock, secret, login, sessions, crossSigningReset } = parts;
  const clients = new OAuthClients(storage, clock);
  const grants = new Grants(storage, clock, sessions, clients);
  return {
    clients,
    grants,
    browsers: new Browsers(storage, clock, secret, login),
    upstream: new Upstream({
      ...parts,
      providers: parts.providers.map((settings) => new UpstreamProvider(settings, parts.send)),
    }),
    signUp: new SignUp(parts.registration, parts.policies),
    tokenEndpoint: new TokenEndpoint(clients, grants),
    rendezvous: new RendezvousPlaces(storage, clock),
    crossSigningReset,
    ssoConfirmation: parts.ssoConfirmation,
  };
}
