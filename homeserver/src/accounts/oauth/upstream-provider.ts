import type * as OpenIdClient from 'openid-client';
import type { OutboundClient } from '../../outbound/index.ts';
import { MatrixError } from '../../protocol/errors.ts';

/** An OpenID Connect provider with whose accounts people can sign in, as the configuration has it. */
export interface ProviderSettings {
  /** In addresses, and stored with the users that it knows: never another's. */
  readonly id: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly name: string;
  readonly scopes: string;
  /** What new users are called, with `{claim}` for what the provider says of them. */
  readonly localpart: string;
  readonly displayName: string;
  /** Whether who has the localpart of a user that is here already is that user. */
  readonly linksExisting: boolean;
}

/** What is kept while somebody is at the provider. */
export interface ProviderTrip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** What a provider says of somebody. */
export interface UpstreamIdentity {
  readonly subject: string;
  /** As the templates make them; empty where the provider does not say enough. */
  readonly localpart: string;
  readonly displayName: string;
}

type Library = typeof OpenIdClient;
type Ready = { readonly library: Library; readonly configuration: OpenIdClient.Configuration };

/** Sends requests to providers. */
export type SendOutbound = OutboundClient['send'];

/** One provider: the code flow with PKCE, state and nonce. The library, which checks them, loads when it is first used. */
export class UpstreamProvider {
  readonly settings: ProviderSettings;
  readonly #send: SendOutbound;
  #ready: Promise<Ready> | undefined;

  constructor(settings: ProviderSettings, send: SendOutbound) {
    this.settings = settings;
    this.#send = send;
  }

  /**
   * Begins a trip to the provider.
   * @returns where the browser goes, and what to keep until it comes back.
   * @throws {MatrixError} 502 `M_UNKNOWN` while the provider cannot be reached.
   */
  async begin(redirectUri: string): Promise<{ url: string; trip: ProviderTrip }> {
    const { library, configuration } = await this.#connect();
    const trip: ProviderTrip = {
      state: library.randomState(),
      nonce: library.randomNonce(),
      verifier: library.randomPKCECodeVerifier(),
    };
    const url = library.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: this.settings.scopes,
      state: trip.state,
      nonce: trip.nonce,
      code_challenge: await library.calculatePKCECodeChallenge(trip.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, trip };
  }

  /**
   * Who it is that has come back.
   * @param address where the browser came back to, with its query.
   * @throws {MatrixError} 403 `M_FORBIDDEN` if the provider does not vouch for anybody; 502 while it cannot be reached.
   */
  async finish(address: URL, { state, nonce, verifier }: ProviderTrip): Promise<UpstreamIdentity> {
    const { library, configuration } = await this.#connect();
    const claims = await this.#claims(library, configuration, address, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    return {
      subject: claims.sub,
      localpart: localpartFrom(fill(this.settings.localpart, claims)),
      displayName: fill(this.settings.displayName, claims).slice(0, 255),
    };
  }

  async #claims(
    library: Library,
    configuration: OpenIdClient.Configuration,
    address: URL,
    checks: OpenIdClient.AuthorizationCodeGrantChecks,
  ): Promise<Readonly<Record<string, unknown>> & { readonly sub: string }> {
    try {
      const tokens = await library.authorizationCodeGrant(configuration, address, checks);
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('there is no ID token');
      if (configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
      const more = await library.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...claims, ...more };
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'it says nothing';
      throw new MatrixError(403, 'M_FORBIDDEN', `${this.settings.name} did not sign you in: ${reason}`);
    }
  }

  async #connect(): Promise<Ready> {
    this.#ready ??= this.#discover();
    try {
      return await this.#ready;
    } catch {
      // The next one asks again.
      this.#ready = undefined;
      throw new MatrixError(
        502,
        'M_UNKNOWN',
        `${this.settings.name} cannot be reached. Please try again later`,
      );
    }
  }

  async #discover(): Promise<Ready> {
    const library = await import('openid-client');
    const { issuer, clientId, clientSecret } = this.settings;
    const server = new URL(issuer);
    // Where the admin has written http, that is what is meant.
    const execute = server.protocol === 'http:' ? [library.allowInsecureRequests] : [];
    const configuration = await library.discovery(
      server,
      clientId,
      undefined,
      clientSecret === undefined ? library.None() : library.ClientSecretPost(clientSecret),
      { execute, [library.customFetch]: (url, options) => this.#fetch(url, options) },
    );
    return { library, configuration };
  }

  async #fetch(url: string, options: OpenIdClient.CustomFetchOptions): Promise<Response> {
    const { body, headers, method } = options;
    const answer = await this.#send({
      method: method === 'POST' ? 'POST' : 'GET',
      url: new URL(url),
      headers,
      ...(body !== undefined && body !== null && { body: String(body) }),
      isTrusted: true,
    });
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers: answer.headers });
  }
}

/** A template with its claims; a claim that is missing, or no text, is nothing. */
function fill(template: string, claims: Readonly<Record<string, unknown>>): string {
  return template
    .replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
      const value = claims[name];
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    })
    .trim();
}

/** What of a text can stand in a user ID: of a mail address, what is before the @. */
function localpartFrom(text: string): string {
  const [name = ''] = text.normalize('NFKD').toLowerCase().split('@', 1);
  return name
    .replaceAll(/[^a-z0-9._=/+-]+/g, '')
    .replace(/^_+/, '')
    .slice(0, 100);
}
