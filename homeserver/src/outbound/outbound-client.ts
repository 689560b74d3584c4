import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { isPublicAddress } from './address-guard.ts';
import { guardedLookup, type ResolveName, refusedAddress, resolveBySystem } from './guarded-lookup.ts';
import { OutboundError } from './outbound-error.ts';

export interface OutboundClientOptions {
  /** For test networks and homes without a public address only. */
  readonly allowPrivateAddresses: boolean;
  /** Certificates (PEM) to trust beside the well-known ones. */
  readonly extraCa?: readonly string[];
  /** How names become addresses; the machine's resolver unless given. */
  readonly resolveName?: ResolveName;
}

/** What is sent. */
export interface OutboundRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** How large an answer may be, in bytes; 1 MiB unless given. */
  readonly maxBytes?: number;
  /** Whether an answer that is larger is cut there, instead of refused. */
  readonly isCut?: boolean;
  /** How long all of it may take, in milliseconds, from the first look-up to the last byte; 30 seconds unless given. */
  readonly timeLimitMs?: number;
  /** How many redirects are followed, each looked at like the first; none unless given: then the redirect is the answer. */
  readonly redirects?: number;
  /** An admin has configured where it goes, so that it may be a private address. */
  readonly isTrusted?: boolean;
  /** Where to connect to instead; name and certificate are still those of the URL. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  readonly signal?: AbortSignal;
}

/** What came back. */
export interface OutboundResponse {
  readonly status: number;
  /** By lower-case name; several values of one are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whose answer it is: another URL than that of the request after a redirect. */
  readonly url: URL;
  readonly body: Buffer;
}

const MAX_BYTES = 1024 * 1024;
const TIME_LIMIT_MS = 30_000;
const CONNECT_LIMIT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;
/** Connections to one host at once; what is more waits. */
const MOST_CONNECTIONS_A_HOST = 8;
/** How many destinations with an address of their own keep their connections. */
const MOST_ROUTES = 500;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The one way out of this server: every request to somebody else's server goes through it. It reaches the public
 * internet alone, takes no more than it was told to and waits no longer.
 */
export class OutboundClient {
  readonly #options: OutboundClientOptions;
  readonly #guarded: Agent;
  readonly #open: Agent;
  readonly #routes = new Map<string, Agent>();

  constructor(options: OutboundClientOptions) {
    this.#options = options;
    this.#open = this.#createAgent({ isGuarded: false });
    this.#guarded = options.allowPrivateAddresses ? this.#open : this.#createAgent({ isGuarded: true });
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @throws {OutboundError} also when the time is up while the answer comes in.
   */
  async send(outbound: OutboundRequest): Promise<OutboundResponse> {
    const timeLimit = AbortSignal.timeout(outbound.timeLimitMs ?? TIME_LIMIT_MS);
    const signal = outbound.signal === undefined ? timeLimit : AbortSignal.any([timeLimit, outbound.signal]);
    try {
      return await this.#follow(outbound, signal);
    } catch (error) {
      if (timeLimit.aborted) throw new OutboundError('timeout', `${outbound.url.host} took too long`);
      throw outboundError(error, outbound.url);
    }
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    const agents = new Set([this.#open, this.#guarded, ...this.#routes.values()]);
    await Promise.all([...agents].map((agent) => agent.destroy()));
  }

  async #follow(outbound: OutboundRequest, signal: AbortSignal): Promise<OutboundResponse> {
    let current = outbound;
    for (let left = outbound.redirects ?? 0; ; left -= 1) {
      const response = await this.#exchange(current, signal);
      const { location } = response.headers;
      if (!outbound.redirects || !REDIRECTS.has(response.status) || location === undefined) return response;
      if (left === 0) {
        throw new OutboundError('too-many-redirects', `${outbound.url.host} redirects too often`);
      }
      current = redirected(current, response.status, location);
    }
  }

  async #exchange(outbound: OutboundRequest, signal: AbortSignal): Promise<OutboundResponse> {
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
      body: await readWhole(answer, maxBytes, isCut, url),
    };
  }

