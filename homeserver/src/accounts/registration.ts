import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import { forbidden, MatrixError, missingParam } from '../protocol/errors.ts';
import { ExpectationFailed, type Storage, type UnitOfWork } from '../storage/index.ts';
import type { AppService } from './app-service.ts';
import { addressInUse, EMAIL_STAGE, type Emails } from './emails.ts';
import type { AuthAnswer, AuthDemand, AuthSession, AuthStage, InteractiveAuth } from './interactive-auth.ts';
import { checkNewPassword, type Passwords } from './passwords.ts';
import type { Policies } from './policies.ts';
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
  /** Of a guest, whose account this one becomes. */
  readonly guestToken?: string | undefined;
  /** Only make the account. */
  readonly inhibitLogin?: boolean | undefined;
  readonly auth?: AuthAnswer | undefined;
}

/** A new account; `session` unless logging in was not wanted. */
export interface Registered {
  readonly userId: string;
  readonly session?: OpenedSession;
}

export const TOKEN_STAGE = 'm.login.registration_token';
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
  readonly policies: Policies;
  readonly emails: Emails;
  /** Whether everybody has to have a mail address; without effect on a server that sends no mail. */
  readonly emailRequired: boolean;
  readonly guestAccess: boolean;
}

/** Making accounts through user-interactive authentication. */
export class Registration {
  readonly #parts: RegistrationParts;

  constructor(parts: RegistrationParts) {
    this.#parts = parts;
  }

  /**
   * Makes an account, or makes a guest's an ordinary one.
   *
   * Source: Client-Server API v1.19, `POST /register`, kind `user`; as Synapse for guests.
   * @throws {MatrixError} 401 while stages are left; 403 `M_FORBIDDEN` if registration is closed, or for a token that is
   * not that of a guest of this name; 400
   * `M_USER_IN_USE`, `M_INVALID_USERNAME`, `M_EXCLUSIVE`, `M_WEAK_PASSWORD`, `M_MISSING_PARAM` without a password.
   */
  async register(request: RegistrationRequest): Promise<Registered> {
    const { users, interactiveAuth } = this.#parts;
    const demand = await this.#demand();
    const { username, guestToken } = request;
    const guest = guestToken === undefined ? undefined : await this.#guestWith(guestToken);
    const wanted = username === undefined ? guest : users.userIdFor(username);
    if (guest !== undefined && wanted !== guest) throw forbidden('A guest keeps their name');
    if (wanted !== undefined && guest === undefined) await users.checkFree(wanted);
    if (request.password !== undefined) checkNewPassword(request.password);
    const proof = await interactiveAuth.require(demand, request.auth);
    const { password } = request;
    if (password === undefined) throw missingParam('The password is missing');
    const userId = wanted ?? users.userIdFor(randomOpaqueId(12, LOCALPART_LETTERS));
    const registered = await this.#create(userId, password, request, demand, proof);
    await interactiveAuth.finish(proof);
    return registered;
  }

  /**
   * Makes an account for somebody who only looks around: it has no password and ends with its session.
   *
   * Source: Client-Server API v1.19, `POST /register`, kind `guest`.
   * @throws {MatrixError} 403 `M_GUEST_ACCESS_FORBIDDEN` if this server has no guests.
   */
  async registerGuest(device: DeviceChoice): Promise<OpenedSession> {
    const { users, sessions, guestAccess } = this.#parts;
    if (!guestAccess) {
      throw new MatrixError(403, 'M_GUEST_ACCESS_FORBIDDEN', 'There are no guest accounts on this server');
    }
    const userId = users.userIdFor(`guest-${randomOpaqueId(12, LOCALPART_LETTERS)}`);
    return users.create(
      { userId, passwordHash: null, displayName: 'Guest', isGuest: true },
      (unit, userNid) => sessions.open(unit, { userId, userNid }, device),
    );
  }

