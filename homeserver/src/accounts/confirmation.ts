import { forbidden } from '../protocol/errors.ts';
import type { AuthAnswer, AuthDemand, AuthStage, InteractiveAuth } from './interactive-auth.ts';
import type { PasswordCheck } from './password-check.ts';
import type { Requester } from './requester.ts';

/** A way in which logged-in users confirm who they are. */
export interface ConfirmationMethod {
  readonly stage: AuthStage;
  /** Whether this user can use it for an operation. */
  isOfferedTo(requester: Requester, operation: readonly string[]): Promise<boolean>;
  /** Whether this user has given their leave for an operation already, elsewhere: then nothing is asked. */
  hasLeave?(requester: Requester, operation: readonly string[]): Promise<boolean>;
  /** What clients have to know of the stage, if anything. */
  params?(requester: Requester): object;
  /** For a stage that is completed elsewhere: whether what was noted there is this user's. */
  accepts?(requester: Requester, proof: string): boolean;
  /** @throws {MatrixError} `M_FORBIDDEN` if the answer is wrong. */
  check(requester: Requester, answer: AuthAnswer): Promise<void>;
}

/** Lets a logged-in user confirm, as a rule with the password, what a stolen access token alone must not do. */
export class Confirmation {
  readonly #interactiveAuth: InteractiveAuth;
  readonly #methods: readonly ConfirmationMethod[];

  constructor(interactiveAuth: InteractiveAuth, methods: readonly ConfirmationMethod[]) {
    this.#interactiveAuth = interactiveAuth;
    this.#methods = methods;
  }

  /**
   * Goes through once the requester has shown who they are. Application services need not: their users have nothing to
   * show (Client-Server API v1.19, "Appservice API"; MSC4190).
   *
   * @param operation what is confirmed, with its parameters.
   * @throws {MatrixError} 401 that asks for the password, or for what else the user can show; 403 `M_FORBIDDEN` to a
   * user who can show nothing.
   */
  async require(
    requester: Requester,
    operation: readonly string[],
    auth: AuthAnswer | undefined,
  ): Promise<void> {
    if (requester.appService !== undefined) return;
    const offered = new Map<AuthStage, ConfirmationMethod>();
    const params: Record<AuthStage, object> = {};
    for (const method of this.#methods) {
      if (!(await method.isOfferedTo(requester, operation))) continue;
      if (await method.hasLeave?.(requester, operation)) return;
      offered.set(method.stage, method);
      if (method.params !== undefined) params[method.stage] = method.params(requester);
    }
    if (offered.size === 0) throw forbidden('This account has no password with which you could confirm this');
    const demand: AuthDemand = {
      operation: JSON.stringify([requester.userId, ...operation]),
      flows: [...offered.keys()].map((stage) => [stage]),
      params,
      check: async (stage, answer) => {
        await offered.get(stage)?.check(requester, answer);
        return '';
      },
    };
    const session = await this.#interactiveAuth.require(demand, auth);
    for (const [stage, proof] of session.completed) {
      if (offered.get(stage)?.accepts?.(requester, proof) !== false) continue;
      const reason = forbidden('Somebody else has confirmed this');
      throw await this.#interactiveAuth.revoke(demand, session, stage, reason);
    }
    await this.#interactiveAuth.finish(session);
  }
}

/** The password, for users who have one. */
export class PasswordConfirmation implements ConfirmationMethod {
  readonly stage = 'm.login.password';
  readonly #check: PasswordCheck;

  constructor(check: PasswordCheck) {
    this.#check = check;
  }

  isOfferedTo({ userId }: Requester): Promise<boolean> {
    return this.#check.hasPassword(userId);
  }

  async check(requester: Requester, answer: AuthAnswer): Promise<void> {
    const user = await this.#check.check(answer);
    if (user.userId !== requester.userId) throw forbidden('This is the password of another user');
  }
}
