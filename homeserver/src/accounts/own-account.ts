import { ExpectationFailed, type Storage, UnitOfWork } from '../storage/index.ts';
import type { Confirmation } from './confirmation.ts';
import type { Deactivation } from './deactivation.ts';
import { EMAIL_STAGE, type Emails } from './emails.ts';
import type { AuthAnswer, AuthDemand, InteractiveAuth } from './interactive-auth.ts';
import { checkNewPassword, type Passwords } from './passwords.ts';
import type { Requester } from './requester.ts';
import type { Sessions } from './sessions.ts';

export interface OwnAccountParts {
  readonly storage: Storage;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly confirmation: Confirmation;
  readonly interactiveAuth: InteractiveAuth;
  readonly emails: Emails;
  readonly deactivation: Deactivation;
}

/** A password that is to be set. */
export interface PasswordChange {
  readonly newPassword: string;
  /** Whether every other device is logged out. */
  readonly logoutDevices: boolean;
  readonly auth: AuthAnswer | undefined;
}

/** What users do to their own accounts. */
export class OwnAccount {
  readonly #parts: OwnAccountParts;

  constructor(parts: OwnAccountParts) {
    this.#parts = parts;
  }

  /**
   * Changes the requester's password.
   *
   * Source: Client-Server API v1.19, `POST /account/password`.
   * @throws {MatrixError} 401 that asks for the present password; 400 `M_WEAK_PASSWORD`.
   */
  async changePassword(requester: Requester, change: PasswordChange): Promise<void> {
    const { storage, passwords, sessions, confirmation } = this.#parts;
    checkNewPassword(change.newPassword);
    await confirmation.require(requester, ['change-password'], change.auth);
    const unit = new UnitOfWork();
    storage.users.setPassword(unit, requester.userNid, await passwords.hash(change.newPassword));
    if (change.logoutDevices) await sessions.endAll(unit, requester.userNid, requester.deviceId);
    await storage.database.commit(unit);
  }

  /**
   * Sets a new password for somebody who has forgotten theirs, and has shown that a mail address of the account is
   * theirs.
   *
   * Source: Client-Server API v1.19, `POST /account/password`, without an access token.
   * @throws {MatrixError} 401 that asks for the confirmed address; 400 `M_WEAK_PASSWORD`.
   */
  async resetPassword({ newPassword, logoutDevices, auth }: PasswordChange): Promise<void> {
    const { storage, passwords, sessions, interactiveAuth, emails } = this.#parts;
    checkNewPassword(newPassword);
    const demand: AuthDemand = {
      operation: 'reset-password',
      flows: [[EMAIL_STAGE]],
      check: (_stage, answer) => emails.checkStage(answer, 'password'),
    };
    const session = await interactiveAuth.require(demand, auth);
    const sid = session.completed.get(EMAIL_STAGE) ?? '';
    const userNid = await this.#ownerOf(sid);
    const refused = () => interactiveAuth.revoke(demand, session, EMAIL_STAGE, emails.notConfirmed());
    if (userNid === undefined) throw await refused();
    const unit = new UnitOfWork();
    storage.thirdPartyIds.useValidation(unit, sid);
    storage.users.requireActive(unit, userNid);
    storage.users.setPassword(unit, userNid, await passwords.hash(newPassword));
    if (logoutDevices) await sessions.endAll(unit, userNid);
    try {
      await storage.database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? await refused() : error;
    }
    await interactiveAuth.finish(session);
  }

  /**
   * Ends the requester's account for good.
   *
   * Source: Client-Server API v1.19, `POST /account/deactivate`.
   * @throws {MatrixError} 401 that asks for the password.
   */
  async deactivate(requester: Requester, erase: boolean, auth: AuthAnswer | undefined): Promise<void> {
    await this.#parts.confirmation.require(requester, ['deactivate', String(erase)], auth);
    await this.#parts.deactivation.deactivate(requester, erase);
  }

  async #ownerOf(sid: string): Promise<number | undefined> {
    const { thirdPartyIds } = this.#parts.storage;
    const validation = await thirdPartyIds.validation(sid);
    return validation && thirdPartyIds.owner('email', validation.address);
  }
}