  #dispatcherFor({ url, isTrusted = false, connectTo }: OutboundRequest): Agent {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw new OutboundError('refused', `${url.protocol} is not spoken here`);
    }
    const isGuarded = !isTrusted && !this.#options.allowPrivateAddresses;
    // A socket looks up no address that is written as one.
    const host = connectTo?.host ?? url.hostname.replace(/^\[|\]$/g, '');
    if (isGuarded && isIP(host) !== 0 && !isPublicAddress(host)) throw refusedAddress(host);
    if (connectTo !== undefined) return this.#routeTo(url, connectTo, isGuarded);
    return isGuarded ? this.#guarded : this.#open;
  }

  #routeTo(url: URL, connectTo: { host: string; port: number }, isGuarded: boolean): Agent {
    const key = `${url.origin} ${connectTo.host} ${connectTo.port} ${isGuarded}`;
    const known = this.#routes.get(key);
    const agent = known ?? this.#createAgent({ isGuarded, connectTo });
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
    connectTo,
  }: {
    isGuarded: boolean;
    connectTo?: { host: string; port: number };
  }): Agent {
    const { extraCa, resolveName = resolveBySystem } = this.#options;
    const connector = buildConnector({
      timeout: CONNECT_LIMIT_MS,
      ...(extraCa === undefined ? {} : { ca: [...rootCertificates, ...extraCa] }),
      ...(isGuarded ? { lookup: guardedLookup(resolveName) } : {}),
    });
    return new Agent({
      connections: MOST_CONNECTIONS_A_HOST,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connect: (options, callback) => {
        const servername =
          options.servername ?? (isIP(options.hostname) === 0 ? options.hostname : undefined);
        const to = connectTo === undefined ? {} : { hostname: connectTo.host, port: String(connectTo.port) };
        connector({ ...options, ...(servername === undefined ? {} : { servername }), ...to }, callback);
      },
    });
  }
}

function redirected(before: OutboundRequest, status: number, location: string): OutboundRequest {
  const url = URL.parse(location, before.url.href);
  if (url === null) throw new OutboundError('unreachable', `${before.url.host} redirects to nowhere`);
  const { authorization: _secret, ...headers } = before.headers ?? {};
  const isSame = url.origin === before.url.origin;
  const keepsBody = status === 307 || status === 308;
  const { connectTo: _route, isTrusted: _trust, body, method, ...rest } = before;
  const isRead = method === 'GET' || method === 'HEAD';
  return {
    ...rest,
    url,
    // Where somebody else leads is not what an admin has configured.
    ...(isSame && before.connectTo !== undefined ? { connectTo: before.connectTo } : {}),
    ...(isSame && before.isTrusted === true ? { isTrusted: true } : {}),
    headers: isSame ? (before.headers ?? {}) : headers,
    method: isRead || keepsBody ? method : 'GET',
    ...(keepsBody && body !== undefined ? { body } : {}),
  };
}

function joinHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}

async function readWhole(
  { body }: Dispatcher.ResponseData,
  maxBytes: number,
  isCut: boolean,
  url: URL,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes && !isCut) throw new OutboundError('too-large', `${url.host} answers with too much`);
    parts.push(part);
    // Leaving the loop ends the answer.
    if (size > maxBytes) break;
  }
  return Buffer.concat(parts).subarray(0, maxBytes);
}

/** What the sockets and the parser throw has many forms; some of them carry ours inside. */
function outboundError(error: unknown, url: URL): OutboundError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof OutboundError) return cause;
  }
  const { code = '', message = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const failure = code.includes('TIMEOUT') ? 'timeout' : 'unreachable';
  return new OutboundError(failure, `${url.host} cannot be reached: ${message || code}`, { cause: error });
}
