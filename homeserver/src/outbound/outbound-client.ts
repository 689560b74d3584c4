import type { ResolveName } from './guarded-lookup.ts';
import { OutboundError } from './outbound-error.ts';
import type { OutboundTransport } from './outbound-transport.ts';

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
  /** Whether every step of the way has to be HTTPS, redirects included. */
  readonly isSecureOnly?: boolean;
  /** An admin has configured where it goes, so that it may be a private address. */
  readonly isTrusted?: boolean;
  /** Where to connect to instead; name and certificate are still those of the URL. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  readonly signal?: AbortSignal;
}

/** The beginning of what came back, and the rest as it comes in. */
export interface OutboundAnswer {
  readonly status: number;
  /** By lower-case name; several values of one are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whose answer it is: another URL than that of the request after a redirect. */
  readonly url: URL;
  /** To be read once. It ends with an `OutboundError` where the limits of the request do not allow more. */
  readonly body: AsyncIterable<Buffer>;
}

/** What came back. */
export interface OutboundResponse extends Omit<OutboundAnswer, 'body'> {
  readonly body: Buffer;
}

const TIME_LIMIT_MS = 30_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The one way out of this server: every request to somebody else's server goes through it. It reaches the public
 * internet alone, takes no more than it was told to and waits no longer.
 */
export class OutboundClient {
  readonly #options: OutboundClientOptions;
  #transport: Promise<OutboundTransport> | undefined;

  constructor(options: OutboundClientOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @throws {OutboundError} also when the time is up while the answer comes in.
   */
  async send(outbound: OutboundRequest): Promise<OutboundResponse> {
    const answer = await this.open(outbound);
    return { ...answer, body: await readWhole(answer.body) };
  }

  /**
   * Sends a request and leaves it to the caller to read the answer, which must be done or given up (by leaving the loop)
   * before the time of the request is over.
   *
   * @throws {OutboundError}
   */
  async open(outbound: OutboundRequest): Promise<OutboundAnswer> {
    const timeLimit = AbortSignal.timeout(outbound.timeLimitMs ?? TIME_LIMIT_MS);
    const signal = outbound.signal === undefined ? timeLimit : AbortSignal.any([timeLimit, outbound.signal]);
    const failure = (error: unknown): OutboundError =>
      timeLimit.aborted
        ? new OutboundError('timeout', `${outbound.url.host} took too long`)
        : outboundError(error, outbound.url);
    try {
      const answer = await this.#follow(outbound, signal);
      return { ...answer, body: withFailure(answer.body, failure) };
    } catch (error) {
      throw failure(error);
    }
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await (await this.#transport)?.close();
  }

  async #follow(outbound: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    this.#transport ??= this.#load();
    const transport = await this.#transport;
    let current = outbound;
    for (let left = outbound.redirects ?? 0; ; left -= 1) {
      const response = await transport.exchange(current, signal);
      const { location } = response.headers;
      if (!outbound.redirects || !REDIRECTS.has(response.status) || location === undefined) return response;
      if (left === 0) {
        throw new OutboundError('too-many-redirects', `${outbound.url.host} redirects too often`);
      }
      await readWhole(response.body);
      current = redirected(current, response.status, location);
    }
  }

  async #load(): Promise<OutboundTransport> {
    const { OutboundTransport } = await import('./outbound-transport.ts');
    return new OutboundTransport(this.#options);
  }
}

async function readWhole(body: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(body));
}

async function* withFailure(
  body: AsyncIterable<Buffer>,
  failure: (error: unknown) => OutboundError,
): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw failure(error);
  }
}

function redirected(before: OutboundRequest, status: number, location: string): OutboundRequest {
  const url = URL.parse(location, before.url.href);
  if (url === null) throw new OutboundError('unreachable', `${before.url.host} redirects to nowhere`);
  const { authorization: _secret, host: _host, ...headers } = before.headers ?? {};
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

/** What the sockets and the parser throw has many forms; some of them carry ours inside. */
function outboundError(error: unknown, url: URL): OutboundError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof OutboundError) return cause;
  }
  const { code = '', message = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const failure = code.includes('TIMEOUT') ? 'timeout' : 'unreachable';
  return new OutboundError(failure, `${url.host} cannot be reached: ${message || code}`, { cause: error });
}
