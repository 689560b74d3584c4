import type { IncomingMessage } from 'node:http';
import type { UserRateLimit } from '../accounts/index.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { Call, Requester } from './endpoint.ts';
import type { RateLimitName } from './rate-limits.ts';
import type { RouteMatch } from './router.ts';
import type { Services } from './services.ts';

interface CallParts {
  readonly request: IncomingMessage;
  readonly match: RouteMatch;
  readonly ip: string;
  readonly services: Services;
  readonly takeFromLimit: (limit: RateLimitName, key: string, own?: UserRateLimit) => void;
  readonly giveBack: (limit: RateLimitName, key: string) => void;
}

/** A request under way: what its handler sees, filled in step by step, and how to end it. */
export class RunningCall implements Call<RouteMatch['params'], unknown, Requester | undefined> {
  readonly request: IncomingMessage;
  readonly params: RouteMatch['params'];
  readonly ip: string;
  readonly services: Services;
  readonly #takeFromLimit: CallParts['takeFromLimit'];
  readonly giveBack: CallParts['giveBack'];
  requester: Requester | undefined;
  /** The server that calls, where servers do. */
  origin: ServerName | undefined;
  body: unknown;
  readonly #queryString: string;
  // Most handlers need neither the query nor the signal, so these are made when asked for.
  #query: URLSearchParams | undefined;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;

  constructor({ request, match, ip, services, takeFromLimit, giveBack }: CallParts) {
    this.request = request;
    this.params = match.params;
    this.#queryString = match.queryString;
    this.ip = ip;
    this.services = services;
    this.#takeFromLimit = takeFromLimit;
    this.giveBack = giveBack;
  }

  readonly takeFromLimit = (limit: RateLimitName, key: string): void => {
    const { appService, rateLimit } = this.requester ?? {};
    if (appService?.registration.isRateLimited !== false) this.#takeFromLimit(limit, key, rateLimit);
  };

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#queryString);
    return this.#query;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortReason) this.#controller.abort(this.#abortReason);
    return this.#controller.signal;
  }

  /** Aborts the call's signal, once. */
  abort(reason: Error): void {
    this.#abortReason ??= reason;
    this.#controller?.abort(this.#abortReason);
  }
}
