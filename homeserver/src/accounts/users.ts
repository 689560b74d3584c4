import type { Clock } from '../base/clock.ts';
import { MatrixError } from '../protocol/errors.ts';
import { isValidLocalpart, makeUserId, type ServerName } from '../protocol/identifiers.ts';
import { ExpectationFailed, type Storage, UnitOfWork } from '../storage/index.ts';
import type { AppService } from './app-service.ts';
import { type AppServices, nameKept } from './app-services.ts';
import type { UserDirectory } from './user-directory.ts';

/** An account that is to be made. */
export interface NewAccount {
  readonly userId: string;
  /** Null: nobody can log in with a password. */
  readonly passwordHash: string | null;
  readonly displayName?: string | undefined;
  readonly isAdmin?: boolean;
  /** Synapse's `user_type`. */
  readonly userType?: string | undefined;
  readonly isGuest?: boolean;
  /** The versions of the policies that were accepted, by policy. */
  readonly acceptedPolicies?: Readonly<Record<string, string>> | undefined;
}

const RESERVED = '_guildhall';

/** The local users. */
export class Users {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #serverName: ServerName;
  readonly #directory: UserDirectory;
  readonly #appServices: AppServices;

  constructor(
    storage: Storage,
    clock: Clock,
    serverName: ServerName,
    directory: UserDirectory,
    appServices: AppServices,
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#serverName = serverName;
    this.#directory = directory;
    this.#appServices = appServices;
  }

