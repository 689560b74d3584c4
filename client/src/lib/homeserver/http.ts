import { asAmount, asObject, asString, type JsonObject } from '../parse.ts';

/** The homeserver answered, and the answer is an error (Matrix 1.19, "Standard error response"). */
export class HomeserverError extends Error {
  override readonly name = 'HomeserverError';
  readonly httpStatus: number;
  readonly errcode: string;
  readonly body: JsonObject;
  readonly retryAfterMs: number | undefined;

  constructor(httpStatus: number, body: JsonObject) {
    super(asString(body.error) ?? `The server answered ${httpStatus}`);
    this.httpStatus = httpStatus;
    this.errcode = asString(body.errcode) ?? 'M_UNKNOWN';
    this.body = body;
    this.retryAfterMs = asAmount(body.retry_after_ms);
  }
}

/** No answer came: the server is down or the network is. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

export interface RequestOptions {
  /** Where the homeserver is; it is the one that served this page unless it is given. */
  readonly baseUrl?: string;
  readonly body?: JsonObject;
  readonly accessToken?: string;
  readonly signal?: AbortSignal;
}

/**
 * Sends one request to a homeserver.
 * Returns the JSON object of the answer; throws HomeserverError or UnreachableError.
 */
export async function requestJson(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  options: RequestOptions = {},
): Promise<JsonObject> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body) headers['Content-Type'] = 'application/json';
  if (options.accessToken) headers.Authorization = `Bearer ${options.accessToken}`;
  const response = await fetch(`${options.baseUrl ?? ''}${path}`, {
    method,
    headers,
    body: options.body ? JSON.stringify(options.body) : null,
    signal: options.signal ?? null,
  }).catch((cause: unknown) => {
    if (options.signal?.aborted) throw cause;
    throw new UnreachableError('The server did not answer', { cause });
  });
  const parsed: unknown = await response.json().catch(() => undefined);
  const body = asObject(parsed) ?? {};
  if (!response.ok) throw new HomeserverError(response.status, body);
  return body;
}
