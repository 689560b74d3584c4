import { forbidden, notFound } from '../protocol/errors.ts';
import type { AuthStage, InteractiveAuth } from './interactive-auth.ts';
import { type Policies, type Policy, TERMS_STAGE } from './policies.ts';
import { type Registration, TOKEN_STAGE } from './registration.ts';

/** What a page has to ask for. */
export type FallbackPage =
  | { readonly kind: 'policies'; readonly policies: readonly Policy[] }
  | { readonly kind: 'token' }
  | { readonly kind: 'nothing' };

/**
 * Stages of user-interactive authentication in a browser, for clients that do not know how to ask for them.
 *
 * Source: Client-Server API v1.19, "Fallback" of the User-Interactive Authentication API.
 */
export class AuthFallback {
  readonly #interactiveAuth: InteractiveAuth;
  readonly #registration: Registration;
  readonly #policies: Policies;

  constructor(interactiveAuth: InteractiveAuth, registration: Registration, policies: Policies) {
    this.#interactiveAuth = interactiveAuth;
    this.#registration = registration;
    this.#policies = policies;
  }

  /**
   * What the page of a stage asks for.
   * @throws {MatrixError} 404 `M_NOT_FOUND` for a stage without a page, or a session that is over.
   */
  async page(stage: AuthStage, sessionId: string): Promise<FallbackPage> {
    const page = this.#pageOf(stage);
    if (page === undefined) throw notFound('This way to authenticate has no page here');
    if (!(await this.#interactiveAuth.isOpen(sessionId))) throw sessionOver();
    return page;
  }

  /**
   * Completes a stage with what was entered in its page.
   * @throws {MatrixError} as `page`; 403 `M_FORBIDDEN` for a token that does not work.
   */
  async complete(stage: AuthStage, sessionId: string, token: string | undefined): Promise<void> {
    const { kind } = await this.page(stage, sessionId);
    if (kind === 'token' && token === undefined) throw forbidden('Please write the registration token');
    const proof = kind === 'token' ? await this.#registration.checkToken(token) : '';
    if (!(await this.#interactiveAuth.complete(sessionId, stage, proof))) throw sessionOver();
  }

  #pageOf(stage: AuthStage): FallbackPage | undefined {
    if (stage === TOKEN_STAGE) return { kind: 'token' };
    if (stage === 'm.login.dummy') return { kind: 'nothing' };
    const policies = this.#policies.list;
    return stage === TERMS_STAGE && policies.length > 0 ? { kind: 'policies', policies } : undefined;
  }
}

function sessionOver(): Error {
  return notFound('This attempt is over: go back to your app and start again');
}
