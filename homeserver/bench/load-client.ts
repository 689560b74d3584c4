import { createHmac, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';

/** The most connections to one server, and so the most requests in flight. */
const MAX_CONNECTIONS = 64;
const TIME_LIMIT_MS = 60_000;

/** What a server answers. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Somebody who is logged in. */
export interface Session {
  readonly userId: string;
  readonly token: string;
}

/** A client of one server over connections that are kept. It does little, since it runs beside what it measures. */
export class LoadClient {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /**
   * Sends one request.
   * @throws unless it is answered with 200, in time.
   */
  send(
    method: string,
    path: string,
    { token, body }: { token?: string; body?: object } = {},
  ): Promise<JsonObject> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string | number> = {};
    if (token !== undefined) headers.Authorization = `Bearer ${token}`;
    if (payload !== undefined) {
      headers['Content-Type'] = 'application/json';
      headers['Content-Length'] = Buffer.byteLength(payload);
    }
    const { hostname, port } = this.#url;
    const options = { agent: this.#agent, hostname, port, method, path, headers, timeout: TIME_LIMIT_MS };
    return new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      sent.on('timeout', () =>
        sent.destroy(new Error(`${method} ${path}: no answer in ${TIME_LIMIT_MS} ms`)),
      );
      sent.on('error', reject);
      sent.end(payload);
    });
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
    this.#agent.destroy();
  }
}
