import type { Clock } from '../base/clock.ts';
import { ExpectationFailed, type Storage, type ThirdPartyId, UnitOfWork } from '../storage/index.ts';
import type { Confirmation } from './confirmation.ts';
import { canonicalEmail } from './email-address.ts';
import { addressInUse, type Emails } from './emails.ts';
import type { AuthAnswer } from './interactive-auth.ts';
import type { Requester } from './requester.ts';

/** The mail addresses of users. */
export class ThirdPartyIds {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #emails: Emails;
  readonly #confirmation: Confirmation;

  constructor(storage: Storage, clock: Clock, emails: Emails, confirmation: Confirmation) {
    this.#storage = storage;
    this.#clock = clock;
    this.#emails = emails;
    this.#confirmation = confirmation;
  }

  /** The requester's addresses. */
  list({ userNid }: Requester): Promise<ThirdPartyId[]> {
    return this.#storage.thirdPartyIds.list(userNid);
  }

  /**
   * Gives the requester an address that was confirmed.
   *
   * Source: Client-Server API v1.19, `POST /account/3pid/add`.
   * @param credentials `sid` and `client_secret`, as clients send them.
   * @throws {MatrixError} 401 that asks for the password; 400 `M_THREEPID_AUTH_FAILED`, `M_THREEPID_IN_USE`.
   */
  async add(requester: Requester, credentials: unknown, auth: AuthAnswer | undefined): Promise<void> {
    await this.#confirmation.require(requester, ['add-address'], auth);
    await this.addConfirmed(requester, credentials);
  }

  /** As `add`, for the deprecated `POST /account/3pid`, which asks for no password. */
  async addConfirmed({ userNid }: Requester, credentials: unknown): Promise<void> {
    const { sid, address, validatedTs } = await this.#emails.confirmed(credentials, 'add');
    const unit = new UnitOfWork();
    this.#storage.thirdPartyIds.useValidation(unit, sid);
    const addedTs = this.#clock.now();
    this.#storage.thirdPartyIds.add(unit, userNid, { medium: 'email', address, validatedTs, addedTs });
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? addressInUse() : error;
    }
  }

  /** Takes an address from the requester; nothing happens when it is not theirs. */
  async delete({ userNid }: Requester, medium: string, address: string): Promise<void> {
    const unit = new UnitOfWork();
    const stored = medium === 'email' ? canonicalEmail(address) : address;
    this.#storage.thirdPartyIds.delete(unit, userNid, medium, stored);
    if (medium === 'email') this.#storage.pushers.deleteOfAddress(unit, userNid, stored);
    await this.#storage.database.commit(unit);
  }
}
