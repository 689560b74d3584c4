import type OAuth2Server from '@node-oauth/oauth2-server';
import { DEVICE_GRANT, type OAuthClient, type OAuthClients } from './clients.ts';
import type { GrantedSession, Grants } from './grants.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';
import { acceptedScopes, scopeOfDevice } from './scopes.ts';

/** Loads when the first app asks: servers whose people use passwords need none of it. */
type Library = typeof OAuth2Server;

/** What the library calls a user: whatever the session is opened from. */
interface Opener extends OAuth2Server.User {
  readonly open: (client: OAuthClient) => Promise<GrantedSession>;
  /** Makes sure that it is opened once. */
  readonly use?: () => Promise<boolean>;
}

/** What the library needs here: it issues no codes and checks no access tokens. */
type TokenModel = Omit<
  OAuth2Server.AuthorizationCodeModel & OAuth2Server.RefreshTokenModel,
  'saveAuthorizationCode' | 'getAccessToken'
>;

/** Far off: whether something has expired is for the stores to say, which go by the server's own clock. */
const LATER = new Date(8_640_000_000_000_000);
/** In seconds. The library wants figures; what clients are told comes with the tokens. */
const UNUSED_LIFETIMES = { accessTokenLifetime: 1, refreshTokenLifetime: 1 };
const NO_SECRETS = { authorization_code: false, refresh_token: false, [DEVICE_GRANT]: false };

/**
 * The token endpoint: codes, refresh tokens and devices for access tokens. The library checks the request, the app, the
 * code's verifier and its address; tokens are those of every other session.
 *
 * Source: Client-Server API v1.19, "OAuth 2.0 API"; RFC 6749, RFC 7636, RFC 8628.
 */
export class TokenEndpoint {
  readonly #clients: OAuthClients;
  readonly #grants: Grants;
  #server: Promise<{ library: Library; server: OAuth2Server }> | undefined;

  constructor(clients: OAuthClients, grants: Grants) {
    this.#clients = clients;
    this.#grants = grants;
  }

  /**
   * Answers a request.
   * @returns the answer's body.
   * @throws {OAuthError}
   */
  async answer(headers: Record<string, string>, form: URLSearchParams): Promise<object> {
    this.#server ??= this.#load();
    const { library, server } = await this.#server;
    const request = new library.Request({
      method: 'POST',
      headers,
      query: {},
      body: Object.fromEntries(form),
    });
    const response = new library.Response();
    try {
      await server.token(request, response);
    } catch (error) {
      throw toldToTheApp(library, error);
    }
    return response.body;
  }

  async #load(): Promise<{ library: Library; server: OAuth2Server }> {
    const { default: library } = await import('@node-oauth/oauth2-server');
    const server = new library({
      model: this.#model() as unknown as OAuth2Server.AuthorizationCodeModel,
      ...UNUSED_LIFETIMES,
      requireClientAuthentication: NO_SECRETS,
      extendedGrantTypes: { [DEVICE_GRANT]: deviceGrantType(library, this.#grants) },
    });
    return { library, server };
  }

  #model(): TokenModel {
    const grants = this.#grants;
    return {
      getClient: async (clientId) => {
        const client = await this.#clients.find(clientId);
        return client && { id: clientId, grants: [...client.metadata.grant_types], client };
      },
      getAuthorizationCode: async (code) => {
        const found = await grants.findCode(code);
        if (found === undefined) return undefined;
        const { clientId, redirectUri, codeChallenge } = found.grant;
        return {
          authorizationCode: code,
          expiresAt: LATER,
          redirectUri,
          codeChallenge,
          codeChallengeMethod: 'S256',
          client: { id: clientId, grants: [] },
          user: {
            open: (client) => grants.openSession(found, client),
            use: () => grants.use(found.item),
          } satisfies Opener,
        };
      },
      revokeAuthorizationCode: async ({ user }) => (await (user as Opener).use?.()) === true,
      getRefreshToken: async (refreshToken) => {
        const granted = await grants.ownerOfRefreshToken(refreshToken);
        if (granted === undefined) return undefined;
        const { clientId, deviceId } = granted;
        const open = async () => ({
          tokens: await grants.refresh(refreshToken),
          scope: scopeOfDevice(deviceId),
        });
        return {
          refreshToken,
          scope: acceptedScopes(deviceId),
          client: { id: clientId, grants: [] },
          user: { open } satisfies Opener,
        };
      },
      // It is rotated when the new tokens are made, in one transaction; until one of those is used, it stays good.
      revokeToken: async () => true,
      saveToken: (_token, client, user) => openSession(client, user as Opener),
    };
  }
}

async function openSession(client: OAuth2Server.Client, user: Opener): Promise<OAuth2Server.Token> {
  const session = await user.open(client.client);
  const { accessToken, refreshToken, expiresInMs } = session.tokens;
  return {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(expiresInMs !== undefined && { accessTokenExpiresAt: new Date(Date.now() + expiresInMs) }),
    scope: session.scope.split(' '),
    client,
    user,
  };
}

/** The grant type of devices that wait for their user. */
function deviceGrantType(library: Library, grants: Grants): typeof OAuth2Server.AbstractGrantType {
  return class DeviceGrantType extends library.AbstractGrantType {
    async handle(request: OAuth2Server.Request, client: OAuth2Server.Client): Promise<OAuth2Server.Token> {
      const code: unknown = request.body?.device_code;
      if (typeof code !== 'string') throw new OAuthError('invalid_request', 'The device_code is missing');
      const found = await grants.findDevice(code);
      if (found === undefined)
        throw new OAuthError('expired_token', 'The device code is not valid, or no longer');
      if (found.grant.clientId !== client.id) {
        throw new OAuthError('invalid_grant', 'The device code was issued to another app');
      }
      if (found.grant.decision === 'waiting') {
        throw new OAuthError('authorization_pending', 'The user has not decided yet');
      }
      if (!(await grants.use(found.item)))
        throw new OAuthError('expired_token', 'The device code was used before');
      if (found.grant.decision === 'denied') throw new OAuthError('access_denied', 'The user has not agreed');
      return openSession(client, { open: (app) => grants.openSession(found, app) });
    }
  };
}

/** What the app is told. The library wraps what it does not know, our own errors for instance. */
function toldToTheApp(library: Library, error: unknown): unknown {
  if (error instanceof library.ServerError) return 'inner' in error ? error.inner : error;
  if (!(error instanceof library.OAuthError)) return error;
  return new OAuthError(error.name as OAuthErrorCode, error.message, error.code);
}
