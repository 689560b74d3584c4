import type { Clock } from '../base/clock.ts';
import { forbidden, invalidParam, MatrixError, notFound } from '../protocol/errors.ts';
import { domainOf, isUserId, type ServerName } from '../protocol/identifiers.ts';
import {
  type ListedUser,
  type Storage,
  type StoredDevice,
  type ThirdPartyId,
  UnitOfWork,
  type UpstreamUser,
  type UserFilter,
  type UserOrder,
} from '../storage/index.ts';
import type { Deactivation } from './deactivation.ts';
import type { Devices } from './devices.ts';
import { checkNewPassword, type Passwords } from './passwords.ts';
import type { Profiles } from './profiles.ts';
import type { Requester } from './requester.ts';
import type { Sessions } from './sessions.ts';
import type { UserDirectory } from './user-directory.ts';
import { type AddressOfUser, replaceAddresses, replaceUpstreamAccounts } from './user-identities.ts';
import type { Users } from './users.ts';

/** A local user with all that admins see of it. */
export interface UserDetails extends ListedUser {
  readonly threePids: readonly ThirdPartyId[];
  readonly upstreamAccounts: readonly UpstreamUser[];
}

/** What an admin sets of a user; what is left out stays. */
export interface UserChanges {
  readonly password?: string | undefined;
  /** Whether a new password ends the sessions; so it does unless told otherwise. */
  readonly logoutDevices?: boolean | undefined;
  readonly displayName?: string | undefined;
  readonly avatarUrl?: string | undefined;
  readonly isAdmin?: boolean | undefined;
  readonly isDeactivated?: boolean | undefined;
  readonly isLocked?: boolean | undefined;
  readonly userType?: string | null | undefined;
  /** All addresses that the user is to have. */
  readonly addresses?: readonly AddressOfUser[] | undefined;
  /** All accounts with identity providers that the user is to have. */
  readonly upstreamAccounts?: readonly UpstreamUser[] | undefined;
}

interface Parts {
  readonly storage: Storage;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly users: Users;
  readonly passwords: Passwords;
  readonly profiles: Profiles;
  readonly sessions: Sessions;
  readonly deactivation: Deactivation;
  readonly directory: UserDirectory;
  readonly ownDevices: Devices;
}

const USER_TYPES = ['bot', 'support'];

/**
 * What server admins see of users and do with them. Who may is checked before.
 *
 * Source: Synapse's admin API, "Users".
 */
export class UserAdministration {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A page of the local users. */
  list(
    filter: UserFilter,
    page: { order: UserOrder; descending: boolean; offset: number; limit: number },
  ): Promise<{ readonly users: ListedUser[]; readonly total: number }> {
    return this.#parts.storage.userLists.list(filter, page);
  }

  /**
   * A local user.
   * @throws {MatrixError} 400 `M_UNKNOWN` for a user of another server (as Synapse), `M_INVALID_PARAM` for no user ID;
   * 404 `M_NOT_FOUND`.
   */
  async get(userId: string): Promise<UserDetails> {
    this.#requireLocal(userId);
    const { storage } = this.#parts;
    const user = await storage.users.byUserId(userId);
    const listed = user === undefined ? undefined : await storage.userLists.byNid(user.userNid);
    if (listed === undefined) throw notFound('User not found');
    const { userNid } = listed;
    return {
      ...listed,
      threePids: await storage.thirdPartyIds.list(userNid),
      upstreamAccounts: await storage.upstreamUsers.linksOf(userNid),
    };
  }

  /**
   * Makes a user, or changes one.
   * @returns whether the user is new.
   * @throws {MatrixError} as `get`, without 404; 400 for a password or a name that cannot be; 403 `M_FORBIDDEN` to an
   * admin who would stop being one.
   */
  async put(requester: Requester, userId: string, changes: UserChanges): Promise<boolean> {
    this.#requireLocal(userId);
    const { storage, users, passwords } = this.#parts;
    const { password, userType } = changes;
    if (userType !== undefined && userType !== null && !USER_TYPES.includes(userType)) {
      throw invalidParam(`user_type is one of ${USER_TYPES.join(', ')}, or null`);
    }
    if (password !== undefined) checkNewPassword(password);
    if (changes.isDeactivated === true && changes.isLocked === true) {
      throw new MatrixError(400, 'M_UNKNOWN', 'An account that ends is not locked as well');
    }
    const before = await storage.users.byUserId(userId);
    if (before === undefined) {
      const passwordHash = password === undefined ? null : await passwords.hash(password);
      const wanted = users.userIdFor(userId.slice(1, userId.indexOf(':')));
      const account = { userId: wanted, passwordHash, displayName: changes.displayName };
      const isAdmin = changes.isAdmin ?? false;
      await users.create({ ...account, isAdmin, userType: userType ?? undefined }, () => undefined);
    }
    await this.#change(requester, userId, changes, before === undefined);
    return before === undefined;
  }

  /**
   * Gives a user another password.
   * @throws {MatrixError} as `get`; 400 `M_WEAK_PASSWORD`.
   */
  async setPassword(userId: string, password: string, logoutDevices: boolean): Promise<void> {
    checkNewPassword(password);
    const { storage, passwords, sessions } = this.#parts;
    const { userNid } = await this.get(userId);
    const unit = new UnitOfWork();
    storage.users.setPassword(unit, userNid, await passwords.hash(password));
    if (logoutDevices) await sessions.endAll(unit, userNid);
    await storage.database.commit(unit);
  }

