import { MatrixError } from '../../protocol/errors.ts';
import type { AuthAnswer, AuthStage } from '../interactive-auth.ts';
import type { Policies, Policy } from '../policies.ts';
import { TERMS_STAGE } from '../policies.ts';
import { type Registration, TOKEN_STAGE } from '../registration.ts';

/** What people fill in to make an account in the browser. */
export interface SignUpWish {
  readonly username: string;
  readonly password: string;
  /** A registration token or an invite code. */
  readonly token: string | undefined;
  readonly acceptsPolicies: boolean;
}

/** What the form asks for. */
export interface SignUpForm {
  readonly asksToken: boolean;
  readonly policies: readonly Policy[];
}

interface Wanted {
  readonly session: string;
  readonly flows: readonly { readonly stages: readonly AuthStage[] }[];
}

const KNOWN: readonly AuthStage[] = [TOKEN_STAGE, TERMS_STAGE, 'm.login.dummy'];

/** Making an account in the browser, through the registration that apps use as well. */
export class SignUp {
  readonly #registration: Registration;
  readonly #policies: Policies;

  constructor(registration: Registration, policies: Policies) {
    this.#registration = registration;
    this.#policies = policies;
  }

  /** The documents that new users accept. */
  get policies(): readonly Policy[] {
    return this.#policies.list;
  }

  /**
   * What has to be filled in; undefined where something is wanted that a form cannot give: a mail address.
   * @throws {MatrixError} 403 `M_FORBIDDEN` if registration is closed.
   */
  async form(): Promise<SignUpForm | undefined> {
    const flow = flowOf(await this.#try({}));
    if (flow === undefined) return undefined;
    const policies = flow.includes(TERMS_STAGE) ? this.#policies.list : [];
    return { asksToken: flow.includes(TOKEN_STAGE), policies };
  }

  /**
   * Makes an account.
   * @throws {MatrixError} as `Registration.register`; 403 `M_FORBIDDEN` where something is missing.
   */
  async signUp(wish: SignUpWish): Promise<void> {
    const { username, password } = wish;
    const wanted = await this.#try({ username, password });
    for (const stage of flowOf(wanted) ?? []) {
      const more = await this.#try({ username, password, auth: answerTo(stage, wish, wanted?.session) });
      if (more === undefined) return;
    }
    throw new MatrixError(403, 'M_FORBIDDEN', 'This account cannot be made here');
  }

  /** Tries to register. Returns what is still wanted; undefined once the account is there. */
  async #try(wish: { username?: string; password?: string; auth?: AuthAnswer }): Promise<Wanted | undefined> {
    try {
      await this.#registration.register({ ...wish, device: {}, inhibitLogin: true });
      return undefined;
    } catch (error) {
      // With an errcode in its body, an answer was wrong.
      if (!(error instanceof MatrixError) || error.status !== 401 || 'errcode' in error.toJSON()) throw error;
      return error.fields as unknown as Wanted;
    }
  }
}

function flowOf(wanted: Wanted | undefined): readonly AuthStage[] | undefined {
  return wanted?.flows.find(({ stages }) => stages.every((stage) => KNOWN.includes(stage)))?.stages;
}

function answerTo(stage: AuthStage, wish: SignUpWish, session: string | undefined): AuthAnswer {
  if (stage === TERMS_STAGE && !wish.acceptsPolicies) {
    throw new MatrixError(403, 'M_FORBIDDEN', 'To make an account here, the terms have to be accepted');
  }
  return { type: stage, session, ...(stage === TOKEN_STAGE && { token: wish.token ?? '' }) };
}
