import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { eventually } from './eventually.ts';
import { request, type TestResponse } from './test-user.ts';

/** A request that the application service got. */
export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string | undefined;
  /** As it was sent. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and fail where they differ.
  readonly body: any;
}

type Answer = { readonly status: number; readonly body?: object };

/** An application service that notes what it is told. It answers transactions with 200, the rest with 404. */
export class FakeAppService {
  readonly folder: string;
  readonly received: Received[] = [];
  /** What it answers; undefined for the usual. */
  answer: (received: Received) => Answer | undefined | Promise<Answer | undefined> = () => undefined;
  readonly #server: Server;

  private constructor(folder: string, server: Server) {
    this.folder = folder;
    this.#server = server;
  }

  /** Starts one, with a registration file in `folder`: `APPSERVICE_DIR` for a server. */
  static async start(changes: object = {}): Promise<FakeAppService> {
    const folder = await mkdtemp(join(tmpdir(), 'guildhall-app-service-'));
    const server = createServer((incoming, response) => {
      service.#handle(incoming).then(
        ({ status, body = {} }) => {
          response.writeHead(status, { 'Content-Type': 'application/json' });
          response.end(JSON.stringify(body));
        },
        () => response.destroy(),
      );
    });
    const service = new FakeAppService(folder, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await writeFile(
      join(folder, 'bridge.yaml'),
      stringify({
        id: 'bridge',
        url: `http://127.0.0.1:${port}`,
        as_token: AS_TOKEN,
        hs_token: HS_TOKEN,
        sender_localpart: 'bridge_bot',
        rate_limited: false,
        namespaces: {
          users: [{ regex: '@_ghost_.*:hs\\.test', exclusive: true }],
          aliases: [{ regex: '#_portal_.*:hs\\.test', exclusive: true }],
          rooms: [],
        },
        ...changes,
      }),
    );
    return service;
  }

  /** The bodies of the transactions so far, in order. */
  get transactions(): Received[] {
    return this.received.filter(({ path }) => path.includes('/transactions/'));
  }

  /** The events that it was told, in order. A transaction that it refused counts as often as it was sent. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  get events(): any[] {
    return this.transactions.flatMap(({ body }) => body.events);
  }

  /** Waits until the application service was told of an event. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async eventTold(eventId: string): Promise<any> {
    const find = () => this.events.find((event) => event.event_id === eventId);
    await eventually(async () => find() !== undefined);
    return find();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  async #handle(incoming: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const received: Received = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      authorization: incoming.headers.authorization,
      text,
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.received.push(received);
    const usual = received.path.includes('/transactions/') ? { status: 200 } : { status: 404 };
    return (await this.answer(received)) ?? usual;
  }
}

const AS_TOKEN = 'token-of-the-application-service';
export const HS_TOKEN = 'token-of-the-homeserver';

/** Requests of the application service to a server, as itself or as one of its users. */
export class AppServiceClient {
  readonly #url: () => string;

  constructor(url: () => string) {
    this.#url = url;
  }

  /** @param as who it acts as, its sender unless given: `user_id`, `device_id` and what else stands in the query. */
  request(
    method: string,
    path: string,
    body?: unknown,
    as: Readonly<Record<string, string>> = {},
  ): Promise<TestResponse> {
    const query = new URLSearchParams(as).toString();
    const joined = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
    return request(this.#url(), method, joined, { token: AS_TOKEN, body });
  }

  /** Makes a user in its namespace. */
  register(localpart: string, more: object = {}): Promise<TestResponse> {
    const body = { type: 'm.login.application_service', username: localpart, ...more };
    return this.request('POST', '/_matrix/client/v3/register', body);
  }
}