  /**
   * Makes somebody a server admin, or ends that.
   * @throws {MatrixError} as `get`; 400 `M_UNKNOWN` to an admin who would stop being one themselves (as Synapse).
   */
  async setAdmin(requester: Requester, userId: string, isAdmin: boolean): Promise<void> {
    const { userNid } = await this.get(userId);
    if (userId === requester.userId && !isAdmin) {
      throw new MatrixError(400, 'M_UNKNOWN', 'You may not demote yourself.');
    }
    const unit = new UnitOfWork();
    this.#parts.storage.users.setAdmin(unit, userNid, isAdmin);
    unit.invalidate('sessions', userNid);
    await this.#parts.storage.database.commit(unit);
  }

  /** Ends somebody's account. @throws {MatrixError} as `get`. */
  async deactivate(userId: string, erase: boolean): Promise<void> {
    const { userNid } = await this.get(userId);
    await this.#parts.deactivation.deactivate({ userId, userNid }, erase);
  }

  /** Somebody's devices. @throws {MatrixError} as `get`. */
  async devices(userId: string): Promise<StoredDevice[]> {
    return this.#parts.storage.devices.list((await this.get(userId)).userNid);
  }

  /** One of somebody's devices. @throws {MatrixError} as `get`; 404 `M_NOT_FOUND`. */
  async device(userId: string, deviceId: string): Promise<StoredDevice> {
    return this.#parts.ownDevices.get(await this.get(userId), deviceId);
  }

  /** Gives one of somebody's devices another name. @throws {MatrixError} as `device`; 400 for a name that cannot be. */
  async renameDevice(userId: string, deviceId: string, displayName: string | undefined): Promise<void> {
    await this.#parts.ownDevices.rename(await this.get(userId), deviceId, displayName);
  }

  /** Gives somebody a device without a session, unless they have it. @throws {MatrixError} as `get`; 400 for its ID. */
  async addDevice(userId: string, deviceId: string): Promise<void> {
    await this.#parts.ownDevices.add(await this.get(userId), deviceId);
  }

  /** Ends some of somebody's sessions. Unknown devices count as ended. @throws {MatrixError} as `get`. */
  async deleteDevices(userId: string, deviceIds: readonly string[]): Promise<void> {
    const { userNid } = await this.get(userId);
    const unit = new UnitOfWork();
    this.#parts.sessions.endDevices(unit, userNid, deviceIds);
    await this.#parts.storage.database.commit(unit);
  }

  /**
   * An access token with which an admin acts as somebody, on a device of its own that the user can see and end.
   * @throws {MatrixError} as `get`; 403 `M_FORBIDDEN` for oneself and for an account that has ended.
   */
  async logInAs(requester: Requester, userId: string): Promise<string> {
    const { userNid, deactivatedTs } = await this.get(userId);
    if (userId === requester.userId) throw forbidden('You are logged in as yourself');
    if (deactivatedTs !== null) throw forbidden('This account has ended');
    const unit = new UnitOfWork();
    const device = { deviceId: undefined, displayName: `Server admin ${requester.userId}` };
    const opened = this.#parts.sessions.open(unit, { userNid, userId }, device);
    await this.#parts.storage.database.commit(unit);
    return opened.accessToken;
  }

  async #change(requester: Requester, userId: string, changes: UserChanges, isNew: boolean): Promise<void> {
    const { storage, profiles } = this.#parts;
    const { userNid, deactivatedTs } = await this.get(userId);
    const user: Requester = { userId, userNid, deviceId: '', isAdmin: false };
    if (!isNew && changes.password !== undefined) {
      await this.setPassword(userId, changes.password, changes.logoutDevices ?? true);
    }
    if (!isNew && changes.displayName !== undefined) {
      await profiles.setField(user, userId, 'displayname', changes.displayName);
    }
    if (changes.avatarUrl !== undefined)
      await profiles.setField(user, userId, 'avatar_url', changes.avatarUrl);
    if (!isNew && changes.isAdmin !== undefined) await this.setAdmin(requester, userId, changes.isAdmin);
    const unit = new UnitOfWork();
    if (!isNew && changes.userType !== undefined) storage.users.setType(unit, userNid, changes.userType);
    if (changes.isLocked !== undefined) {
      storage.users.setFlag(unit, userNid, 'locked', changes.isLocked);
      unit.invalidate('sessions', userNid);
    }
    if (!unit.isEmpty) await storage.database.commit(unit);
    if (changes.isDeactivated === true && deactivatedTs === null) await this.deactivate(userId, false);
    if (changes.isDeactivated === false && deactivatedTs !== null) await this.#reactivate(user);
    const { addresses, upstreamAccounts } = changes;
    if (addresses !== undefined) await replaceAddresses(storage, userNid, addresses, this.#parts.clock.now());
    if (upstreamAccounts !== undefined) await replaceUpstreamAccounts(storage, userNid, upstreamAccounts);
  }

  /** Makes an account that has ended one to log in with again; rooms, devices and addresses are not brought back. */
  async #reactivate({ userId, userNid }: Requester): Promise<void> {
    const { storage, directory } = this.#parts;
    const unit = new UnitOfWork();
    storage.users.reactivate(unit, userNid);
    directory.set(unit, [{ userNid, userId, displayName: undefined, avatarUrl: undefined }]);
    await storage.database.commit(unit);
  }

  #requireLocal(userId: string): void {
    if (!isUserId(userId)) throw invalidParam('This is not a user ID');
    if (domainOf(userId) === this.#parts.serverName) return;
    throw new MatrixError(400, 'M_UNKNOWN', 'Only local users can be looked up');
  }
}
