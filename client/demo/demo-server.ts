import { createHmac } from 'node:crypto';

/** A server that is about to be filled, and what opens it. */
export interface DemoServerAccess {
  /** Without a slash at the end. */
  readonly url: string;
  /** The server's `registration_shared_secret`. */
  readonly sharedSecret: string;
  /** The token of an application service that may speak for everybody: its requests say when something was said. */
  readonly appServiceToken: string;
}

/** A person of the demo, logged in. */
export interface DemoPerson {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

/** What a request got instead of what it asked for. */
export class DemoServerError extends Error {
  readonly errcode: string;

  constructor(request: string, errcode: string, message: string) {
    super(`${request}: ${errcode}: ${message}`);
    this.name = 'DemoServerError';
    this.errcode = errcode;
  }
}

/** The requests of the public API that the demo is made with. */
export class DemoServer {
  readonly #access: DemoServerAccess;
  #lastTransaction = 0;

  constructor(access: DemoServerAccess) {
    this.#access = access;
  }

  /**
   * One request; returns its body.
   * @throws DemoServerError for an answer that is none of success
   */
  async ask(
    token: string,
    method: string,
    path: string,
    body?: object | Buffer,
    type = 'application/json',
  ): Promise<Record<string, unknown>> {
    const response = await fetch(this.#access.url + path, {
      method,
      headers: { ...(token !== '' && { Authorization: `Bearer ${token}` }), 'Content-Type': type },
      ...(body && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok)
      throw new DemoServerError(`${method} ${path}`, String(answer.errcode), String(answer.error));
    return answer;
  }

  /** Makes an account, by the shared secret (Synapse's `/_synapse/admin/v1/register`). */
  async register(username: string, password: string): Promise<DemoPerson> {
    const path = '/_synapse/admin/v1/register';
    const { nonce } = await this.ask('', 'GET', path);
    const mac = createHmac('sha1', this.#access.sharedSecret)
      .update([nonce, username, password, 'notadmin'].join('\0'))
      .digest('hex');
    const account = await this.ask('', 'POST', path, { nonce, username, password, admin: false, mac });
    return {
      userId: String(account.user_id),
      deviceId: String(account.device_id),
      accessToken: String(account.access_token),
    };
  }

  /** Uploads a PNG; returns its `mxc:` URI. */
  async upload(person: DemoPerson, data: Buffer): Promise<string> {
    const path = '/_matrix/media/v3/upload?filename=picture.png';
    return String((await this.ask(person.accessToken, 'POST', path, data, 'image/png')).content_uri);
  }

  /**
   * Sends an event as if at another time, in milliseconds (Matrix 1.19, Application Service API, "Timestamp massaging");
   * returns its ID.
   */
  async sendAt(
    timestamp: number,
    author: DemoPerson,
    roomId: string,
    type: string,
    content: object,
  ): Promise<string> {
    this.#lastTransaction += 1;
    const query = new URLSearchParams({ user_id: author.userId, ts: String(timestamp) });
    const path = `${roomPath(roomId)}/send/${encodeURIComponent(type)}/demo-${this.#lastTransaction}?${query}`;
    return String((await this.ask(this.#access.appServiceToken, 'PUT', path, content)).event_id);
  }

  /** Sets a piece of a room's state; at another time if one is given, in milliseconds. */
  async setState(
    author: DemoPerson,
    roomId: string,
    type: string,
    content: object,
    timestamp?: number,
  ): Promise<void> {
    const path = `${roomPath(roomId)}/state/${encodeURIComponent(type)}/`;
    if (timestamp === undefined) {
      await this.ask(author.accessToken, 'PUT', path, content);
      return;
    }
    const query = new URLSearchParams({ user_id: author.userId, ts: String(timestamp) });
    await this.ask(this.#access.appServiceToken, 'PUT', `${path}?${query}`, content);
  }
}

/** The path of a room in the Client-Server API. */
export function roomPath(roomId: string): string {
  return `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`;
}
