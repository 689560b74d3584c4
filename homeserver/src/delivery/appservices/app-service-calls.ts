import type { AppService } from '../../accounts/index.ts';
import type { OutboundClient } from '../../outbound/index.ts';
import { isJsonObject } from '../../protocol/json-values.ts';

/** What is asked of an application service. */
export interface AppServiceCall {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Below the address of the application service: `/_matrix/app/v1/...`. */
  readonly path: string;
  /** Where those are asked who do not know the path. */
  readonly oldPath?: string;
  readonly query?: URLSearchParams;
  /** JSON that is written already. */
  readonly body?: string;
  readonly timeLimitMs?: number;
  readonly signal?: AbortSignal;
}

/** What an application service answered. */
export interface AppServiceAnswer {
  readonly status: number;
  readonly text: string;
  /** Undefined if it is no JSON. */
  readonly body: unknown;
}

/** Requests of this server to application services: with its token, to wherever the admin says that they are. */
export class AppServiceCalls {
  readonly #outbound: OutboundClient;

  constructor(outbound: OutboundClient) {
    this.#outbound = outbound;
  }

  /**
   * Asks an application service; again under the old path if it does not know the new one.
   *
   * Source: Application Service API v1.19, "Authorization" and "Legacy routes".
   * @throws {OutboundError} if there is no answer.
   * @throws {Error} for an application service without an address.
   */
  async send(service: AppService, call: AppServiceCall): Promise<AppServiceAnswer> {
    const answer = await this.#ask(service, call, call.path, new URLSearchParams(call.query));
    if (call.oldPath === undefined || !isUnknownPath(answer)) return answer;
    // Who is so old looks for the token there.
    const query = new URLSearchParams(call.query);
    query.set('access_token', service.registration.hsToken);
    return this.#ask(service, call, call.oldPath, query);
  }

  async #ask(
    service: AppService,
    { method, body, timeLimitMs, signal }: AppServiceCall,
    path: string,
    query: URLSearchParams,
  ): Promise<AppServiceAnswer> {
    const { url, hsToken } = service.registration;
    if (url === undefined) throw new Error(`${service.id} has no address`);
    const address = new URL(url + path);
    address.search = query.toString();
    const response = await this.#outbound.send({
      method,
      url: address,
      headers: {
        Authorization: `Bearer ${hsToken}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
      ...(signal === undefined ? {} : { signal }),
      isTrusted: true,
    });
    const text = response.body.toString();
    return { status: response.status, text, body: parsed(text) };
  }
}

/** Source: Client-Server API v1.19, `M_UNRECOGNIZED`; those who are older answer without an errcode. */
function isUnknownPath({ status, body }: AppServiceAnswer): boolean {
  if (status !== 404 && status !== 405) return false;
  return !isJsonObject(body) || body.errcode === undefined || body.errcode === 'M_UNRECOGNIZED';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
