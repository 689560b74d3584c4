import type { JsonObject } from '../protocol/canonical-json.ts';
import { notFound } from '../protocol/errors.ts';
import { type Storage, type StoredPusher, UnitOfWork, type UserRateLimit } from '../storage/index.ts';
import type { AccountData } from './account-data.ts';
import { canonicalEmail } from './email-address.ts';
import type { UserAdministration } from './user-administration.ts';

/** Account data of a user, by type; that of rooms by room ID before. */
export interface UserAccountData {
  readonly global: Readonly<Record<string, JsonObject>>;
  readonly rooms: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
}

/**
 * What is kept about users beside the account itself, for server admins.
 *
 * Source: Synapse's admin API, "Users".
 */
export class UserRecords {
  readonly #storage: Storage;
  readonly #administration: UserAdministration;
  readonly #accountData: AccountData;

  constructor(storage: Storage, administration: UserAdministration, accountData: AccountData) {
    this.#storage = storage;
    this.#administration = administration;
    this.#accountData = accountData;
  }

  /** Where somebody wants to be told of what notifies them. @throws {MatrixError} as `UserAdministration.get`. */
  async pushers(userId: string): Promise<StoredPusher[]> {
    return this.#storage.pushers.ofUser((await this.#administration.get(userId)).userNid);
  }

  /** Everything that somebody's clients keep here. @throws {MatrixError} as `UserAdministration.get`. */
  async accountData(userId: string): Promise<UserAccountData> {
    const { userNid } = await this.#administration.get(userId);
    const global = await this.#accountData.global(userNid);
    const ofRooms = await this.#accountData.ofRooms(userNid);
    const roomIds = await this.#storage.rooms.idsOf(ofRooms.map(({ roomNid }) => roomNid));
    const rooms: Record<string, Record<string, JsonObject>> = {};
    for (const { roomNid, type, content } of ofRooms) {
      const roomId = roomIds.get(roomNid) ?? '';
      rooms[roomId] = { ...rooms[roomId], [type]: content };
    }
    return { global: Object.fromEntries(global.map(({ type, content }) => [type, content])), rooms };
  }

  /** The limit of somebody's own, if there is one. @throws {MatrixError} as `UserAdministration.get`. */
  async rateLimit(userId: string): Promise<UserRateLimit | undefined> {
    return this.#storage.userRateLimits.get((await this.#administration.get(userId)).userNid);
  }

  /** Gives somebody a limit of their own, or takes it away. @throws {MatrixError} as `UserAdministration.get`. */
  async setRateLimit(userId: string, limit: UserRateLimit | undefined): Promise<void> {
    const { userNid } = await this.#administration.get(userId);
    const unit = new UnitOfWork();
    if (limit === undefined) this.#storage.userRateLimits.delete(unit, userNid);
    else this.#storage.userRateLimits.put(unit, userNid, limit);
    await this.#storage.database.commit(unit);
  }

  /** Whose an address outside Matrix is. @throws {MatrixError} 404 `M_NOT_FOUND`. */
  async ownerOfAddress(medium: string, address: string): Promise<string> {
    const stored = medium === 'email' ? canonicalEmail(address) : address;
    return this.#nameOf(await this.#storage.thirdPartyIds.owner(medium, stored));
  }

  /** Whose an account with an identity provider is. @throws {MatrixError} 404 `M_NOT_FOUND`. */
  async ownerOfUpstreamAccount(provider: string, subject: string): Promise<string> {
    return this.#nameOf(await this.#storage.upstreamUsers.userOf(provider, subject));
  }

  async #nameOf(userNid: number | undefined): Promise<string> {
    const user = userNid === undefined ? undefined : await this.#storage.users.byNid(userNid);
    if (user === undefined) throw notFound('User not found');
    return user.userId;
  }
}
