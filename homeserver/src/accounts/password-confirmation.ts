import { forbidden } from '../protocol/errors.ts';
import type { AuthAnswer, InteractiveAuth } from './interactive-auth.ts';
import type { PasswordCheck } from './password-check.ts';
import type { Requester } from './requester.ts';

/** Lets a logged-in user confirm with the password what a stolen access token alone must not do. */
export class PasswordConfirmation {
  readonly #interactiveAuth: InteractiveAuth;
  readonly #check: PasswordCheck;

  constructor(interactiveAuth: InteractiveAuth, check: PasswordCheck) {
    this.#interactiveAuth = interactiveAuth;
    this.#check = check;
  }

  /**
   * Goes through once the requester's own password was given.
   *
   * @param operation what is confirmed, with its parameters.
   * @throws {MatrixError} 401 that asks for the password.
   */
  async require(
    requester: Requester,
    operation: readonly string[],
    auth: AuthAnswer | undefined,
  ): Promise<void> {
    const session = await this.#interactiveAuth.require(
      {
        operation: JSON.stringify([requester.userId, ...operation]),
        flows: [['m.login.password']],
        check: async (_stage, answer) => {
          const user = await this.#check.check(answer);
          if (user.userId !== requester.userId) throw forbidden('This is the password of another user');
          return '';
        },
      },
      auth,
    );
    this.#interactiveAuth.finish(session);
  }
}
