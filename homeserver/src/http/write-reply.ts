import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MatrixError } from '../protocol/errors.ts';
import { Reply } from './reply.ts';

/**
 * On every answer, errors too: without them a browser hides the error from the client.
 * Source: Client-Server API v1.19, "Web Browser Clients".
 */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'Access-Control-Allow-Headers':
    'X-Requested-With, Content-Type, Authorization, Date, If-Match, If-None-Match',
  'Access-Control-Expose-Headers': 'Retry-After, Content-Disposition',
};

const JSON_HEADERS = {
  ...CORS_HEADERS,
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/** Answers a preflight request. Browsers need not ask again for a day. */
export function writePreflight(response: ServerResponse): void {
  response.writeHead(204, { ...CORS_HEADERS, 'Access-Control-Max-Age': '86400' }).end();
}

/**
 * Writes what a handler gave. Resolves when it is handed over, for a stream when it has ended.
 * @throws whatever the stream fails with; the response is then destroyed.
 */
export async function writeReply(response: ServerResponse, handled: object | Reply): Promise<void> {
  const reply = handled instanceof Reply ? handled : new Reply({ body: handled });
  if (reply.body instanceof Readable) {
    response.writeHead(reply.status, { ...CORS_HEADERS, ...reply.headers });
    await pipeline(reply.body, response);
    return;
  }
  const isBytes = typeof reply.body === 'string' || Buffer.isBuffer(reply.body);
  const bytes = isBytes ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...(isBytes && 'Content-Type' in reply.headers ? CORS_HEADERS : JSON_HEADERS),
    'Content-Length': Buffer.byteLength(bytes),
    ...reply.headers,
  });
  response.end(bytes);
}

/** Closes what a handler opened for a client that has gone away meanwhile. */
export function discardReply(handled: object | Reply): void {
  if (handled instanceof Reply && handled.body instanceof Readable) handled.body.destroy();
}

/** What the client is told about an error: nothing, unless it is a `MatrixError`. */
export function errorReply(error: unknown): Reply {
  const told =
    error instanceof MatrixError ? error : new MatrixError(500, 'M_UNKNOWN', 'Internal server error');
  return new Reply({ status: told.status, headers: told.headers, body: told });
}
