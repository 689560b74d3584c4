import { isIP } from 'node:net';
import { checkServerIdentity, rootCertificates } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { isPublicAddress } from './address-guard.ts';
import { guardedLookup, refusedAddress, resolveBySystem } from './guarded-lookup.ts';
import type { OutboundAnswer, OutboundClientOptions, OutboundRequest } from './outbound-client.ts';
import { OutboundError } from './outbound-error.ts';

const MAX_BYTES = 1024 * 1024;
const CONNECT_LIMIT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;
/** Connections to one host at once; what is more waits. */
const MOST_CONNECTIONS_A_HOST = 8;
/** How many destinations with an address of their own keep their connections. */
const MOST_ROUTES = 500;

/** The connections of the outbound client. A file of its own, since its library takes 30 MB: it loads when first needed. */
export class OutboundTransport {
  readonly #options: OutboundClientOptions;
  readonly #guarded: Agent;
  readonly #open: Agent;
  readonly #routes = new Map<string, Agent>();

  constructor(options: OutboundClientOptions) {
    this.#options = options;
    this.#open = this.#createAgent({ isGuarded: false });
    this.#guarded = options.allowPrivateAddresses ? this.#open : this.#createAgent({ isGuarded: true });
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    const agents = new Set([this.#open, this.#guarded, ...this.#routes.values()]);
    await Promise.all([...agents].map((agent) => agent.destroy()));
  }

  /** One request and its answer, without following where it leads. */
  async exchange(outbound: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    const { method, url, headers = {}, body, maxBytes = MAX_BYTES, isCut = false } = outbound;
    const answer = await request(url, {
      method,
      headers: { 'user-agent': 'Guildhall', 'accept-encoding': 'identity', ...headers },
      ...(body === undefined ? {} : { body }),
      dispatcher: this.#dispatcherFor(outbound),
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return {
      status: answer.statusCode,
      headers: joinHeaders(answer.headers),
      url,
      body: limited(answer, maxBytes, isCut, url),
    };
  }

  #dispatcherFor({ url, isTrusted = false, isSecureOnly = false, connectTo }: OutboundRequest): Agent {
    if (url.protocol !== 'https:' && (isSecureOnly || url.protocol !== 'http:')) {
      throw new OutboundError('refused', `${url.protocol} is not spoken here`);
    }
    const isGuarded = !isTrusted && !this.#options.allowPrivateAddresses;
    // A socket looks up no address that is written as one.
    const host = connectTo?.host ?? hostOf(url);
    if (isGuarded && isIP(host) !== 0 && !isPublicAddress(host)) throw refusedAddress(host);
    if (connectTo !== undefined) return this.#routeTo(url, connectTo, isGuarded);
    return isGuarded ? this.#guarded : this.#open;
  }

  #routeTo(url: URL, connectTo: { host: string; port: number }, isGuarded: boolean): Agent {
    const key = `${url.origin} ${connectTo.host} ${connectTo.port} ${isGuarded}`;
    const known = this.#routes.get(key);
    const agent = known ?? this.#createAgent({ isGuarded, route: { name: hostOf(url), connectTo } });
    this.#routes.delete(key);
    this.#routes.set(key, agent);
    const [oldest] = this.#routes;
    if (this.#routes.size > MOST_ROUTES && oldest !== undefined) {
      this.#routes.delete(oldest[0]);
      void oldest[1].close();
    }
    return agent;
  }

  #createAgent({
    isGuarded,
    route,
  }: {
    readonly isGuarded: boolean;
    /** Who is connected to, which the certificate must be for, and where that is. */
    readonly route?: { readonly name: string; readonly connectTo: { host: string; port: number } };
  }): Agent {
    const { extraCa, resolveName = resolveBySystem } = this.#options;
    const connector = buildConnector({
      timeout: CONNECT_LIMIT_MS,
      ...(extraCa === undefined ? {} : { ca: [...rootCertificates, ...extraCa] }),
      ...(isGuarded ? { lookup: guardedLookup(resolveName) } : {}),
      // An address is no name to ask for (SNI): the library would look for the place in the certificate instead.
      ...(route === undefined
        ? {}
        : { checkServerIdentity: (_place, certificate) => checkServerIdentity(route.name, certificate) }),
    });
    return new Agent({
      connections: MOST_CONNECTIONS_A_HOST,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connect: (options, callback) => {
        const servername =
          options.servername ?? (isIP(options.hostname) === 0 ? options.hostname : undefined);
        const { host, port } = route?.connectTo ?? {};
        const to = host === undefined ? {} : { hostname: host, port: String(port) };
        connector({ ...options, ...(servername === undefined ? {} : { servername }), ...to }, callback);
      },
    });
  }
}

/** The host of a URL as sockets take it: an IPv6 address without brackets. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function joinHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}

async function* limited(
  { body }: Dispatcher.ResponseData,
  maxBytes: number,
  isCut: boolean,
  url: URL,
): AsyncGenerator<Buffer> {
  let left = maxBytes;
  for await (const part of body as AsyncIterable<Buffer>) {
    if (part.length > left && !isCut)
      throw new OutboundError('too-large', `${url.host} answers with too much`);
    yield part.subarray(0, left);
    left -= part.length;
    // Leaving the loop ends the answer.
    if (left < 0) return;
  }
}
