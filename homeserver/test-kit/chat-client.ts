import type { JsonObject } from '../src/protocol/canonical-json.ts';

/** A room event as clients get it. */
export interface ClientEvent {
  readonly event_id: string;
  readonly room_id: string;
  readonly type: string;
  readonly sender: string;
  readonly origin_server_ts: number;
  readonly state_key?: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly unsigned: Readonly<Record<string, unknown>>;
}

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A page of `/messages`. */
export interface MessagesPage {
  readonly chunk: ClientEvent[];
  readonly start: string;
  readonly end?: string;
  readonly state?: ClientEvent[];
}

/** How a client's requests reach the server: with its token, paths beginning after `/_matrix/client`. */
export type Send = (method: string, path: string, body?: unknown) => Promise<Answer>;

/**
 * Somebody with an account, in as few words as a test wants. Methods named after what a user does fail unless the
 * server answers 200; `refusal` wants the opposite.
 */
export class ChatClient {
  readonly userId: string;
  readonly #send: Send;
  #transactions = 0;

  constructor(userId: string, send: Send) {
    this.userId = userId;
    this.#send = send;
  }

  /** Any request, and whatever comes back. */
  request(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#send(method, path, body);
  }

  /** A request that is answered with 200. */
  async ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.request(method, path, body);
    if (answer.status !== 200) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  get(path: string): Promise<Record<string, unknown>> {
    return this.ask('GET', path);
  }

  post(path: string, body: unknown = {}): Promise<Record<string, unknown>> {
    return this.ask('POST', path, body);
  }

  put(path: string, body: unknown = {}): Promise<Record<string, unknown>> {
    return this.ask('PUT', path, body);
  }

  /** Status and errcode of a request that is refused, as `403 M_FORBIDDEN`. */
  async refusal(method: string, path: string, body?: unknown): Promise<string> {
    const { status, body: answer } = await this.request(method, path, body);
    if (status < 400) throw new Error(`${method} ${path} was not refused: ${JSON.stringify(answer)}`);
    return `${status} ${String(answer.errcode)}`;
  }

  /** @returns the room's ID. */
  async createRoom(request: JsonObject = {}): Promise<string> {
    return String((await this.post('/v3/createRoom', request)).room_id);
  }

  async join(roomIdOrAlias: string): Promise<void> {
    await this.post(`/v3/join/${encodeURIComponent(roomIdOrAlias)}`);
  }

  async leave(roomId: string): Promise<void> {
    await this.post(roomPath(roomId, 'leave'));
  }

  async forget(roomId: string): Promise<void> {
    await this.post(roomPath(roomId, 'forget'));
  }

  async invite(roomId: string, other: ChatClient): Promise<void> {
    await this.post(roomPath(roomId, 'invite'), { user_id: other.userId });
  }

  async kick(roomId: string, other: ChatClient): Promise<void> {
    await this.post(roomPath(roomId, 'kick'), { user_id: other.userId });
  }

  async ban(roomId: string, other: ChatClient): Promise<void> {
    await this.post(roomPath(roomId, 'ban'), { user_id: other.userId });
  }

  async unban(roomId: string, other: ChatClient): Promise<void> {
    await this.post(roomPath(roomId, 'unban'), { user_id: other.userId });
  }

  /** Sends a text. @returns the event's ID. */
  say(roomId: string, body: string): Promise<string> {
    return this.sendEvent(roomId, 'm.room.message', { msgtype: 'm.text', body });
  }

  /** @returns the event's ID. */
  async sendEvent(roomId: string, type: string, content: JsonObject): Promise<string> {
    this.#transactions += 1;
    return String(
      (await this.put(roomPath(roomId, 'send', type, `t${this.#transactions}`), content)).event_id,
    );
  }

  /** @returns the ID of the redaction. */
  async redact(roomId: string, eventId: string, reason?: string): Promise<string> {
    this.#transactions += 1;
    const path = roomPath(roomId, 'redact', eventId, `t${this.#transactions}`);
    return String((await this.put(path, reason === undefined ? {} : { reason })).event_id);
  }

  /** @returns the event's ID. */
  async setState(roomId: string, type: string, content: JsonObject, stateKey = ''): Promise<string> {
    return String((await this.put(roomPath(roomId, 'state', type, stateKey), content)).event_id);
  }

  /** The content of a state event. */
  state(roomId: string, type: string, stateKey = ''): Promise<Record<string, unknown>> {
    return this.get(roomPath(roomId, 'state', type, stateKey));
  }

  /** @param query as `dir=b&limit=3`. */
  async messages(roomId: string, query = 'dir=b&limit=100'): Promise<MessagesPage> {
    return (await this.get(`${roomPath(roomId, 'messages')}?${query}`)) as unknown as MessagesPage;
  }

  /** The bodies of the messages of a room, oldest first, as far as they are shown. */
  async history(roomId: string): Promise<string[]> {
    const { chunk } = await this.messages(roomId, 'dir=f&limit=1000');
    return chunk.flatMap(({ type, content }) =>
      type === 'm.room.message' && typeof content.body === 'string' ? content.body : [],
    );
  }

  /** One event. */
  async event(roomId: string, eventId: string): Promise<ClientEvent> {
    return (await this.get(roomPath(roomId, 'event', eventId))) as unknown as ClientEvent;
  }
}

/** The path of something in a room, its parts encoded: `/v3/rooms/{roomId}/...`. */
export function roomPath(roomId: string, ...parts: readonly string[]): string {
  return `/v3/rooms/${[roomId, ...parts].map(encodeURIComponent).join('/')}`;
}
