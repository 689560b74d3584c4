import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import { RecentMap } from '../base/recent-map.ts';
import { invalidParam, MatrixError } from '../protocol/errors.ts';
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
const MAX_NONCES = 10_000;
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
  readonly #nonces = new RecentMap<string, number>(MAX_NONCES);

  constructor(
    secret: string | undefined,
    clock: Clock,
    users: Users,
    passwords: Passwords,
    sessions: Sessions,
  ) {
    this.#secret = secret;
    this.#clock = clock;
    this.#users = users;
    this.#passwords = passwords;
    this.#sessions = sessions;
  }

  /**
   * A word to be signed with the request; it can be used once, within a minute.
   * @throws {MatrixError} 400 `M_UNKNOWN` if there is no secret.
   */
  createNonce(): string {
    this.#requireSecret();
    const nonce = randomOpaqueId(40);
    this.#nonces.set(nonce, this.#clock.now() + NONCE_LIFE_MS);
    return nonce;
  }

  /**
   * Makes an account.
   * @throws {MatrixError} 403 `M_FORBIDDEN` for a wrong signature; 400 for a nonce that is not valid, or a user name
   * or type that cannot be.
   */
  async register(request: SharedSecretRequest): Promise<Registered> {
    const secret = this.#requireSecret();
    this.#useNonce(request.nonce);
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

  #useNonce(nonce: string): void {
    const expiresTs = this.#nonces.get(nonce);
    // Also after a failed attempt: each guess at the signature needs a nonce of its own.
    this.#nonces.delete(nonce);
    if (expiresTs === undefined || expiresTs <= this.#clock.now()) {
      throw new MatrixError(400, 'M_UNKNOWN', 'unrecognised nonce');
    }
  }
}

function isSignedWith(secret: string, request: SharedSecretRequest): boolean {
  const { nonce, username, password, admin = false, userType } = request;
  const signed = [nonce, username, password, admin ? 'admin' : 'notadmin'];
  if (userType !== undefined) signed.push(userType);
  const wanted = createHmac('sha1', secret).update(signed.join('\0')).digest();
  const given = Buffer.from(request.mac, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
