import type { AddressInfo } from 'node:net';
import { createLogger } from '../src/base/logger.ts';
import { createMetrics } from '../src/base/metrics.ts';
import type { Endpoint, Requester } from '../src/http/endpoint.ts';
import { createHttpServer, type HttpServerOptions } from '../src/http/server.ts';
import type { Services } from '../src/http/services.ts';
import { ManualClock } from './manual-clock.ts';

export const ALICE: Requester = { userId: '@alice:test', userNid: 1, deviceId: 'A', isAdmin: false };
export const ADMIN: Requester = { userId: '@admin:test', userNid: 2, deviceId: 'B', isAdmin: true };

/** Services of which only those exist that a test gives, and the tokens `alice` and `admin`. */
function fakeServices(given: Partial<Services> = {}): Services {
  const services: Partial<Services> = {
    serverName: 'test',
    publicUrl: 'http://test.example',
    clock: new ManualClock(),
    logger: createLogger({ level: 'silent' }),
    ...given,
  };
  const tokens = new Map([
    ['alice', ALICE],
    ['admin', ADMIN],
  ]);
  const accounts = {
    appServices: { authenticate: async () => undefined },
    sessions: { authenticate: async (token: string) => tokens.get(token) },
    emails: { areOffered: false },
  };
  // A handler that asks for another service fails its test.
  return { accounts, ...services } as unknown as Services;
}

/** A running server with only these endpoints. */
export interface EndpointServer {
  readonly url: string;
  /** What was logged at `warn` and above. */
  readonly logged: string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** With Alice's token; parses the answer. */
  request(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;
  close(): Promise<void>;
}

/** Serves endpoints on a free port. */
export async function serveEndpoints(
  routes: readonly Endpoint[],
  options: Partial<Omit<HttpServerOptions, 'services'>> & { services?: Partial<Services> } = {},
): Promise<EndpointServer> {
  const logged: string[] = [];
  const logger = createLogger({ level: 'warn', format: 'json', write: (line) => logged.push(line) });
  const server = createHttpServer({
    bind: '127.0.0.1',
    port: 0,
    trustedProxies: [],
    rateLimits: false,
    clientDirectory: '/nonexistent',
    describeHealth: async () => ({}),
    metrics: createMetrics(),
    logger,
    routes,
    ...options,
    services: fakeServices(options.services),
  });
  const { port }: Pick<AddressInfo, 'port'> = await server.listen();
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const send = (path: string, init?: RequestInit): Promise<Response> => fetch(url + path, init);
  return {
    url,
    logged,
    fetch: send,
    async request(method, path, body, token = 'alice') {
      const response = await send(path, {
        method,
        headers: { Authorization: `Bearer ${token}` },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? {} : JSON.parse(text),
      };
    },
    close: () => server.close(),
  };
}