  /**
   * Makes an account that an application service speaks for: it has no password.
   *
   * Source: Client-Server API v1.19, "Server admin style permissions".
   * @throws {MatrixError} 400 `M_MISSING_PARAM` without a name; as `userIdForAppService`; 400 `M_USER_IN_USE`.
   */
  async registerForAppService(
    service: AppService,
    { username, device, inhibitLogin }: Pick<RegistrationRequest, 'username' | 'device' | 'inhibitLogin'>,
  ): Promise<Registered> {
    const { users, sessions } = this.#parts;
    if (username === undefined) throw missingParam('The username is missing');
    const userId = users.userIdForAppService(username, service);
    return users.create({ userId, passwordHash: null }, (unit, userNid) => {
      if (inhibitLogin === true) return { userId };
      return { userId, session: sessions.open(unit, { userId, userNid }, device) };
    });
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
   * Checks an answer to the stage that asks for a registration token.
   * @returns the token, to keep with the session.
   * @throws {MatrixError} 403 `M_FORBIDDEN` for a token that does not work now; 400 `M_MISSING_PARAM`.
   */
  async checkToken(token: unknown): Promise<string> {
    if (typeof token !== 'string') throw missingParam('The registration token is missing');
    if ((await this.#admit(token)) !== undefined) return token;
    throw forbidden('This registration token is not valid, or no longer');
  }

  /**
   * Whether a registration token can be used now.
   * @throws {MatrixError} 403 `M_FORBIDDEN` if registration is closed.
   */
  async isTokenValid(token: string): Promise<boolean> {
    await this.#demand();
    const { mode, tokens } = this.#parts;
    // As Synapse, also where nobody needs one.
    if (mode === 'open' && (await tokens.findValid(token)) !== undefined) return true;
    return (await this.#admit(token)) !== undefined;
  }

  /** @throws {MatrixError} 403 `M_FORBIDDEN` */
  async #guestWith(token: string): Promise<string> {
    const requester = await this.#parts.sessions.authenticate(token);
    if (requester?.restriction !== 'guest') throw forbidden('This is not the token of a guest');
    return requester.userId;
  }

  async #create(
    userId: string,
    password: string,
    request: RegistrationRequest,
    demand: AuthDemand,
    proof: AuthSession,
  ): Promise<Registered> {
    const { storage, clock, users, passwords, sessions, emails, policies } = this.#parts;
    const admission = await this.#admission(demand, proof);
    const sid = proof.completed.get(EMAIL_STAGE);
    const email = sid === undefined ? undefined : await storage.thirdPartyIds.validation(sid);
    if (sid !== undefined && email === undefined)
      throw await this.#revokeEmail(demand, proof, emails.notConfirmed());
    const passwordHash = await passwords.hash(password);
    const isAdmin = admission?.makesAdmin ?? false;
    try {
      const account = { userId, passwordHash, isAdmin, acceptedPolicies: policies.versions };
      const extend = (unit: UnitOfWork, userNid: number): Registered => {
        admission?.use(unit);
        if (email !== undefined) {
          const { address, validatedTs } = email;
          const addedTs = clock.now();
          storage.thirdPartyIds.useValidation(unit, email.sid);
          storage.thirdPartyIds.add(unit, userNid, {
            medium: 'email',
            address,
            validatedTs: validatedTs ?? addedTs,
            addedTs,
          });
        }
        if (request.inhibitLogin === true) return { userId };
        return { userId, session: sessions.open(unit, { userId, userNid }, request.device) };
      };
      // The first admin is nobody who was here before.
      const isUpgrade = request.guestToken !== undefined && !isAdmin;
      return await (isUpgrade ? users.upgradeGuest(account, extend) : users.create(account, extend));
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error;
      // Either the token or the address was used by somebody else meanwhile.
      await this.#admission(demand, proof);
      throw await this.#revokeEmail(demand, proof, addressInUse());
    }
  }

  /**
   * What the token of a proof opens; undefined if no token was asked for.
   * @throws {MatrixError} 401 if it opens nothing any more.
   */
  async #admission(demand: AuthDemand, proof: AuthSession): Promise<Admission | undefined> {
    const written = proof.completed.get(TOKEN_STAGE);
    if (written === undefined) return undefined;
    const admission = await this.#admit(written);
    if (admission !== undefined) return admission;
    const spent = forbidden('This registration token is used up or has expired');
    throw await this.#parts.interactiveAuth.revoke(demand, proof, TOKEN_STAGE, spent);
  }

  #revokeEmail(demand: AuthDemand, proof: AuthSession, reason: MatrixError): Promise<MatrixError> {
    return this.#parts.interactiveAuth.revoke(demand, proof, EMAIL_STAGE, reason);
  }

  /**
   * What a new user must show now.
   * @throws {MatrixError} 403 `M_FORBIDDEN` if nobody may register.
   */
  async #demand(): Promise<AuthDemand> {
    const { mode, tokens, policies, emails } = this.#parts;
    const flows: AuthStage[][] = [];
    if (mode === 'open') flows.push(...this.#flows(policies.stages));
    if (mode === 'token') flows.push(...this.#flows([TOKEN_STAGE, ...policies.stages]));
    // Without a mail address: the first admin may be there to find out why no mail is sent.
    else if (await tokens.firstAdminAwaited()) flows.push([TOKEN_STAGE, ...policies.stages]);
    if (flows.length === 0) throw forbidden('Registration is closed on this server');
    return {
      operation: 'register',
      flows,
      params: policies.params,
      check: async (stage, answer) => {
        if (stage === EMAIL_STAGE) return emails.checkStage(answer, 'register');
        return stage === TOKEN_STAGE ? this.checkToken(answer.token) : '';
      },
    };
  }

  /** With and without a mail address. The stage that asks for nothing tells the second from the first half-way. */
  #flows(stages: readonly AuthStage[]): AuthStage[][] {
    const { emails, emailRequired } = this.#parts;
    const withEmail = emails.areOffered ? [[...stages, EMAIL_STAGE]] : [];
    if (emails.areOffered && emailRequired) return withEmail;
    const isEnough = stages.length > 0 && !emails.areOffered;
    return [isEnough ? [...stages] : [...stages, 'm.login.dummy'], ...withEmail];
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
