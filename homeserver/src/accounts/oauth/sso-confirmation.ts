import { forbidden, notFound } from '../../protocol/errors.ts';
import type { Storage } from '../../storage/index.ts';
import type { ConfirmationMethod } from '../confirmation.ts';
import type { InteractiveAuth } from '../interactive-auth.ts';
import type { Requester } from '../requester.ts';

/**
 * Confirming who one is by signing in in the browser once more: for people whom another provider knows, and who may
 * have no password here.
 *
 * Source: Client-Server API v1.19, "Single Sign-On" among the authentication types.
 */
export class SsoConfirmation implements ConfirmationMethod {
  readonly stage = 'm.login.sso';
  readonly #storage: Storage;
  readonly #interactiveAuth: InteractiveAuth;

  constructor(storage: Storage, interactiveAuth: InteractiveAuth) {
    this.#storage = storage;
    this.#interactiveAuth = interactiveAuth;
  }

  async isOfferedTo({ userNid }: Requester): Promise<boolean> {
    return (await this.#storage.upstreamUsers.providersOf(userNid)).length > 0;
  }

  async check(): Promise<never> {
    throw forbidden('Please confirm in your browser that it is you');
  }

  /** Whether it was the same user who confirmed in the browser. */
  accepts({ userId }: Requester, proof: string): boolean {
    return proof === userId;
  }

  /**
   * Notes that a user has confirmed in the browser.
   * @throws {MatrixError} 404 `M_NOT_FOUND` for a session that is over.
   */
  async confirm(sessionId: string, userId: string): Promise<void> {
    if (await this.#interactiveAuth.complete(sessionId, this.stage, userId)) return;
    throw notFound('This attempt is over: go back to your app and start again');
  }
}
