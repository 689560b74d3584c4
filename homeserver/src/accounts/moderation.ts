import { forbidden, invalidParam, notFound } from '../protocol/errors.ts';
import { domainOf, isUserId, type ServerName } from '../protocol/identifiers.ts';
import { type Storage, type StoredDevice, type StoredUser, UnitOfWork } from '../storage/index.ts';
import type { Requester } from './requester.ts';

/** `locked`: nothing works but logging out. `suspended`: the user may look, and leave. */
export type Sanction = 'locked' | 'suspended';

/**
 * What server admins do about users who misbehave, or whose account is in the wrong hands.
 *
 * Source: Client-Server API v1.19, "Server administration", `/admin/lock` and `/admin/suspend`.
 */
export class Moderation {
  readonly #storage: Storage;
  readonly #serverName: ServerName;

  constructor(storage: Storage, serverName: ServerName) {
    this.#storage = storage;
    this.#serverName = serverName;
  }

  /**
   * Whether a user is under a sanction.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for no user of this server, 404 `M_NOT_FOUND`.
   */
  async has(userId: string, sanction: Sanction): Promise<boolean> {
    return (await this.#find(userId))[sanction];
  }

  /**
   * Puts a user under a sanction, or ends it.
   * @throws {MatrixError} as `has`; 403 `M_FORBIDDEN` for an admin, the requester included.
   */
  async set(requester: Requester, userId: string, sanction: Sanction, value: boolean): Promise<void> {
    const user = await this.#find(userId);
    if (user.userId === requester.userId) throw forbidden('You cannot do this to yourself');
    if (user.admin) throw forbidden('This cannot be done to a server admin');
    const unit = new UnitOfWork();
    this.#storage.users.setFlag(unit, user.userNid, sanction, value);
    unit.invalidate('sessions', user.userNid);
    await this.#storage.database.commit(unit);
  }

  /**
   * The devices of a user, with the addresses that they were last heard from.
   *
   * Source: Client-Server API v1.19, `GET /admin/whois/{userId}`.
   * @throws {MatrixError} as `has`; 403 `M_FORBIDDEN` for another user's devices to somebody who is no admin.
   */
  async devicesOf(requester: Requester, userId: string): Promise<StoredDevice[]> {
    if (!requester.isAdmin && userId !== requester.userId) throw forbidden('Only server admins may see this');
    return this.#storage.devices.list((await this.#find(userId)).userNid);
  }

  async #find(userId: string): Promise<StoredUser> {
    if (!isUserId(userId)) throw invalidParam('This is not a user ID');
    if (domainOf(userId) !== this.#serverName) throw invalidParam('This user is of another server');
    const user = await this.#storage.users.byUserId(userId);
    if (user === undefined || user.deactivated) throw notFound('There is no such user');
    return user;
  }
}
