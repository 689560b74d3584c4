import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../base/logger.ts';
import type { Histogram, Metrics } from '../base/metrics.ts';
import { MatrixError } from '../protocol/errors.ts';
import { parseJson } from '../protocol/json-numbers.ts';
import { authenticate } from './access-token.ts';
import { dropNulls, validateBody } from './body-validation.ts';
import { addressGroup } from './client-address.ts';
import type { Endpoint } from './endpoint.ts';
import type { RateLimitName, RateLimits } from './rate-limits.ts';
import { ClientGone, type JsonBody, readJson } from './request-body.ts';
import type { RouteMatch, Router } from './router.ts';
import { RunningCall } from './running-call.ts';
import { readClaim, verifyClaim } from './server-server/server-identity.ts';
import type { Services } from './services.ts';
import { discardReply, errorReply, writePreflight, writeReply } from './write-reply.ts';

interface RequestHandlerOptions {
  readonly router: Router;
  readonly services: Services;
  /** None counts nothing. */
  readonly rateLimits: RateLimits | undefined;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Everything between a request and its handler, composed once for the whole route table. */
export class RequestHandler {
  readonly #router: Router;
  readonly #services: Services;
  readonly #addressOf: RequestHandlerOptions['addressOf'];
  readonly #logger: Logger;
  readonly #seconds: Histogram<'operation' | 'status'>;
  readonly #running = new Set<RunningCall>();
  readonly #takeFromLimit: RateLimits['take'];
  readonly #giveBack: (limit: RateLimitName, key: string) => void;
  #stopping = false;

  constructor({ router, services, rateLimits, addressOf, metrics, logger }: RequestHandlerOptions) {
    this.#router = router;
    this.#services = services;
    this.#addressOf = addressOf;
    this.#logger = logger;
    this.#takeFromLimit = (limit, key, own) => rateLimits?.take(limit, key, own);
    this.#giveBack = (limit, key) => rateLimits?.giveBack(limit, key);
    this.#seconds = metrics.histogram({
      name: 'guildhall_http_request_seconds',
      help: 'Time from the head of a request to the end of its answer; long polls included.',
      labels: ['operation', 'status'],
    });
  }

  /** Answers one request. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'OPTIONS') return writePreflight(response);
    const started = performance.now();
    let match: RouteMatch | undefined;
    try {
      match = this.#router.find(request.method ?? 'GET', request.url ?? '/');
      await this.#answer(match, request, response);
    } catch (error) {
      if (match?.endpoint.auth === 'server') this.#noteRefusal(match.endpoint, error, request);
      await this.#answerError(error, request, response);
    } finally {
      this.#record(request, response, match?.endpoint.name ?? 'unrecognized', performance.now() - started);
    }
  }

  /** Aborts every call, and tells clients not to use their connections again. */
  stop(): void {
    this.#stopping = true;
    for (const call of this.#running) call.abort(new Error('The server is stopping'));
  }

  async #answer(match: RouteMatch, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = new RunningCall({
      request,
      match,
      ip: this.#addressOf(request),
      services: this.#services,
      takeFromLimit: this.#takeFromLimit,
      giveBack: this.#giveBack,
    });
    this.#running.add(call);
    response.once('close', () => {
      this.#running.delete(call);
      if (!response.writableFinished) call.abort(new ClientGone('The client hung up'));
    });
    const { endpoint } = match;
    if (endpoint.auth === 'server') await admitServer(endpoint, call);
    else await admitClient(endpoint, call);
    const handled = await endpoint.handle(call);
    if (endpoint.auth === 'admin' && endpoint.method !== 'GET') this.#noteAdmin(endpoint, call);
    if (response.destroyed) discardReply(handled);
    else await this.#write(response, handled);
  }

  /** Who has done what as an admin, and to whom: in the log, since nobody else is told. */
  #noteAdmin({ name }: Endpoint, { requester, params, ip }: RunningCall): void {
    this.#logger.info('an admin did something', {
      audit: true,
      admin: requester?.userId,
      operation: name,
      ...params,
      ip,
    });
  }

  async #answerError(error: unknown, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (response.destroyed || error instanceof ClientGone) return;
    if (!(error instanceof MatrixError) && !this.#stopping) {
      this.#logger.error('a request failed', { method: request.method, path: pathOf(request), error });
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const told =
      this.#stopping && !(error instanceof MatrixError)
        ? new MatrixError(503, 'M_UNKNOWN', 'The server is restarting', {}, { 'Retry-After': '1' })
        : error;
    await this.#write(response, errorReply(told));
  }

  /** What other servers are not allowed is of interest to the admins of both. */
  #noteRefusal({ name: operation }: Endpoint, error: unknown, request: IncomingMessage): void {
    if (!(error instanceof MatrixError) || (error.status !== 401 && error.status !== 403)) return;
    const { status, message: reason } = error;
    const ip = this.#addressOf(request);
    this.#logger.info('a request of another server was refused', { operation, status, reason, ip });
  }

  async #write(response: ServerResponse, handled: object): Promise<void> {
    if (this.#stopping) response.setHeader('Connection', 'close');
    await writeReply(response, handled);
  }

  #record(request: IncomingMessage, response: ServerResponse, operation: string, elapsedMs: number): void {
    const status = response.headersSent ? response.statusCode : 499;
    this.#seconds.observe({ operation, status }, elapsedMs / 1_000);
    if (!this.#logger.writes('debug')) return;
    this.#logger.debug('request', {
      method: request.method,
      // Without the query, which may hold an access token.
      path: pathOf(request),
      operation,
      status,
      ms: Math.round(elapsedMs * 10) / 10,
      ip: this.#addressOf(request),
    });
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

async function admitClient(endpoint: Endpoint, call: RunningCall): Promise<void> {
  call.requester = await authenticate(endpoint, call);
  if (endpoint.limit) {
    call.takeFromLimit(endpoint.limit, call.requester?.userId ?? addressGroup(call.ip));
  }
  call.body = await interpretBody(endpoint, await readBody(endpoint, call));
}

/** The signature of a server covers the body, which is read for those alone that could be allowed to send it. */
async function admitServer(endpoint: Endpoint, call: RunningCall): Promise<void> {
  const claim = readClaim(call);
  const body = await readBody(endpoint, call);
  call.origin = await verifyClaim(call, claim, body?.text);
  call.takeFromLimit(endpoint.limit ?? 'federation', call.origin);
  call.body = await interpretBody(endpoint, body);
}

async function readBody(endpoint: Endpoint, { request }: RunningCall): Promise<JsonBody | undefined> {
  if (endpoint.body === 'stream' || endpoint.body === 'none') return undefined;
  const body = await readJson(request, endpoint.maxBodyBytes);
  if (body === undefined && endpoint.body === 'json') {
    throw new MatrixError(400, 'M_NOT_JSON', 'The body is missing');
  }
  return body ?? { value: {}, text: '{}' };
}

/** What the handler sees of a body: nothing of one that it does not ask for. */
async function interpretBody(endpoint: Endpoint, body: JsonBody | undefined): Promise<unknown> {
  if (body === undefined) return undefined;
  const { value, text } = body;
  if (endpoint.bodySchema) await validateBody(value, endpoint.bodySchema);
  if (!endpoint.exactNumbers) return value;
  // Checked already, but for what the check has left out.
  const exact = parseJson(text);
  if (endpoint.bodySchema) dropNulls(exact, endpoint.bodySchema);
  return exact;
}