  /** Whether there is, or was, a local user of this ID. */
  async exists(userId: string): Promise<boolean> {
    return (await this.#storage.users.byUserId(userId)) !== undefined;
  }

  /** Whether the user is an admin of this server. */
  async isAdmin(userId: string): Promise<boolean> {
    const user = await this.#storage.users.byUserId(userId);
    return user?.admin === true && !user.deactivated;
  }

  /**
   * The ID of the user that a person wants to become. Capitals become small letters.
   * @throws {MatrixError} 400 `M_INVALID_USERNAME`, `M_EXCLUSIVE` for a name of the server or an application service.
   */
  userIdFor(localpart: string): string {
    const lower = localpart.toLowerCase();
    refuseReserved(lower);
    if (this.#appServices.isUserKept(`@${lower}:${this.#serverName}`)) throw nameKept();
    if (lower.startsWith('_')) {
      throw new MatrixError(400, 'M_INVALID_USERNAME', 'A user name does not begin with _');
    }
    // As Synapse, where numbers are guests.
    if (/^\d+$/.test(lower)) throw new MatrixError(400, 'M_INVALID_USERNAME', 'A user name is no number');
    return makeUserId(lower, this.#serverName);
  }

  /**
   * The ID of a user that an application service wants to speak for.
   *
   * Source: Client-Server API v1.19, "Server admin style permissions"; as Synapse, 400 where a name is not its own.
   * @throws {MatrixError} 400 `M_INVALID_USERNAME`, `M_EXCLUSIVE` for a name that is not of its namespaces.
   */
  userIdForAppService(localpart: string, service: AppService): string {
    refuseReserved(localpart);
    const userId = makeUserId(localpart, this.#serverName);
    if (!service.speaksFor(userId)) {
      throw new MatrixError(400, 'M_EXCLUSIVE', `${userId} is not in a namespace of ${service.id}`);
    }
    if (this.#appServices.isUserKept(userId, service)) throw nameKept();
    return userId;
  }

  /**
   * Checks that a user ID is free.
   * @throws {MatrixError} 400 `M_USER_IN_USE`
   */
  async checkFree(userId: string): Promise<void> {
    if (await this.exists(userId)) throw nameTaken();
  }

  /**
   * Makes an account with its profile, in one transaction with what `extend` adds to the unit.
   * @throws {MatrixError} 400 `M_USER_IN_USE`; ExpectationFailed if `extend` asked for something that does not hold.
   */
  async create<T>(account: NewAccount, extend: (unit: UnitOfWork, userNid: number) => T): Promise<T> {
    const { userId, passwordHash, displayName, isAdmin = false, userType, acceptedPolicies } = account;
    const userNid = await this.#storage.strings.intern(userId);
    const unit = new UnitOfWork();
    this.#storage.users.add(unit, {
      userNid,
      userId,
      passwordHash,
      admin: isAdmin,
      userType: userType ?? null,
      guest: account.isGuest ?? false,
      acceptedPolicies: acceptedPolicies === undefined ? null : JSON.stringify(acceptedPolicies),
      createdTs: this.#clock.now(),
    });
    const name = displayName ?? userId.slice(1, userId.indexOf(':'));
    this.#storage.profiles.add(unit, { userNid, fields: JSON.stringify({ displayname: name }) });
    // Guests come and go, and the server's own users are nobody to talk to.
    if (account.isGuest !== true && !userId.startsWith(`@${RESERVED}`)) {
      this.#directory.set(unit, [{ userNid, userId, displayName: name, avatarUrl: undefined }]);
    }
    const result = extend(unit, userNid);
    if (isAdmin) this.#storage.registrationTokens.deleteFirstAdminTokens(unit);
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      if (error instanceof ExpectationFailed && (await this.exists(userId))) throw nameTaken();
      throw error;
    }
    return result;
  }

  /**
   * Makes a guest's account an ordinary one, with its name, rooms and sessions, in one transaction with what `extend` adds
   * to the unit.
   * @throws {MatrixError} 400 `M_USER_IN_USE` for who is no guest any more; ExpectationFailed if `extend` asked for
   * something that does not hold.
   */
  async upgradeGuest<T>(
    { userId, passwordHash, acceptedPolicies }: NewAccount,
    extend: (unit: UnitOfWork, userNid: number) => T,
  ): Promise<T> {
    const userNid = await this.#storage.strings.intern(userId);
    const profile = await this.#storage.profiles.get(userId);
    const fields = JSON.parse(profile?.fields ?? '{}') as { displayname?: string; avatar_url?: string };
    const policies = acceptedPolicies === undefined ? null : JSON.stringify(acceptedPolicies);
    const unit = new UnitOfWork();
    this.#storage.users.endGuest(unit, userNid, passwordHash, policies);
    const { displayname: displayName, avatar_url: avatarUrl } = fields;
    this.#directory.set(unit, [{ userNid, userId, displayName, avatarUrl }]);
    const result = extend(unit, userNid);
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      const isGuest = (await this.#storage.users.byUserId(userId))?.guest === true;
      if (error instanceof ExpectationFailed && !isGuest) throw nameTaken();
      throw error;
    }
    return result;
  }

  /**
   * A user of the server's own, made when it is not there: its localpart begins with `_guildhall`, and nobody can
   * log in as it.
   */
  async ensureReserved(localpart: string, displayName: string): Promise<{ userId: string; userNid: number }> {
    if (!localpart.startsWith(RESERVED) || !isValidLocalpart(localpart)) {
      throw new Error(`${localpart} is not a reserved name`);
    }
    return this.#ensure(`@${localpart}:${this.#serverName}`, displayName);
  }

  /** A user in whose name the server speaks to people, made when it is not there: nobody can log in as it. */
  async ensureSpeaker(localpart: string, displayName: string): Promise<string> {
    return (await this.#ensure(makeUserId(localpart, this.#serverName), displayName)).userId;
  }

  /** Sees to it that there is the user that each application service acts as by itself. */
  async ensureSenders(): Promise<void> {
    for (const { sender, registration } of this.#appServices.all) {
      await this.#ensure(sender, registration.senderLocalpart);
    }
  }

  async #ensure(userId: string, displayName: string): Promise<{ userId: string; userNid: number }> {
    const userNid = await this.#storage.strings.intern(userId);
    if (await this.exists(userId)) return { userId, userNid };
    try {
      await this.create({ userId, passwordHash: null, displayName }, () => undefined);
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!(await this.exists(userId))) throw error;
    }
    return { userId, userNid };
  }
}

function refuseReserved(localpart: string): void {
  if (!localpart.startsWith(RESERVED)) return;
  throw new MatrixError(400, 'M_EXCLUSIVE', `Names that begin with ${RESERVED} belong to the server`);
}

function nameTaken(): MatrixError {
  return new MatrixError(400, 'M_USER_IN_USE', 'This user name is taken');
}
