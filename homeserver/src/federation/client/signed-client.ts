import type { Logger } from '../../base/logger.ts';
import type { Metrics } from '../../base/metrics.ts';
import { BoundedQueue, QueueFull } from '../../media/bounded-queue.ts';
import { type OutboundAnswer, type OutboundClient, OutboundError } from '../../outbound/index.ts';
import { CanonicalJsonError, type JsonObject, lenientCanonicalJson } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import { type SigningKey, signBytes } from '../../protocol/signing.ts';
import { formatXMatrix, requestSigningBytes } from '../../protocol/x-matrix.ts';
import type { FederationAnswer, FederationClient, FederationRequest, ServerPolicy } from '../context.ts';
import { type Route, withoutBrackets } from '../discovery/route.ts';
import type { ServerFinder } from '../discovery/server-finder.ts';
import { FederationError, type FederationFailure } from '../federation-error.ts';
import type { DestinationRecords } from './destination-records.ts';

export interface SignedClientParts {
  readonly serverName: ServerName;
  readonly key: SigningKey;
  readonly finder: ServerFinder;
  readonly policy: ServerPolicy;
  readonly destinations: DestinationRecords;
  readonly outbound: OutboundClient;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const MAX_BYTES = 10 * 1024 * 1024;
/** What is read of an answer that is an error. */
const MAX_ERROR_BYTES = 65_536;
const TIME_LIMIT_MS = 60_000;
/** Requests on their way that nobody waits for; what is more waits its turn. */
const MOST_AT_ONCE = 200;
const MOST_WAITING = 20_000;
const BROKEN_OFF = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Asks other servers, and signs what it asks. */
export class SignedClient implements FederationClient {
  readonly #parts: SignedClientParts;
  readonly #queue = new BoundedQueue({ atOnce: MOST_AT_ONCE, mostWaiting: MOST_WAITING });
  readonly #count: (outcome: FederationFailure | 'answered') => void;

  constructor(parts: SignedClientParts) {
    this.#parts = parts;
    const requests = parts.metrics.counter({
      name: 'guildhall_federation_requests_total',
      help: 'Requests to other homeservers, by how they ended',
      labels: ['outcome'],
    });
    this.#count = (outcome) => requests.inc({ outcome });
  }

