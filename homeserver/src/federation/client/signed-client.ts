import type { Logger } from '../../base/logger.ts';
import type { Metrics } from '../../base/metrics.ts';
import { BoundedQueue, QueueFull } from '../../media/bounded-queue.ts';
import { type OutboundAnswer, type OutboundClient, OutboundError } from '../../outbound/index.ts';
import { CanonicalJsonError, type JsonObject, lenientCanonicalJson } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { type SigningKey, signBytes } from '../../protocol/signing.ts';
import { formatXMatrix, requestSigningBytes } from '../../protocol/x-matrix.ts';
import type { FederationAnswer, FederationClient, FederationRequest, ServerPolicy } from '../context.ts';
import { type Route, withoutBrackets } from '../discovery/route.ts';
import type { ServerFinder } from '../discovery/server-finder.ts';
import { FederationError, type FederationFailure } from '../federation-error.ts';
import { isOutOfService, readObject, readRefusal, retryAfterMs } from './answers.ts';
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
const TIME_LIMIT_MS = 60_000;
/** Requests on their way that nobody waits for; what is more waits its turn. */
const MOST_AT_ONCE = 200;
const MOST_WAITING = 20_000;
const BROKEN_OFF = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Where it is noted how a request ended. */
interface RequestRecord {
  reached(): void;
  failed(reason: string, restMs?: number): Promise<void>;
}

const NO_RECORD: RequestRecord = { reached: () => undefined, failed: async () => undefined };

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
      return await readObject(request.destination, body);
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
    const record = isUnrecorded ? NO_RECORD : this.#recordOf(destination);
    const gone = async (error: unknown): Promise<FederationError> => {
      const failure = failureOf(destination, error);
      if (failure.failure === 'unreachable') await record.failed(failure.message);
      return failure;
    };
    let answer: OutboundAnswer;
    try {
      answer = await this.#send(request);
    } catch (error) {
      throw await gone(error);
    }
    const { status, headers } = answer;
    if (isOutOfService(status))
      await record.failed(`it answers with status ${status}`, retryAfterMs(headers));
    else record.reached();
    if (status < 200 || status >= 300) throw await readRefusal(destination, answer);
    return { headers, body: withFailure(answer.body, gone) };
  }

  #recordOf(destination: ServerName): RequestRecord {
    const { destinations } = this.#parts;
    const startedTs = destinations.now();
    return {
      reached: () => destinations.reached(destination),
      failed: (reason, restMs = 0) =>
        destinations.failed(destination, { startedTs, reason, retryAfterMs: restMs }),
    };
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

function hasBrokenOff(error: unknown): boolean {
  const cause = error instanceof OutboundError ? error.cause : undefined;
  return cause instanceof Error && BROKEN_OFF.has((cause as NodeJS.ErrnoException).code ?? '');
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
