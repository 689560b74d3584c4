import type { Clock } from '../base/clock.ts';
import { randomToken } from '../base/ids.ts';
import { MatrixError } from '../protocol/errors.ts';
import type { Storage } from '../storage/index.ts';
import type { Requester } from './requester.ts';
import { hashOfToken } from './tokens.ts';

/** A token with which a service finds out who somebody is. */
export interface OpenIdToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

const LIFE_SECONDS = 3_600;

/**
 * Tokens that users show to other services, which ask this server whose they are.
 *
 * Source: Client-Server API v1.19, "OpenID".
 */
export class OpenId {
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Makes a token for the requester. */
  async issue({ userNid }: Requester): Promise<OpenIdToken> {
    const token = randomToken();
    const now = this.#clock.now();
    await this.#storage.shortTokens.add(
      { tokenHash: hashOfToken(token), purpose: 'openid', userNid, expiresTs: now + LIFE_SECONDS * 1_000 },
      now,
    );
    return { token, expiresInSeconds: LIFE_SECONDS };
  }

  /**
   * Whose token this is: `sub` of `GET /_matrix/federation/v1/openid/userinfo`.
   *
   * Source: Server-Server API v1.19, "OpenID".
   * @throws {MatrixError} 401 `M_UNKNOWN_TOKEN`
   */
  async userOf(token: string): Promise<string> {
    const owner = await this.#storage.shortTokens.owner(hashOfToken(token), 'openid', this.#clock.now());
    if (owner !== undefined) return owner.userId;
    throw new MatrixError(401, 'M_UNKNOWN_TOKEN', 'The token is not known or has expired');
  }
}
