import { checkedFetch } from '../../homeserver/test-kit/spec-coverage/checked-fetch.ts';
import type { IdNames } from './normalise.ts';

/** An answer; its body parsed if it is JSON. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: cases look into bodies of every shape.
  readonly body: any;
}

/** What a request may carry beside its body. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Which server is asked; Guildhall's answers are held to the specification's schemas as well. */
export interface Target {
  readonly url: string;
  readonly isOurs: boolean;
}

/** Somebody who speaks the Client-Server API, with or without an access token. Paths begin after `/_matrix/client`. */
export class Client {
  readonly #target: Target;
  readonly #names: IdNames;
  readonly userId: string;
  readonly deviceId: string;
  readonly token: string | undefined;
  #transactions = 0;

  constructor(
    target: Target,
    names: IdNames,
    session: { userId: string; deviceId: string; token: string | undefined },
  ) {
    this.#target = target;
    this.#names = names;
    this.userId = session.userId;
    this.deviceId = session.deviceId;
    this.token = session.token;
  }

  /** Any request, and whatever comes back. Strings and bytes are sent as they are, all else as JSON. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    { headers = {} }: RequestOptions = {},
  ): Promise<Answer> {
    const send = this.#target.isOurs ? checkedFetch : fetch;
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await send(
      `${this.#target.url}${path.startsWith('/_') || path.startsWith('/.') ? path : `/_matrix/client${path}`}`,
      {
        method,
        headers: {
          ...(this.token !== undefined && { Authorization: `Bearer ${this.token}` }),
          ...(body !== undefined && !raw && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        redirect: 'manual',
        ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
      },
    );
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.request('POST', path, body);
  }

  put(path: string, body: unknown = {}): Promise<Answer> {
    return this.request('PUT', path, body);
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.request('DELETE', path, body);
  }

  /** The body of a request that has to succeed: for what a case needs and is not about. */
  async ok(method: string, path: string, body?: unknown): Promise<Answer['body']> {
    const answer = await this.request(method, path, body);
    if (answer.status === 200) return answer.body;
    throw new UnexpectedAnswer(method, path, answer);
  }

  /** Creates a room. @returns its ID. */
  async createRoom(body: object = {}): Promise<string> {
    const { room_id: roomId } = await this.ok('POST', '/v3/createRoom', body);
    this.#names.add('room', roomId);
    return roomId;
  }

  /**
   * Creates a room that anybody may join, with exactly the same first events on both servers.
   * @returns its ID.
   */
  createHall(
    body: { readonly initial_state?: readonly object[]; readonly [key: string]: unknown } = {},
  ): Promise<string> {
    const joinRules = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'public' } };
    return this.createRoom({
      preset: 'private_chat',
      ...body,
      initial_state: [joinRules, ...(body.initial_state ?? [])],
    });
  }

  async join(room: string): Promise<void> {
    await this.ok('POST', `/v3/join/${encodeURIComponent(room)}`, {});
  }

  async leave(roomId: string): Promise<void> {
    await this.ok('POST', inRoom(roomId, 'leave'), {});
  }

  async invite(roomId: string, other: Client): Promise<void> {
    await this.ok('POST', inRoom(roomId, 'invite'), { user_id: other.userId });
  }

  async kick(roomId: string, other: Client): Promise<void> {
    await this.ok('POST', inRoom(roomId, 'kick'), { user_id: other.userId });
  }

  async ban(roomId: string, other: Client): Promise<void> {
    await this.ok('POST', inRoom(roomId, 'ban'), { user_id: other.userId });
  }

  /** Sends an event. @returns its ID. */
  async send(roomId: string, type: string, content: object): Promise<string> {
    this.#transactions += 1;
    const path = inRoom(roomId, 'send', type, `t${this.#transactions}`);
    return this.#event(await this.ok('PUT', path, content));
  }

  /** Sends a text. @returns the event's ID. */
  say(roomId: string, body: string): Promise<string> {
    return this.send(roomId, 'm.room.message', { msgtype: 'm.text', body });
  }

  /** @returns the event's ID. */
  async setState(roomId: string, type: string, content: object, stateKey = ''): Promise<string> {
    return this.#event(await this.ok('PUT', inRoom(roomId, 'state', type, stateKey), content));
  }

  /** @returns the ID of the redaction. */
  async redact(roomId: string, eventId: string, body: object = {}): Promise<string> {
    this.#transactions += 1;
    const path = inRoom(roomId, 'redact', eventId, `t${this.#transactions}`);
    return this.#event(await this.ok('PUT', path, body));
  }

  /** One sync; the parameters as in the query, the filter as an object. */
  sync({ filter, ...query }: SyncQuery = {}): Promise<Answer['body']> {
    const written = filter === undefined ? {} : { filter: JSON.stringify(filter) };
    return this.ok('GET', `/v3/sync?${new URLSearchParams({ timeout: '0', ...query, ...written })}`);
  }

  #event({ event_id: eventId }: { event_id: string }): string {
    this.#names.add('event', eventId);
    return eventId;
  }
}

interface SyncQuery {
  readonly filter?: object;
  readonly since?: string;
  readonly full_state?: string;
  readonly set_presence?: string;
  readonly timeout?: string;
  readonly use_state_after?: string;
}

/** A step of a case that had to succeed and did not; observed as status and errcode. */
export class UnexpectedAnswer extends Error {
  readonly answer: Answer;

  constructor(method: string, path: string, answer: Answer) {
    super(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    this.answer = answer;
  }
}

/** The path of something in a room, its parts encoded: `/v3/rooms/{roomId}/...`. */
export function inRoom(roomId: string, ...parts: readonly string[]): string {
  return `/v3/rooms/${[roomId, ...parts].map(encodeURIComponent).join('/')}`;
}
