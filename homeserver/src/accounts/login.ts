import { forbidden, MatrixError } from '../protocol/errors.ts';
import { ExpectationFailed, type Storage, type StoredUser, UnitOfWork } from '../storage/index.ts';
import type { PasswordAnswer } from './password-check.ts';
import { refuseLocked } from './requester.ts';
import type { DeviceChoice, OpenedSession, Sessions } from './sessions.ts';

/** What a client sends to log in. */
export interface LoginRequest extends PasswordAnswer {
  readonly type: string;
  readonly token?: unknown;
}

/** What comes with a login beside its body. */
export interface LoginCaller {
  /** The access token of the request, with which application services show who they are. */
  readonly accessToken?: string | undefined;
}

/** A way to log in. */
export interface LoginMethod {
  /** As in the request, for instance `m.login.password`. */
  readonly type: string;
  /** What `GET /login` tells of it beside the type. */
  readonly flow?: Readonly<Record<string, unknown>>;
  /**
   * Whose account the attempt is for, so that attempts can be counted; undefined where guessing is hopeless.
   * @throws {MatrixError} 400 if the request has the wrong form.
   */
  accountOf(request: LoginRequest): string | undefined;
  /**
   * The user that logs in.
   * @param unit opens the session: what it is made to expect must still hold then, else the login is refused.
   * @throws {MatrixError}
   */
  identify(request: LoginRequest, caller: LoginCaller, unit: UnitOfWork): Promise<StoredUser>;
}

/** Logging in, in all the ways that there are. */
export class Login {
  readonly #storage: Storage;
  readonly #sessions: Sessions;
  readonly #methods: ReadonlyMap<string, LoginMethod>;

  constructor(storage: Storage, sessions: Sessions, methods: readonly LoginMethod[]) {
    this.#storage = storage;
    this.#sessions = sessions;
    this.#methods = new Map(methods.map((method) => [method.type, method]));
  }

  /** What `GET /login` tells: the ways to log in. */
  flows(): object[] {
    return [...this.#methods.values()].map(({ type, flow }) => ({ type, ...flow }));
  }

  /**
   * Whose account an attempt is for, whether it exists or not: to count attempts.
   * @throws {MatrixError} 400 if the request has the wrong form.
   */
  accountOf(request: LoginRequest): string | undefined {
    return this.#method(request).accountOf(request);
  }

  /**
   * Logs in.
   *
   * Source: Client-Server API v1.19, `POST /login`.
   * @throws {MatrixError} 403 `M_FORBIDDEN` or `M_USER_DEACTIVATED`; 401 `M_USER_LOCKED`; 400 if the request has the
   * wrong form or names a way that is not offered.
   */
  async login(request: LoginRequest, device: DeviceChoice, caller: LoginCaller = {}): Promise<OpenedSession> {
    const unit = new UnitOfWork();
    const user = await this.identify(request, caller, unit);
    const session = this.#sessions.open(unit, user, device);
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      // The password was changed, or the account deactivated, while it was checked; or a token was used twice.
      if (error instanceof ExpectationFailed) throw forbidden('The user name or the password is wrong');
      throw error;
    }
    return session;
  }

  /**
   * Who somebody is that wants to log in.
   * @param unit is made to expect what must still hold when it is committed.
   * @throws {MatrixError} as `login`.
   */
  async identify(request: LoginRequest, caller: LoginCaller, unit: UnitOfWork): Promise<StoredUser> {
    const user = await this.#method(request).identify(request, caller, unit);
    if (user.deactivated)
      throw new MatrixError(403, 'M_USER_DEACTIVATED', 'This account has been deactivated');
    if (user.locked) refuseLocked('locked');
    return user;
  }

  #method({ type }: LoginRequest): LoginMethod {
    const method = this.#methods.get(type);
    if (method !== undefined) return method;
    const known = [...this.#methods.keys()].join(', ');
    throw new MatrixError(400, 'M_UNKNOWN', `One cannot log in with ${type} here, but with: ${known}`);
  }
}
