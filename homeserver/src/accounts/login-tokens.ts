import type { Clock } from '../base/clock.ts';
import { randomToken } from '../base/ids.ts';
import { forbidden, missingParam } from '../protocol/errors.ts';
import type { Storage, StoredUser, UnitOfWork } from '../storage/index.ts';
import type { Confirmation } from './confirmation.ts';
import type { AuthAnswer } from './interactive-auth.ts';
import type { LoginCaller, LoginMethod, LoginRequest } from './login.ts';
import type { Requester } from './requester.ts';
import { hashOfToken } from './tokens.ts';

/** A token with which somebody's next device logs in. */
export interface LoginToken {
  readonly token: string;
  readonly expiresInMs: number;
}

/** As Synapse: long enough to show the token to another device. */
const LIFE_MS = 2 * 60_000;

/** Logging in with a token that a device of the same user has asked for. It works once. */
export class LoginTokens implements LoginMethod {
  readonly type = 'm.login.token';
  readonly flow = { get_login_token: true };
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #confirmation: Confirmation;

  constructor(storage: Storage, clock: Clock, confirmation: Confirmation) {
    this.#storage = storage;
    this.#clock = clock;
    this.#confirmation = confirmation;
  }

  /**
   * Makes a token for another device of the requester.
   *
   * Source: Client-Server API v1.19, `POST /login/get_token`.
   * @throws {MatrixError} 401 that asks for the password.
   */
  async create(requester: Requester, auth: AuthAnswer | undefined): Promise<LoginToken> {
    await this.#confirmation.require(requester, ['login-token'], auth);
    return this.issue(requester.userNid);
  }

  /** Makes a token for a user whose identity was shown in another way, by single sign-on, say. */
  async issue(userNid: number): Promise<LoginToken> {
    const token = randomToken();
    const now = this.#clock.now();
    await this.#storage.shortTokens.add(
      { tokenHash: hashOfToken(token), purpose: 'login', userNid, expiresTs: now + LIFE_MS },
      now,
    );
    return { token, expiresInMs: LIFE_MS };
  }

  /** Nobody guesses a token. */
  accountOf(): undefined {
    return undefined;
  }

  async identify({ token }: LoginRequest, _caller: LoginCaller, unit: UnitOfWork): Promise<StoredUser> {
    if (typeof token !== 'string') throw missingParam('The login token is missing');
    const tokenHash = hashOfToken(token);
    const owner = await this.#storage.shortTokens.owner(tokenHash, 'login', this.#clock.now());
    const user = owner && (await this.#storage.users.byNid(owner.userNid));
    if (user === undefined) throw forbidden('This login token is not valid, or no longer');
    this.#storage.shortTokens.use(unit, tokenHash);
    this.#storage.users.requireActive(unit, user.userNid);
    return user;
  }
}
