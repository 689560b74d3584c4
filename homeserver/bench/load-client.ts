import { createHmac, randomBytes } from 'node:crypto';
import { HttpConnection } from './http-connection.ts';

/** A thousand clients at once keep some servers busy for minutes. */
const TIME_LIMIT_MS = 300_000;

/** What a server answers. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Somebody who is logged in. */
export interface Session {
  readonly userId: string;
  readonly token: string;
}

interface RequestOptions {
  readonly token?: string;
  readonly body?: object;
}

/** The server has no such operation. */
export class NotServed extends Error {
  override readonly name = 'NotServed';
}

/** A client of one server, over as many connections as it has requests in flight. */
export class LoadClient {
  readonly #url: URL;
  readonly #connections = new Set<HttpConnection>();
  readonly #idle: HttpConnection[] = [];

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /**
   * Sends one request.
   * @throws unless it is answered with 200, in time; `NotServed` if the server does not know the operation.
   */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<JsonObject> {
    return JSON.parse((await this.ask(method, path, options)).toString());
  }

  /** As `send`, for the body as it came. */
  async ask(method: string, path: string, { token, body }: RequestOptions = {}): Promise<Buffer> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const head = [
      `${method} ${path} HTTP/1.1`,
      `Host: ${this.#url.host}`,
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(payload)}`,
    ];
    const connection = this.#idle.pop() ?? this.#connect();
    const late = setTimeout(() => connection.close(new Error('no answer in time')), TIME_LIMIT_MS);
    const { status, body: answer } = await connection
      .ask(`${head.join('\r\n')}\r\n\r\n${payload}`)
      .finally(() => clearTimeout(late));
    if (this.#connections.has(connection)) this.#idle.push(connection);
    if (status === 404 && answer.includes('M_UNRECOGNIZED')) throw new NotServed(`${method} ${path}`);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${answer}`);
    return answer;
  }

  /** Registers as Synapse's admin API does it, which every server compared here has. */
  async register(username: string, secret: string): Promise<Session> {
    const path = '/_synapse/admin/v1/register';
    const { nonce } = await this.send('GET', path);
    const password = randomBytes(12).toString('base64url');
    const mac = createHmac('sha1', secret)
      .update([nonce, username, password, 'notadmin'].join('\0'))
      .digest('hex');
    const answer = await this.send('POST', path, { body: { nonce, username, password, mac, admin: false } });
    return { userId: String(answer.user_id), token: String(answer.access_token) };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #connect(): HttpConnection {
    const { hostname, port } = this.#url;
    const forget = (closed: HttpConnection): void => {
      this.#connections.delete(closed);
      const at = this.#idle.indexOf(closed);
      if (at >= 0) this.#idle.splice(at, 1);
    };
    const connection = new HttpConnection(Number(port), hostname.replace(/^\[|\]$/g, ''), forget);
    this.#connections.add(connection);
    return connection;
  }
}
