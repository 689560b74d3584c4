import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import { invalidParam, MatrixError } from '../protocol/errors.ts';
import { ExpectationFailed, type Storage } from '../storage/index.ts';
import type { Passwords } from './passwords.ts';
import type { Registered } from './registration.ts';
import type { Sessions } from './sessions.ts';
import type { Users } from './users.ts';

/** What the holder of the secret asks for, in Synapse's form. */
export interface SharedSecretRequest {
  readonly nonce: string;
  readonly username: string;
  readonly password: string;
  readonly displayName?: string | undefined;
  readonly admin?: boolean | undefined;
  readonly userType?: string | undefined;
  /** HMAC-SHA1, in hexadecimal. */
  readonly mac: string;
  readonly inhibitLogin?: boolean | undefined;
}

const NONCE_LIFE_MS = 60_000;
const USER_TYPES = ['bot', 'support'];
const MAX_DISPLAY_NAME = 256;

/**
 * Making accounts with the secret of the configuration, as scripts and other servers' tools do it. The registration
 * mode does not matter.
 *
 * Source: Synapse, admin API "Shared-Secret Registration" (`/_synapse/admin/v1/register`).
 */
export class SharedSecretRegistration {
  readonly #secret: string | undefined;
  readonly #clock: Clock;
  readonly #users: Users;
  readonly #passwords: Passwords;
  readonly #sessions: Sessions;
  readonly #shortTokens: Storage['shortTokens'];

  constructor(
    secret: string | undefined,
    clock: Clock,
    users: Users,
    passwords: Passwords,
    sessions: Sessions,
    shortTokens: Storage['shortTokens'],
  ) {
    this.#secret = secret;
    this.#clock = clock;
    this.#users = users;
    this.#passwords = passwords;
    this.#sessions = sessions;
    this.#shortTokens = shortTokens;
  }

  /**
   * A word to be signed with the request; it can be used once, within a minute, at any process.
   * @throws {MatrixError} 400 `M_UNKNOWN` if there is no secret.
   */
  createNonce(): string {
    const secret = this.#requireSecret();
    const word = `${this.#clock.now() + NONCE_LIFE_MS}-${randomOpaqueId(20)}`;
    return `${word}-${sealOf(word, secret)}`;
  }

  /**
   * Makes an account.
   * @throws {MatrixError} 403 `M_FORBIDDEN` for a wrong signature; 400 for a nonce that is not valid, or a user name
   * or type that cannot be.
   */
  async register(request: SharedSecretRequest): Promise<Registered> {
    const secret = this.#requireSecret();
    await this.#useNonce(request.nonce, secret);
    const { username, password, admin = false, userType, displayName } = request;
    if ([username, password].some((text) => text.includes('\0'))) {
      throw invalidParam('The user name and the password must have no NUL');
    }
    if (!isSignedWith(secret, request)) throw new MatrixError(403, 'M_FORBIDDEN', 'HMAC incorrect');
    if (userType !== undefined && !USER_TYPES.includes(userType)) throw invalidParam('Invalid user type');
    if (displayName !== undefined && displayName.length > MAX_DISPLAY_NAME) {
      throw invalidParam(`The display name must have at most ${MAX_DISPLAY_NAME} characters`);
    }
    const userId = this.#users.userIdFor(username);
    await this.#users.checkFree(userId);
    const passwordHash = await this.#passwords.hash(password);
    return this.#users.create(
      { userId, passwordHash, isAdmin: admin, userType, displayName },
      (unit, userNid) => {
        if (request.inhibitLogin === true) return { userId };
        return { userId, session: this.#sessions.open(unit, { userId, userNid }, {}) };
      },
    );
  }

  #requireSecret(): string {
    if (this.#secret !== undefined) return this.#secret;
    throw new MatrixError(400, 'M_UNKNOWN', 'Shared secret registration is not enabled');
  }

  async #useNonce(nonce: string, secret: string): Promise<void> {
    const [expires = '', random = '', seal = ''] = nonce.split('-');
    const [now, expiresTs] = [this.#clock.now(), Number(expires)];
    const isOurs = isSame(sealOf(`${expires}-${random}`, secret), seal);
    if (!isOurs || !(expiresTs > now)) throw unknownNonce();
    const tokenHash = hash('sha256', nonce, 'base64url');
    try {
      // Also after a failed attempt: each guess at the signature needs a nonce of its own.
      await this.#shortTokens.add({ tokenHash, purpose: 'used-nonce', userNid: 0, expiresTs }, now);
    } catch (error) {
      throw error instanceof ExpectationFailed ? unknownNonce() : error;
    }
  }
}

/** What shows that a nonce was made here. */
function sealOf(word: string, secret: string): string {
  return createHmac('sha256', secret)
    .update(`nonce ${word}`)
    .digest('base64url')
    .replaceAll('-', '_')
    .slice(0, 22);
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

function unknownNonce(): MatrixError {
  return new MatrixError(400, 'M_UNKNOWN', 'unrecognised nonce');
}

function isSignedWith(secret: string, request: SharedSecretRequest): boolean {
  const { nonce, username, password, admin = false, userType } = request;
  const signed = [nonce, username, password, admin ? 'admin' : 'notadmin'];
  if (userType !== undefined) signed.push(userType);
  const wanted = createHmac('sha1', secret).update(signed.join('\0')).digest();
  const given = Buffer.from(request.mac, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
