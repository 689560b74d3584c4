import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { type Storage, UnitOfWork } from '../storage/index.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import type { Profiles } from './profiles.ts';
import type { Requester } from './requester.ts';
import type { Sessions } from './sessions.ts';

/** What accounts needs of rooms when somebody goes for good. */
export interface RoomsOfUser {
  /** Leaves every room that the user is in, and rejects every invite. Is safe to repeat. */
  leaveAll(userId: string): Promise<void>;
  /** Whether two users are in a common room. */
  share(userId: string, otherId: string): Promise<boolean>;
}

export interface DeactivationParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessions: Sessions;
  readonly profiles: Profiles;
  readonly roomsOfUser: RoomsOfUser;
  readonly deviceKeeper: DeviceKeeper;
}

/** Ending accounts for good. */
export class Deactivation {
  readonly #parts: DeactivationParts;
  /** One user after the other leaves its rooms. */
  #leaving = Promise.resolve();
  #closed = false;

  constructor(parts: DeactivationParts) {
    this.#parts = parts;
  }

  /**
   * Ends an account: no login, no devices, an empty profile, no addresses, no account data. The name stays taken. The
   * rooms are left afterwards; a restart continues where it was.
   *
   * @param erase whether what the user has said is hidden from everybody who was not there. The user can ask for it
   * in `POST /account/deactivate`; as in Synapse, nothing leaves the database.
   */
  async deactivate(user: Pick<Requester, 'userId' | 'userNid'>, erase: boolean): Promise<void> {
    const { storage, clock, sessions, profiles, deviceKeeper } = this.#parts;
    const { userId, userNid } = user;
    const unit = new UnitOfWork();
    storage.users.deactivate(unit, userNid, clock.now(), erase);
    await sessions.endAll(unit, userNid);
    deviceKeeper.accountEnded(unit, userNid);
    profiles.clear(unit, user);
    storage.userDirectory.delete(unit, userNid);
    storage.shortTokens.deleteOfUser(unit, userNid);
    storage.thirdPartyIds.deleteOfUser(unit, userNid);
    storage.accountData.deleteOfUser(unit, userNid);
    await storage.database.commit(unit);
    this.#leaveRooms(userId, userNid);
  }

  /** Leaves the rooms of those users whose deactivation was interrupted. For the start of the server. */
  async resume(): Promise<void> {
    const users = await this.#parts.storage.users.leavingRooms();
    for (const { userId, userNid } of users) this.#leaveRooms(userId, userNid);
  }

  /** Leaves no more rooms; the next start continues. */
  close(): void {
    this.#closed = true;
  }

  #leaveRooms(userId: string, userNid: number): void {
    this.#leaving = this.#leaving
      .then(() => (this.#closed ? undefined : this.#leaveAndNote(userId, userNid)))
      .catch((error: unknown) => {
        this.#parts.logger.warn('a deactivated user could not leave its rooms; the next start tries again', {
          userId,
          error,
        });
      });
  }

  async #leaveAndNote(userId: string, userNid: number): Promise<void> {
    await this.#parts.roomsOfUser.leaveAll(userId);
    const unit = new UnitOfWork();
    this.#parts.storage.users.setRoomsLeft(unit, userNid);
    await this.#parts.storage.database.commit(unit);
  }
}
