import type { JsonValue } from '../src/protocol/canonical-json.ts';
import type { ServerName } from '../src/protocol/identifiers.ts';
import { parseJson } from '../src/protocol/json-numbers.ts';
import { type SigningKey, signBytes } from '../src/protocol/signing.ts';
import { formatXMatrix, requestSigningBytes } from '../src/protocol/x-matrix.ts';
import { checkedFetch } from './spec-coverage/checked-fetch.ts';
import type { TestResponse } from './test-user.ts';

/** A request from one server to another. */
export interface ServerRequest {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  /** In the place of what makes a request of this server. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The value of `Authorization` with which a server signs a request. */
export function signRequest(
  { method, path, body }: ServerRequest,
  { origin, destination, key }: { origin: ServerName; destination: ServerName; key: SigningKey },
): string {
  const content = body === undefined ? undefined : (parseJson(textOf(body)) as JsonValue);
  const message = requestSigningBytes({ method, uri: path, origin, destination, content });
  return formatXMatrix({ origin, destination, keyId: key.keyId, signature: signBytes(message, key) });
}

/**
 * Sends a request to where a server listens. JSON in answers is parsed. Fails where the answer is not what the
 * specification's schemas say.
 */
export async function sendToServer(
  url: string,
  { method, path, body, headers = {} }: ServerRequest,
): Promise<TestResponse> {
  const response = await checkedFetch(url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: textOf(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? parseJson(text) : text };
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
