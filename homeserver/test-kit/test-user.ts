import { expect } from 'chai';
import { checkedFetch } from './spec-coverage/checked-fetch.ts';

/** An answer, its body parsed. */
export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and fail where they differ.
  readonly body: any;
}

/** What a request may carry. */
export interface TestRequest {
  readonly token?: string | undefined;
  /** Sent as JSON; a string or a Buffer as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** With what it is sent; unless given, with what fails where the answer is not what the specification's schemas say. */
  readonly send?: typeof fetch | undefined;
}

/** Sends one request. */
export async function request(
  baseUrl: string,
  method: string,
  path: string,
  { token, body, headers = {}, send = checkedFetch }: TestRequest = {},
): Promise<TestResponse> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await send(baseUrl + path, {
    method,
    headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Registers an account; `url` is asked for each request, as a restarted server has another. */
export async function registerUser(
  url: () => string,
  localpart: string,
  auth: object = { type: 'm.login.dummy' },
  send?: typeof fetch,
): Promise<TestUser> {
  const { status, body } = await request(url(), 'POST', '/_matrix/client/v3/register', {
    body: { username: localpart, password: `password of ${localpart}`, auth },
    send,
  });
  expect(status, JSON.stringify(body)).to.equal(200);
  return new TestUser(url, body.user_id, body.device_id, body.access_token, send);
}

let lastTransaction = 0;

/** Somebody with a session: the requests of everyday life, each of which has to succeed. */
export class TestUser {
  readonly #url: () => string;
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  readonly #send: typeof fetch | undefined;

  /** @param send as in `TestRequest`. */
  constructor(url: () => string, userId: string, deviceId: string, accessToken: string, send?: typeof fetch) {
    this.#url = url;
    this.userId = userId;
    this.deviceId = deviceId;
    this.accessToken = accessToken;
    this.#send = send;
  }

  /** One request with the user's token, whatever comes of it. */
  request(method: string, path: string, body?: unknown): Promise<TestResponse> {
    return request(this.#url(), method, path, { token: this.accessToken, body, send: this.#send });
  }

  /** As `request`; fails the test unless the answer is 200, and returns its body. */
  async ok(method: string, path: string, body?: unknown): Promise<TestResponse['body']> {
    const response = await this.request(method, path, body);
    expect(response.status, `${method} ${path}: ${JSON.stringify(response.body)}`).to.equal(200);
    return response.body;
  }

  /** Creates a room and returns its ID. */
  async createRoom(body: object = {}): Promise<string> {
    return (await this.ok('POST', '/_matrix/client/v3/createRoom', body)).room_id;
  }

  /** Joins a room by its ID or alias. */
  async join(room: string): Promise<void> {
    await this.ok('POST', `/_matrix/client/v3/join/${encodeURIComponent(room)}`, {});
  }

  /** Invites somebody. */
  async invite(roomId: string, other: TestUser): Promise<void> {
    await this.ok('POST', `${roomPath(roomId)}/invite`, { user_id: other.userId });
  }

  /** Sends an event and returns its ID. */
  async send(roomId: string, type: string, content: object): Promise<string> {
    lastTransaction += 1;
    const path = `${roomPath(roomId)}/send/${encodeURIComponent(type)}/txn${lastTransaction}`;
    return (await this.ok('PUT', path, content)).event_id;
  }

  /** Sends a text message and returns the event's ID. */
  say(roomId: string, body: string): Promise<string> {
    return this.send(roomId, 'm.room.message', { msgtype: 'm.text', body });
  }

  /** Sets a piece of state and returns the event's ID. */
  async setState(roomId: string, type: string, content: object, stateKey = ''): Promise<string> {
    const path = `${roomPath(roomId)}/state/${encodeURIComponent(type)}/${encodeURIComponent(stateKey)}`;
    return (await this.ok('PUT', path, content)).event_id;
  }

  /** One sync; parameters as in the query. */
  sync(parameters: Readonly<Record<string, string>> = {}): Promise<TestResponse['body']> {
    return this.ok('GET', `/_matrix/client/v3/sync?${new URLSearchParams(parameters)}`);
  }
}

/** The path of a room. */
export function roomPath(roomId: string): string {
  return `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`;
}
