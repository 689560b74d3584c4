import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import type { ServerName } from '../src/protocol/identifiers.ts';
import { parseJson } from '../src/protocol/json-numbers.ts';
import { type SigningKey, signJson } from '../src/protocol/signing.ts';
import { parseXMatrix, type XMatrix } from '../src/protocol/x-matrix.ts';
import { eventually } from './eventually.ts';
import { REMOTE, REMOTE_KEY } from './remote-room.ts';
import { type ServerRequest, sendToServer, signRequest } from './signed-request.ts';
import type { TestNetwork } from './test-network.ts';
import type { TestResponse } from './test-user.ts';

/** A request that a fake homeserver got. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly uri: string;
  /** Of the path that an answer is given for, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** What the request says of its signature. */
  readonly signature: XMatrix | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and fail where they differ.
  readonly body: any;
}

/** What it answers: JSON with status 200, or something else. */
export type FakeAnswer = JsonObject | FakeReply;

/** An answer that is not JSON with status 200. */
export class FakeReply {
  readonly status: number;
  /** A stream is sent as it comes. */
  readonly body: string | Buffer | JsonObject | Readable;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    body: FakeReply['body'] = {},
    headers: FakeReply['headers'] = { 'Content-Type': 'application/json' },
  ) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

type Responder = (request: ReceivedRequest) => FakeAnswer | Promise<FakeAnswer>;

interface Rule {
  readonly method: string;
  readonly pattern: RegExp;
  readonly respond: Responder;
}

/** Who receives what a fake homeserver sends. */
export interface Receiver {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** `hs.test` unless given. */
  readonly serverName?: ServerName;
}

/** For how long its keys are valid, unless the test says otherwise. */
const KEY_LIFETIME_MS = 24 * 3_600_000;

/**
 * Another homeserver, in the test's process: real HTTPS, a key of its own, and answers that the test gives. Without an
 * answer of the test it tells its keys, takes transactions, and answers everything else with 404 `M_UNRECOGNIZED`.
 */
export class FakeHomeserver {
  readonly name: ServerName;
  /** With which it signs; that of `RemoteRoom`, so that the events of those rooms are its own. */
  readonly key: SigningKey;
  /** What was asked of it, in order. */
  readonly received: ReceivedRequest[] = [];
  /** Milliseconds since 1970; a day from now unless set. */
  keysValidUntil: number | undefined;
  readonly #server: Server;
  /** The newest first: it counts. */
  readonly #rules: Rule[] = [];

  private constructor(name: ServerName, key: SigningKey, server: Server) {
    this.name = name;
    this.key = key;
    this.#server = server;
  }

  /**
   * Starts one, and makes it known to the servers of the network.
   *
   * @param name `localhost:PORT` for one that a Synapse finds as well.
   */
  static async start(
    network: TestNetwork,
    name: ServerName = REMOTE,
    key: SigningKey = REMOTE_KEY,
  ): Promise<FakeHomeserver> {
    const { cert, key: tlsKey } = await network.certify(name);
    const server = createServer({ cert, key: tlsKey }, (incoming, response) => {
      fake.#handle(incoming, response).catch(() => response.destroy());
    });
    const fake = new FakeHomeserver(name, key, server);
    fake.answer('GET', '/_matrix/key/v2/server', () => fake.keyDocument());
    fake.answer('PUT', '/_matrix/federation/v1/send/{txnId}', () => ({ pdus: {} }));
    await new Promise<void>((resolve) => server.listen(portOf(name), '127.0.0.1', resolve));
    await network.register(name, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    return fake;
  }

  /** The keys of this server, signed. */
  keyDocument(): JsonObject {
    const document = {
      server_name: this.name,
      verify_keys: { [this.key.keyId]: { key: this.key.publicKeyBase64 } },
      old_verify_keys: {},
      valid_until_ts: this.keysValidUntil ?? Date.now() + KEY_LIFETIME_MS,
    };
    return signJson(document, this.name, this.key) as unknown as JsonObject;
  }

  /**
   * Says what is answered at a path, from now on. Path parameters are in braces, as in
   * `/_matrix/federation/v1/event/{eventId}`.
   */
  answer(method: string, path: string, respond: Responder | FakeAnswer): void {
    const pattern = path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
    this.#rules.unshift({
      method,
      pattern: new RegExp(`^${pattern}$`),
      respond: typeof respond === 'function' ? respond : () => respond,
    });
  }

  /** What was asked of it at a path that begins so. */
  requestsTo(prefix: string): ReceivedRequest[] {
    return this.received.filter(({ uri }) => uri.startsWith(prefix));
  }

  /** Waits until a request came that a test is interested in, also if it is there already. */
  async requested(isWanted: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest> {
    await eventually(async () => this.received.some(isWanted));
    const found = this.received.find(isWanted);
    if (found === undefined) throw new Error('a request that was there is gone');
    return found;
  }

  /** Asks a server for something, signed. */
  request(to: Receiver, method: string, path: string, body?: unknown): Promise<TestResponse> {
    return sendToServer(to.url, this.sign(to, { method, path, body }));
  }

  /** A request with its signature. */
  sign({ serverName = 'hs.test' }: Partial<Receiver>, request: ServerRequest): ServerRequest {
    const names = { origin: this.name, destination: serverName, key: this.key };
    return { ...request, headers: { Authorization: signRequest(request, names), ...request.headers } };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await buffer(incoming)).toString();
    const method = incoming.method ?? '';
    const uri = incoming.url ?? '';
    const [path = '', query] = uri.split('?', 2);
    const rule = this.#rules.find((tried) => tried.method === method && tried.pattern.test(path));
    const request: ReceivedRequest = {
      method,
      uri,
      params: decodeAll(rule?.pattern.exec(path)?.groups ?? {}),
      query: new URLSearchParams(query),
      headers: incoming.headers,
      signature: parseXMatrix(incoming.headers.authorization ?? ''),
      body: text === '' ? undefined : parseJson(text),
    };
    this.received.push(request);
    const answer = rule === undefined ? NOT_HERE : await rule.respond(request);
    const { status, headers, body } = answer instanceof FakeReply ? answer : new FakeReply(200, answer);
    response.writeHead(status, headers);
    if (body instanceof Readable) body.pipe(response);
    else response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  }
}

const NOT_HERE = new FakeReply(404, { errcode: 'M_UNRECOGNIZED', error: 'This server has no such path' });

/** The port that a name tells; 0, which is any, for one that is found by the network's help. */
function portOf(name: ServerName): number {
  return Number(/^localhost:(\d+)$/.exec(name)?.[1] ?? 0);
}

function decodeAll(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
}
