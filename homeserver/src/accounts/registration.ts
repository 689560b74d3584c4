import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import { forbidden, missingParam } from '../protocol/errors.ts';
import { ExpectationFailed, type Storage, type UnitOfWork } from '../storage/index.ts';
import type { AuthAnswer, AuthDemand, AuthSession, AuthStage, InteractiveAuth } from './interactive-auth.ts';
import { checkNewPassword, type Passwords } from './passwords.ts';
import type { RegistrationTokens } from './registration-tokens.ts';
import type { DeviceChoice, OpenedSession, Sessions } from './sessions.ts';
import type { Users } from './users.ts';

/** Who may make an account: people with a token, anybody, or nobody. The first admin's token works in every mode. */
export type RegistrationMode = 'token' | 'open' | 'closed';

export interface RegistrationRequest {
  /** Made up unless given. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly device: DeviceChoice;
  /** Only make the account. */
  readonly inhibitLogin?: boolean | undefined;
  readonly auth?: AuthAnswer | undefined;
}

/** A new account; `session` unless logging in was not wanted. */
export interface Registered {
  readonly userId: string;
  readonly session?: OpenedSession;
}

const TOKEN_STAGE: AuthStage = 'm.login.registration_token';
const LOCALPART_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Codes beside the registration tokens that let people in where a token is asked for. */
export interface Invitations {
  /** Whether this code lets people in now. */
  letsIn(code: string): Promise<boolean>;
}

/** What opens the door to somebody who has shown a token. */
interface Admission {
  readonly makesAdmin: boolean;
  /** Counts the use, in the unit that makes the account. */
  readonly use: (unit: UnitOfWork) => void;
}

export interface RegistrationParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly mode: RegistrationMode;
  readonly users: Users;
  readonly tokens: RegistrationTokens;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly interactiveAuth: InteractiveAuth;
  readonly invitations: Invitations;
}

/** Making accounts through user-interactive authentication. */
export class Registration {
  readonly #parts: RegistrationParts;

  constructor(parts: RegistrationParts) {
    this.#parts = parts;
  }

  /**
   * Makes an account.
   *
   * Source: Client-Server API v1.19, `POST /register`, kind `user`.
   * @throws {MatrixError} 401 while stages are left; 403 `M_FORBIDDEN` if registration is closed; 400
   * `M_USER_IN_USE`, `M_INVALID_USERNAME`, `M_EXCLUSIVE`, `M_WEAK_PASSWORD`, `M_MISSING_PARAM` without a password.
   */
  async register(request: RegistrationRequest): Promise<Registered> {
    const { users, interactiveAuth } = this.#parts;
    const demand = await this.#demand();
    const wanted = request.username === undefined ? undefined : users.userIdFor(request.username);
    if (wanted !== undefined) await users.checkFree(wanted);
    if (request.password !== undefined) checkNewPassword(request.password);
    const proof = await interactiveAuth.require(demand, request.auth);
    const { password } = request;
    if (password === undefined) throw missingParam('The password is missing');
    const userId = wanted ?? users.userIdFor(randomOpaqueId(12, LOCALPART_LETTERS));
    const registered = await this.#create(userId, password, request, demand, proof);
    interactiveAuth.finish(proof);
    return registered;
  }

  /** Who may make an account now: while the first admin is awaited, a token opens what is closed. */
  async currentMode(): Promise<RegistrationMode> {
    const { mode, tokens } = this.#parts;
    return mode === 'closed' && (await tokens.firstAdminAwaited()) ? 'token' : mode;
  }

  /**
   * Checks that a name could be registered.
   * @throws {MatrixError} 400 `M_USER_IN_USE`, `M_INVALID_USERNAME`, `M_EXCLUSIVE`; 403 `M_FORBIDDEN` if
   * registration is closed.
   */
  async checkAvailable(username: string): Promise<void> {
    await this.#demand();
    await this.#parts.users.checkFree(this.#parts.users.userIdFor(username));
  }

  /**
   * Whether a registration token can be used now.
   * @throws {MatrixError} 403 `M_FORBIDDEN` if registration is closed.
   */
  async isTokenValid(token: string): Promise<boolean> {
    await this.#demand();
    return (await this.#admit(token)) !== undefined;
  }

  async #create(
    userId: string,
    password: string,
    request: RegistrationRequest,
    demand: AuthDemand,
    proof: AuthSession,
  ): Promise<Registered> {
    const { users, passwords, sessions, interactiveAuth } = this.#parts;
    const written = proof.completed.get(TOKEN_STAGE);
    const admission = written === undefined ? undefined : await this.#admit(written);
    const spent = forbidden('This registration token is used up or has expired');
    if (written !== undefined && admission === undefined) {
      throw interactiveAuth.revoke(demand, proof, TOKEN_STAGE, spent);
    }
    const passwordHash = await passwords.hash(password);
    try {
      return await users.create(
        { userId, passwordHash, isAdmin: admission?.makesAdmin ?? false },
        (unit, userNid) => {
          admission?.use(unit);
          if (request.inhibitLogin === true) return { userId };
          return { userId, session: sessions.open(unit, { userId, userNid }, request.device) };
        },
      );
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error;
      throw interactiveAuth.revoke(demand, proof, TOKEN_STAGE, spent);
    }
  }

  /**
   * What a new user must show now.
   * @throws {MatrixError} 403 `M_FORBIDDEN` if nobody may register.
   */
  async #demand(): Promise<AuthDemand> {
    const { mode, tokens } = this.#parts;
    const flows: AuthStage[][] = mode === 'open' ? [['m.login.dummy']] : [];
    if (mode === 'token' || (await tokens.firstAdminAwaited())) flows.push([TOKEN_STAGE]);
    if (flows.length === 0) throw forbidden('Registration is closed on this server');
    return {
      operation: 'register',
      flows,
      check: async (stage, answer) => {
        if (stage !== TOKEN_STAGE) return '';
        if (typeof answer.token !== 'string') throw missingParam('The registration token is missing');
        if ((await this.#admit(answer.token)) !== undefined) return answer.token;
        throw forbidden('This registration token is not valid, or no longer');
      },
    };
  }

  /** What a token opens now, if anything; where tokens are not asked for, only the first admin's does. */
  async #admit(token: string): Promise<Admission | undefined> {
    const { mode, tokens, invitations, storage, clock } = this.#parts;
    const found = await tokens.findValid(token);
    if (found !== undefined && (mode === 'token' || found.makesAdmin)) {
      const { makesAdmin } = found;
      return { makesAdmin, use: (unit) => storage.registrationTokens.use(unit, token, clock.now()) };
    }
    // Whoever follows the link joins the guild with it afterwards, and is counted there.
    if (mode === 'token' && (await invitations.letsIn(token)))
      return { makesAdmin: false, use: () => undefined };
    return undefined;
  }
}
