import type { RequestListener } from 'node:http';
import type { Logger } from '../base/logger.ts';
import type { Metrics } from '../base/metrics.ts';
import { MatrixError } from '../protocol/errors.ts';
import { createAddressReader } from './client-address.ts';
import type { Endpoint } from './endpoint.ts';
import { RequestHandler } from './handle-request.ts';
import { createListener, type ListenerOptions } from './listener.ts';
import { RateLimits } from './rate-limits.ts';
import { createRouter } from './router.ts';
import { ROUTES } from './routes.ts';
import { FEDERATION_ROUTES } from './server-server/routes.ts';
import type { Services } from './services.ts';
import { errorReply, writeReply } from './write-reply.ts';

export interface HttpServerOptions extends Pick<ListenerOptions, 'bind' | 'port' | 'tls'> {
  readonly services: Services;
  /** A further port, on which only other servers are answered; they are on the first as well. */
  readonly federation?: Pick<ListenerOptions, 'port' | 'tls'> | undefined;
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
  /** Starts to listen. Rejects if a port is taken. */
  listen(): Promise<{
    readonly port: number;
    /** The further port for other servers, if there is one. */
    readonly federationPort: number | undefined;
  }>;
  /** Ends long polls, lets running requests finish for a moment, then closes every connection. */
  close(): Promise<void>;
}

/** The paths of the route table; all others are the site's. */
const MATRIX_PATH =
  /^(?:\/_matrix|\/_guildhall|\/_synapse|\/livekit\/jwt|\/\.well-known\/(?:matrix|openid-configuration|oauth-authorization-server))(?:[/?]|$)|^[^/]/;

/** The paths that other servers ask for. */
const FEDERATION_PATH = /^\/(?:_matrix\/(?:federation|key|policy)\/|\.well-known\/matrix\/server(?:[/?]|$))/;

const NOT_HERE = new MatrixError(404, 'M_UNRECOGNIZED', 'This port is for other servers');

/** The server that answers clients and other servers: Matrix routes by the route table, everything else by the site. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { services, bind, federation, logger, metrics } = options;
  const handler = new RequestHandler({
    router: createRouter(options.routes ?? [...ROUTES, ...FEDERATION_ROUTES]),
    services,
    rateLimits: options.rateLimits ? new RateLimits({ clock: services.clock }) : undefined,
    addressOf: createAddressReader(options.trustedProxies),
    metrics,
    logger,
  });
  const answerSite = lazySite(options);
  const main = createListener({
    ...options,
    answer(request, response) {
      if (MATRIX_PATH.test(request.url ?? '')) void handler.handle(request, response);
      else answerSite(request, response);
    },
  });
  const forServers =
    federation &&
    createListener({
      ...federation,
      bind,
      logger,
      answer(request, response) {
        if (FEDERATION_PATH.test(request.url ?? '')) void handler.handle(request, response);
        else void writeReply(response, errorReply(NOT_HERE));
      },
    });

  return {
    async listen() {
      const port = await main.listen();
      return { port, federationPort: await forServers?.listen() };
    },
    async close() {
      handler.stop();
      await Promise.all([main.close(), forServers?.close()]);
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
