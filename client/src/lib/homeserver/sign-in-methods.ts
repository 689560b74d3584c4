import { asArray, asObject, asString, type JsonObject } from '../parse.ts';
import { type Homeserver, isOwnHomeserver } from './homeserver.ts';
import { HomeserverError, requestJson } from './http.ts';

/** As much of a server's OAuth metadata as signing in and out takes (Matrix 1.19, GET /auth_metadata). */
export interface AuthMetadata {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly registrationEndpoint: string;
}

/** Somebody else whom a server lets people sign in with; without an ID, whomever the server chooses. */
export interface SsoProvider {
  readonly id: string | undefined;
  readonly name: string | undefined;
}

/** The ways into a server. */
export interface SignInMethods {
  readonly hasPassword: boolean;
  readonly providers: readonly SsoProvider[];
  /** Where the server's own pages sign people in; undefined where they do not, or this page cannot use it. */
  readonly oauth: AuthMetadata | undefined;
}

/** What the server of this page is taken to offer until it has said so. */
export const passwordOnly: SignInMethods = { hasPassword: true, providers: [], oauth: undefined };

/** Asks a server how people sign in (Matrix 1.19, GET /login and GET /auth_metadata). */
export async function findSignInMethods(
  homeserver: Homeserver,
  signal?: AbortSignal,
): Promise<SignInMethods> {
  const options = { baseUrl: homeserver.baseUrl, ...(signal && { signal }) };
  // The server of this page has the page for its passwords.
  const wantsOAuth = canUseOAuth() && !isOwnHomeserver(homeserver);
  const [{ flows }, oauth] = await Promise.all([
    requestJson('GET', '/_matrix/client/v3/login', options).catch(noLogin),
    wantsOAuth ? findAuthMetadata(options) : undefined,
  ]);
  const known = asArray(flows).map((flow) => asObject(flow) ?? {});
  const sso = known.find(({ type }) => type === 'm.login.sso');
  const prefersOAuth =
    sso?.oauth_aware_preferred === true || sso?.['org.matrix.msc3824.delegated_oidc_compatibility'] === true;
  return {
    hasPassword: known.some(({ type }) => type === 'm.login.password'),
    providers: sso && !(oauth && prefersOAuth) ? readProviders(sso.identity_providers) : [],
    oauth,
  };
}

/** Whether this page can use OAuth: hashes need a secure connection, as browsers see it. */
function canUseOAuth(): boolean {
  return window.isSecureContext;
}

/** Undefined for metadata without what is needed here. */
export function readAuthMetadata(told: JsonObject): AuthMetadata | undefined {
  const authorizationEndpoint = readEndpoint(told.authorization_endpoint);
  const tokenEndpoint = readEndpoint(told.token_endpoint);
  const registrationEndpoint = readEndpoint(told.registration_endpoint);
  const isUsable = asArray(told.code_challenge_methods_supported).includes('S256');
  if (!authorizationEndpoint || !tokenEndpoint || !registrationEndpoint || !isUsable) return undefined;
  return { authorizationEndpoint, tokenEndpoint, registrationEndpoint };
}

/** The page goes where a server says: that has to be a page of the web, and no script for instance. */
function readEndpoint(told: unknown): string | undefined {
  const address = URL.parse(asString(told) ?? '');
  return address && ['https:', 'http:'].includes(address.protocol) ? address.href : undefined;
}

/** A server whose own pages sign everybody in need not have the older ways. */
function noLogin(error: unknown): { readonly flows?: unknown } {
  if (error instanceof HomeserverError && error.httpStatus === 404) return {};
  throw error;
}

async function findAuthMetadata(options: {
  readonly baseUrl: string;
  readonly signal?: AbortSignal;
}): Promise<AuthMetadata | undefined> {
  try {
    return readAuthMetadata(await requestJson('GET', '/_matrix/client/v1/auth_metadata', options));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return undefined;
  }
}

function readProviders(told: unknown): readonly SsoProvider[] {
  const providers = asArray(told).flatMap((provider) => {
    const { id, name } = asObject(provider) ?? {};
    return asString(id) === undefined ? [] : [{ id: asString(id), name: asString(name) }];
  });
  return providers.length > 0 ? providers : [{ id: undefined, name: undefined }];
}
