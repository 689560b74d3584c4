import { badJson, forbidden, MatrixError, missingParam } from '../protocol/errors.ts';
import { parseUserId, type ServerName } from '../protocol/identifiers.ts';
import { isJsonObject } from '../protocol/json-values.ts';
import type { Storage, StoredUser } from '../storage/index.ts';
import { canonicalEmail } from './email-address.ts';
import type { Passwords } from './passwords.ts';

/** What a client sends to name a user and prove it with a password. */
export interface PasswordAnswer {
  readonly identifier?: unknown;
  /** The old form of `identifier`. */
  readonly user?: unknown;
  readonly medium?: unknown;
  readonly address?: unknown;
  readonly password?: unknown;
  readonly [key: string]: unknown;
}

/** A user that can log in. */
export interface UserWithPassword extends StoredUser {
  readonly passwordHash: string;
}

/** Checks passwords against the stored users. */
export class PasswordCheck {
  readonly #storage: Storage;
  readonly #passwords: Passwords;
  readonly #serverName: ServerName;

  constructor(storage: Storage, passwords: Passwords, serverName: ServerName) {
    this.#storage = storage;
    this.#passwords = passwords;
    this.#serverName = serverName;
  }

  /**
   * The user whose name and password these are. The name is a localpart or a user ID, in any case.
   * @throws {MatrixError} 403 `M_FORBIDDEN` for an unknown user or a wrong password, 403 `M_USER_DEACTIVATED`,
   * 400 if the answer has the wrong form.
   */
  async check(answer: PasswordAnswer): Promise<UserWithPassword> {
    const name = nameOfUser(answer);
    const { password } = answer;
    if (password === undefined) throw missingParam('The password is missing');
    if (typeof password !== 'string') throw badJson('The password must be a string');
    const user = await this.find(name);
    if (user?.deactivated === true) {
      throw new MatrixError(403, 'M_USER_DEACTIVATED', 'This account has been deactivated');
    }
    const passwordHash = user?.passwordHash ?? null;
    const matches = await this.#passwords.verify(passwordHash, password);
    if (!matches || user === undefined || passwordHash === null) {
      throw forbidden('The user name or the password is wrong');
    }
    return { ...user, passwordHash };
  }

  /** Whether a user can confirm with a password at all. */
  async hasPassword(userId: string): Promise<boolean> {
    const user = await this.#storage.users.byUserId(userId);
    return user !== undefined && user.passwordHash !== null;
  }

  /** The local user whom a name stands for. */
  async find(name: UserName): Promise<StoredUser | undefined> {
    const { users, thirdPartyIds } = this.#storage;
    if (name.kind === 'email') {
      const userNid = await thirdPartyIds.owner('email', name.address);
      return userNid === undefined ? undefined : users.byNid(userNid);
    }
    const userId = this.userIdOf(name.user);
    return userId === undefined ? undefined : users.byUserId(userId);
  }

  /** The local user ID that a name stands for; undefined if it can be none of this server. */
  userIdOf(name: string): string | undefined {
    const userId = name.startsWith('@') ? name : `@${name}:${this.#serverName}`;
    const parts = parseUserId(userId);
    if (parts?.domain !== this.#serverName) return undefined;
    return `@${parts.localpart.toLowerCase()}:${this.#serverName}`;
  }
}

/** How somebody names a user: by a user name, or by a mail address. */
export type UserName =
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'email'; readonly address: string };

/**
 * Whom a login or a password stage names.
 *
 * Source: Client-Server API v1.19, "Identifier types".
 * @throws {MatrixError} 400 if it names nobody, or somebody by a telephone number, which this server does not know.
 */
export function nameOfUser({ identifier, user, medium, address }: PasswordAnswer): UserName {
  if (identifier === undefined) {
    if (typeof user === 'string') return { kind: 'user', user };
    if (medium === 'email' && typeof address === 'string') return emailName(address);
    throw missingParam('The identifier of the user is missing');
  }
  if (!isJsonObject(identifier)) throw badJson('The identifier must be an object');
  if (identifier.type === 'm.id.thirdparty' && identifier.medium === 'email') {
    if (typeof identifier.address !== 'string') throw missingParam('The identifier has no address');
    return emailName(identifier.address);
  }
  if (identifier.type !== 'm.id.user') {
    throw new MatrixError(
      400,
      'M_UNKNOWN',
      'Users are known here by their user name (m.id.user) or their mail address (m.id.thirdparty)',
    );
  }
  if (typeof identifier.user !== 'string') throw missingParam('The identifier has no user');
  return { kind: 'user', user: identifier.user };
}

function emailName(address: string): UserName {
  return { kind: 'email', address: canonicalEmail(address) };
}