  async request(request: FederationRequest): Promise<JsonObject> {
    return await this.#counted(request, async () => {
      const { body } = await this.#ask(request);
      const text = Buffer.concat(await Array.fromAsync(body)).toString('utf8');
      const json = parseOrUndefined(text);
      // Old operations answer with a pair: the status, and what newer ones answer.
      const answer = Array.isArray(json) && json.length === 2 ? json[1] : json;
      if (isJsonObject(answer)) return answer;
      throw new FederationError(request.destination, 'malformed', 'the answer is no JSON object');
    });
  }

  async open(request: FederationRequest): Promise<FederationAnswer> {
    return await this.#counted(request, () => this.#ask(request));
  }

  async #counted<T>(request: FederationRequest, task: () => Promise<T>): Promise<T> {
    try {
      const result = await task();
      this.#count('answered');
      return result;
    } catch (error) {
      if (error instanceof FederationError) this.#failed(request, error);
      throw error;
    }
  }

  async #ask(request: FederationRequest): Promise<FederationAnswer> {
    const { destination, isUrgent = false } = request;
    const { policy, destinations } = this.#parts;
    if (!policy.isAllowed(destination)) {
      throw new FederationError(destination, 'denied', 'this server does not talk to it');
    }
    if (!isUrgent && !(await destinations.isReachable(destination))) {
      throw new FederationError(destination, 'resting', 'it failed before and is given time');
    }
    if (isUrgent) return await this.#exchange(request);
    try {
      return await this.#queue.run(() => this.#exchange(request));
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      throw new FederationError(destination, 'resting', 'too many requests to other servers are waiting');
    }
  }

  async #exchange(request: FederationRequest): Promise<FederationAnswer> {
    const { destination, isUnrecorded = false } = request;
    const { destinations } = this.#parts;
    const startedTs = destinations.now();
    const gone = async (error: unknown): Promise<FederationError> => {
      const failure = failureOf(destination, error);
      const reason = failure.message;
      if (failure.failure === 'unreachable' && !isUnrecorded)
        await destinations.failed(destination, { startedTs, reason });
      return failure;
    };
    let answer: OutboundAnswer;
    try {
      answer = await this.#send(request);
    } catch (error) {
      throw await gone(error);
    }
    const { status, headers } = answer;
    if (isUnrecorded) {
      // Nothing is noted.
    } else if (isOutOfService(status)) {
      const reason = `it answers with status ${status}`;
      await destinations.failed(destination, { startedTs, reason, retryAfterMs: retryAfterMs(headers) });
    } else {
      destinations.reached(destination);
    }
    if (status < 200 || status >= 300) throw await refusal(destination, answer);
    return { headers, body: withFailure(answer.body, gone) };
  }

  /** Tries every way to the server until one connects. */
  async #send(request: FederationRequest): Promise<OutboundAnswer> {
    const deadline = performance.now() + (request.timeLimitMs ?? TIME_LIMIT_MS);
    let failure: unknown;
    for (const route of await this.#parts.finder.find(request.destination)) {
      try {
        return await this.#sendBy(route, request, deadline);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #sendBy(route: Route, request: FederationRequest, deadline: number): Promise<OutboundAnswer> {
    try {
      return await this.#sendOnce(route, request, deadline);
    } catch (error) {
      // A connection that was kept may be closed by the other end at the moment of its use. What servers ask each other
      // can be asked twice.
      if (!hasBrokenOff(error)) throw error;
      return await this.#sendOnce(route, request, deadline);
    }
  }

  #sendOnce(route: Route, request: FederationRequest, deadline: number): Promise<OutboundAnswer> {
    const { method, body, maxBytes = MAX_BYTES } = request;
    const url = new URL(`https://${route.tlsName}:${route.port}${request.path}`);
    return this.#parts.outbound.open({
      method,
      url,
      headers: {
        host: route.hostHeader,
        authorization: this.#sign(request, url.pathname + url.search),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: lenientCanonicalJson(body) }),
      ...(route.host === withoutBrackets(route.tlsName) ? {} : { connectTo: route }),
      isTrusted: route.isTrusted,
      maxBytes,
      timeLimitMs: Math.max(1, Math.ceil(deadline - performance.now())),
    });
  }

  #sign({ destination, method, body: content }: FederationRequest, uri: string): string {
    const { serverName: origin, key } = this.#parts;
    const signature = signBytes(requestSigningBytes({ method, uri, origin, destination, content }), key);
    return formatXMatrix({ origin, destination, keyId: key.keyId, signature });
  }

  #failed({ destination, method, path }: FederationRequest, error: FederationError): void {
    const { failure, message } = error;
    this.#count(failure);
    if (failure === 'resting') return;
    this.#parts.logger.debug('a request to another server failed', {
      destination,
      method,
      path: path.replace(/\?.*$/s, ''),
      failure,
      reason: message,
    });
  }
}

/** Whether a status says that the server, or the proxy before it, is not there for us now. */
function isOutOfService(status: number): boolean {
  return status >= 500 || status === 429;
}

function hasBrokenOff(error: unknown): boolean {
  const cause = error instanceof OutboundError ? error.cause : undefined;
  return cause instanceof Error && BROKEN_OFF.has((cause as NodeJS.ErrnoException).code ?? '');
}

function retryAfterMs(headers: Readonly<Record<string, string>>): number {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

async function refusal(destination: ServerName, { status, body }: OutboundAnswer): Promise<FederationError> {
  const text = await readBeginning(body);
  const json = parseOrUndefined(text);
  const errcode = ownValue(json, 'errcode');
  const message = ownValue(json, 'error');
  const said = typeof message === 'string' ? `: ${message.slice(0, 300)}` : '';
  return new FederationError(destination, 'refused', `status ${status}${said}`, {
    status,
    ...(typeof errcode === 'string' ? { errcode } : {}),
  });
}

/** The beginning of an answer, or nothing if it breaks off. */
async function readBeginning(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size > MAX_ERROR_BYTES) break;
    }
  } catch {
    return '';
  }
  return Buffer.concat(parts).toString('utf8');
}

async function* withFailure(
  body: AsyncIterable<Buffer>,
  failure: (error: unknown) => Promise<FederationError>,
): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw await failure(error);
  }
}

function failureOf(destination: ServerName, error: unknown): FederationError {
  // Who asks for what has no canonical form has made a mistake itself.
  if (error instanceof CanonicalJsonError) throw error;
  const isAnswer = error instanceof OutboundError && error.failure === 'too-large';
  const message = error instanceof Error ? error.message : String(error);
  return new FederationError(destination, isAnswer ? 'malformed' : 'unreachable', message, { cause: error });
}

function parseOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
