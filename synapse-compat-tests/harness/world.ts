import { createHmac } from 'node:crypto';
import { Client, type Target, UnexpectedAnswer } from './client.ts';
import { IdNames } from './normalise.ts';
import { SHARED_SECRET } from './servers.ts';

/** One of the two servers, with the people of one area of cases. */
export class World {
  readonly #target: Target;
  readonly #prefix: string;
  /** What has been named so far. */
  readonly names = new IdNames();
  /** Somebody without an access token. */
  readonly anonymous: Client;

  /** @param prefix of the names of all users, so that areas do not meet. */
  constructor(target: Target, prefix: string) {
    this.#target = target;
    this.#prefix = prefix;
    this.anonymous = this.#client({ userId: '', deviceId: '', token: undefined });
  }

  /** The whole name of somebody, which is the same on both servers. */
  readonly localpart = (name: string): string => `${this.#prefix}-${name}`;

  /** Where the server listens: for paths that a client puts together by itself. */
  get url(): string {
    return this.#target.url;
  }

  /** Registers somebody; the password is `password of NAME`. */
  async user(name: string): Promise<Client> {
    return this.#session(
      await this.anonymous.ok('POST', '/v3/register', {
        username: this.localpart(name),
        password: `password of ${name}`,
        device_id: `DEVICE-${name}`,
        auth: { type: 'm.login.dummy' },
      }),
    );
  }

  /** Registers an admin of the server. */
  async admin(name: string): Promise<Client> {
    const path = '/_synapse/admin/v1/register';
    const { nonce } = await this.anonymous.ok('GET', path);
    const username = this.localpart(name);
    const password = `password of ${name}`;
    const signed = [nonce, username, password, 'admin'].join('\0');
    const mac = createHmac('sha1', SHARED_SECRET).update(signed).digest('hex');
    return this.#session(
      await this.anonymous.ok('POST', path, { nonce, username, password, mac, admin: true }),
    );
  }

  /** Logs somebody in on a further device. */
  async login(name: string, deviceId = `SECOND-${name}`): Promise<Client> {
    return this.#session(
      await this.anonymous.ok('POST', '/v3/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: this.localpart(name) },
        password: `password of ${name}`,
        device_id: deviceId,
      }),
    );
  }

  /** Somebody with a token that another request gave. */
  withToken(token: string): Client {
    return this.#client({ userId: '', deviceId: '', token });
  }

  #session(body: { user_id: string; device_id: string; access_token: string }): Client {
    return this.#client({ userId: body.user_id, deviceId: body.device_id, token: body.access_token });
  }

  #client(session: { userId: string; deviceId: string; token: string | undefined }): Client {
    return new Client(this.#target, this.names, session);
  }
}

/**
 * Asks until an answer is as wanted: for what a server does some time after it was told to.
 * @returns the last answer, also if it never was.
 */
export async function eventually<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  // Guildhall gathers for ten seconds when devices were seen.
  const deadline = performance.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer) || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a step that did not succeed looks like to the comparison. */
export function observeFailure(error: unknown): object {
  if (!(error instanceof UnexpectedAnswer)) throw error;
  const { status, body } = error.answer;
  return { 'a step failed': `${status} ${body?.errcode ?? ''}` };
}
