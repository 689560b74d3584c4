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
import type { Metrics } from '../base/metrics.ts';
import { createAddressReader } from './client-address.ts';
import type { Endpoint } from './endpoint.ts';
import { RequestHandler } from './handle-request.ts';
import { RateLimits } from './rate-limits.ts';
import { createRouter } from './router.ts';
import { ROUTES } from './routes.ts';
import type { Services } from './services.ts';
import { readTlsFiles, reloadTlsFiles, type TlsFiles } from './tls.ts';

export interface HttpServerOptions {
  readonly services: Services;
  /** Where to listen; port 0 takes a free one. */
  readonly bind: string;
  readonly port: number;
  /** HTTPS instead of HTTP. */
  readonly tls?: (TlsFiles & { readonly intervalMs?: number }) | undefined;
  /** Addresses or networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly rateLimits: boolean;
  /** The web client's build. */
  readonly clientDirectory: string;
  /** What `/health` says beside `status`; rejects when the server is unhealthy. */
  readonly describeHealth: () => Promise<object>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** The server's whole table unless given. */
  readonly routes?: readonly Endpoint[];
}

export interface HttpServer {
  /** Starts to listen. Rejects if the port is taken. */
  listen(): Promise<{ readonly port: number }>;
  /** Ends long polls, lets running requests finish for a moment, then closes every connection. */
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

/** The paths of the route table; all others are the site's. */
const MATRIX_PATH =
  /^(?:\/_matrix|\/_guildhall|\/_synapse|\/\.well-known\/(?:matrix|openid-configuration|oauth-authorization-server))(?:[/?]|$)|^[^/]/;

/** The server that answers clients: Matrix routes by the route table, everything else by the site. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { services, logger, metrics, tls } = options;
  const handler = new RequestHandler({
    router: createRouter(options.routes ?? ROUTES),
    services,
    rateLimits: options.rateLimits ? new RateLimits({ clock: services.clock }) : undefined,
    addressOf: createAddressReader(options.trustedProxies),
    metrics,
    logger,
  });
  const answerSite = lazySite(options);
  const listener: RequestListener = (request, response) => {
    if (MATRIX_PATH.test(request.url ?? '')) void handler.handle(request, response);
    else answerSite(request, response);
  };
  const server = tls
    ? createTlsServer({ ...SERVER_OPTIONS, ...readTlsFiles(tls) }, listener)
    : createPlainServer(SERVER_OPTIONS, listener);
  server.setTimeout(IDLE_SOCKET_TIMEOUT_MS);
  server.on('clientError', refuseBadRequest);
  let stopReloading: (() => void) | undefined;

  return {
    async listen() {
      server.listen(options.port, options.bind);
      await once(server, 'listening');
      if (tls)
        stopReloading = reloadTlsFiles(server as TlsServer, tls, { logger, intervalMs: tls.intervalMs });
      return { port: (server.address() as AddressInfo).port };
    },
    async close() {
      stopReloading?.();
      handler.stop();
      await closeServer(server);
    },
  };
}

/** The site's libraries load with its first page: most servers behind a reverse proxy never need them. */
function lazySite({
  clientDirectory,
  services,
  describeHealth,
  metrics,
  logger,
}: HttpServerOptions): RequestListener {
  let site: Promise<RequestListener> | undefined;
  return (request, response) => {
    site ??= import('./site/site.ts').then(({ createSite }) =>
      createSite({ clientDirectory, publicUrl: services.publicUrl, describeHealth, metrics, logger }),
    );
    site.then(
      (answer) => answer(request, response),
      (error: unknown) => {
        logger.error('the site could not be loaded', { error });
        response.writeHead(500).end();
      },
    );
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
