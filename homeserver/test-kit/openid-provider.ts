import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An OpenID Connect provider at which everybody who comes is the person that the test says. */
export interface OpenIdProvider {
  readonly issuer: string;
  /** What the provider says of whoever comes next, `sub` included. */
  person: Readonly<Record<string, string>>;
  /** Replaces parts of the next ID tokens, to lie. */
  lies: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** What a code stands for. */
interface Granted {
  readonly nonce: string | null;
  readonly challenge: string | null;
  readonly redirectUri: string | null;
  readonly person: Readonly<Record<string, string>>;
}

export const CLIENT_ID = 'guildhall';
export const CLIENT_SECRET = 'a secret of both';

/** Starts a provider that knows one client, `CLIENT_ID`. */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const granted = new Map<string, Granted>();
  const server = createServer((request, response) => {
    answer(request).then(
      ({ status = 200, location, body = {} }) => {
        response.writeHead(status, {
          'Content-Type': 'application/json',
          ...(location && { Location: location }),
        });
        response.end(JSON.stringify(body));
      },
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: OpenIdProvider = {
    issuer,
    person: {},
    lies: {},
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function answer(
    request: IncomingMessage,
  ): Promise<{ status?: number; location?: string; body?: object }> {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/.well-known/openid-configuration') return { body: metadata(issuer) };
    if (url.pathname === '/keys') {
      return {
        body: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key', alg: 'RS256', use: 'sig' }] },
      };
    }
    if (url.pathname === '/authorize') return authorize(url.searchParams);
    if (url.pathname === '/token') return token(new URLSearchParams(String(await buffer(request))));
    return { status: 404 };
  }

  function authorize(query: URLSearchParams): { status: number; location: string } {
    const code = randomUUID();
    granted.set(code, {
      nonce: query.get('nonce'),
      challenge: query.get('code_challenge'),
      redirectUri: query.get('redirect_uri'),
      person: provider.person,
    });
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    return { status: 302, location: back.href };
  }

  function token(form: URLSearchParams): { status?: number; body: object } {
    const grant = granted.get(form.get('code') ?? '');
    granted.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      form.get('client_id') === CLIENT_ID &&
      form.get('client_secret') === CLIENT_SECRET &&
      form.get('redirect_uri') === grant?.redirectUri &&
      challenge === grant?.challenge;
    if (grant === undefined || !isRight) return { status: 400, body: { error: 'invalid_grant' } };
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: issuer,
      aud: CLIENT_ID,
      iat: now,
      exp: now + 300,
      nonce: grant.nonce,
      ...grant.person,
    };
    const signed = [
      { alg: 'RS256', kid: 'key' },
      { ...claims, ...provider.lies },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
    return { body: { access_token: randomUUID(), token_type: 'Bearer', id_token: `${signed}.${signature}` } };
  }

  return provider;
}

function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  };
}
