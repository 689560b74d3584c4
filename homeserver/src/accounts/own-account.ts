import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { type Storage, UnitOfWork } from '../storage/index.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import type { AuthAnswer } from './interactive-auth.ts';
import type { PasswordConfirmation } from './password-confirmation.ts';
import { checkNewPassword, type Passwords } from './passwords.ts';
import type { Profiles } from './profiles.ts';
import type { Requester } from './requester.ts';
import type { Sessions } from './sessions.ts';

/** What accounts needs of rooms when somebody goes for good. */
export interface RoomsOfUser {
  /** Leaves every room that the user is in, and rejects every invite. Is safe to repeat. */
  leaveAll(userId: string): Promise<void>;
}

export interface OwnAccountParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly profiles: Profiles;
  readonly confirmation: PasswordConfirmation;
  readonly roomsOfUser: RoomsOfUser;
  readonly deviceKeeper: DeviceKeeper;
}

/** What users do to their own accounts. */
export class OwnAccount {
  readonly #parts: OwnAccountParts;
  /** One user after the other leaves its rooms. */
  #leaving = Promise.resolve();
  #closed = false;

  constructor(parts: OwnAccountParts) {
    this.#parts = parts;
  }

  /**
   * Changes the requester's password.
   *
   * @param logoutDevices whether every other device is logged out.
   * @throws {MatrixError} 401 that asks for the present password; 400 `M_WEAK_PASSWORD`.
   */
  async changePassword(
    requester: Requester,
    newPassword: string,
    logoutDevices: boolean,
    auth: AuthAnswer | undefined,
  ): Promise<void> {
    const { storage, passwords, sessions, confirmation } = this.#parts;
    checkNewPassword(newPassword);
    await confirmation.require(requester, ['change-password'], auth);
    const unit = new UnitOfWork();
    storage.users.setPassword(unit, requester.userNid, await passwords.hash(newPassword));
    if (logoutDevices) await sessions.endAll(unit, requester.userNid, requester.deviceId);
    await storage.database.commit(unit);
  }

  /**
   * Ends the requester's account for good: no login, no devices, an empty profile. The name stays taken. The rooms
   * are left afterwards; a restart continues where it was.
   * @throws {MatrixError} 401 that asks for the password.
   */
  async deactivate(requester: Requester, auth: AuthAnswer | undefined): Promise<void> {
    const { storage, clock, sessions, profiles, confirmation, deviceKeeper } = this.#parts;
    const { userId, userNid } = requester;
    await confirmation.require(requester, ['deactivate'], auth);
    const unit = new UnitOfWork();
    storage.users.deactivate(unit, userNid, clock.now(), false);
    await sessions.endAll(unit, userNid);
    deviceKeeper.accountEnded(unit, userNid);
    profiles.clear(unit, requester);
    await storage.database.commit(unit);
    this.#leaveRooms(userId, userNid);
  }

  /** Leaves the rooms of those users whose deactivation was interrupted. For the start of the server. */
  async resumeDeactivations(): Promise<void> {
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
