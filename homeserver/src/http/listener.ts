import { once } from 'node:events';
import {
  createServer as createPlainServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '../base/logger.ts';
import { readTlsFiles, reloadTlsFiles, type TlsFiles } from './tls.ts';

export interface ListenerOptions {
  /** Where to listen; port 0 takes a free one. */
  readonly bind: string;
  readonly port: number;
  /** HTTPS instead of HTTP. */
  readonly tls?: (TlsFiles & { readonly intervalMs?: number }) | undefined;
  readonly answer: RequestListener;
  readonly logger: Logger;
}

/** A port on which requests come in. */
export interface Listener {
  /** Starts to listen. Rejects if the port is taken. @returns the port. */
  listen(): Promise<number>;
  /** Lets running requests finish for a moment, then closes every connection. */
  close(): Promise<void>;
}

/** Limits against clients that are slow on purpose. Long polls are not concerned: their request has ended. */
const SERVER_OPTIONS: ServerOptions = {
  headersTimeout: 20_000,
  // The whole request, a large upload over a slow line too.
  requestTimeout: 900_000,
  // Longer than the idle time of usual reverse proxies, or they meet closed connections.
  keepAliveTimeout: 75_000,
  noDelay: true,
};

/** A connection on which nothing has moved for so long is dead. */
const IDLE_SOCKET_TIMEOUT_MS = 900_000;

/** How long running requests may take to finish when the server stops. */
const CLOSE_GRACE_MS = 700;

/** Prepares a port; nothing comes in before it listens. */
export function createListener({ bind, port, tls, answer, logger }: ListenerOptions): Listener {
  const server = tls
    ? createTlsServer({ ...SERVER_OPTIONS, ...readTlsFiles(tls) }, answer)
    : createPlainServer(SERVER_OPTIONS, answer);
  server.setTimeout(IDLE_SOCKET_TIMEOUT_MS);
  server.on('clientError', refuseBadRequest);
  let stopReloading: (() => void) | undefined;

  return {
    async listen() {
      server.listen(port, bind);
      await once(server, 'listening');
      if (tls)
        stopReloading = reloadTlsFiles(server as TlsServer, tls, { logger, intervalMs: tls.intervalMs });
      return (server.address() as AddressInfo).port;
    },
    async close() {
      stopReloading?.();
      await closeServer(server);
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

/** What is not HTTP, too slow or too long gets a Matrix error as well, as far as anybody listens. */
function refuseBadRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const [status, sentence] = REFUSALS.get(error.code ?? '') ?? [
    '400 Bad Request',
    'This is not an HTTP request',
  ];
  const body = JSON.stringify({ errcode: 'M_UNRECOGNIZED', error: sentence });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nAccess-Control-Allow-Origin: *\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

const REFUSALS = new Map([
  ['HPE_HEADER_OVERFLOW', ['431 Request Header Fields Too Large', 'The headers or the URL are too long']],
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'The request took too long to arrive']],
]);
