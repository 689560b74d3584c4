import { forbidden, MatrixError } from '../protocol/errors.ts';
import type { Storage, StoredUser, UnitOfWork } from '../storage/index.ts';
import type { AppServices } from './app-services.ts';
import type { LoginCaller, LoginMethod, LoginRequest } from './login.ts';
import { nameOfUser, type PasswordCheck } from './password-check.ts';
import { tokenEnded } from './tokens.ts';

/**
 * Logging in users of an application service, by its token.
 *
 * Source: Client-Server API v1.19, "Appservice Login".
 */
export class AppServiceLogin implements LoginMethod {
  readonly type = 'm.login.application_service';
  readonly #storage: Storage;
  readonly #check: PasswordCheck;
  readonly #services: AppServices;

  constructor(storage: Storage, check: PasswordCheck, services: AppServices) {
    this.#storage = storage;
    this.#check = check;
    this.#services = services;
  }

  /** Nobody guesses a token. */
  accountOf(): undefined {
    return undefined;
  }

  async identify(request: LoginRequest, { accessToken }: LoginCaller, unit: UnitOfWork): Promise<StoredUser> {
    if (accessToken === undefined) {
      throw new MatrixError(401, 'M_MISSING_TOKEN', 'The token of the application service is missing');
    }
    const service = this.#services.byToken(accessToken);
    if (service === undefined) throw tokenEnded('access token', false);
    const name = nameOfUser(request);
    const user = await this.#check.find(name);
    if (user === undefined) throw forbidden('There is no such user here');
    if (!service.speaksFor(user.userId)) {
      throw new MatrixError(400, 'M_EXCLUSIVE', `${user.userId} is not of this application service`);
    }
    this.#storage.users.requireActive(unit, user.userNid);
    return user;
  }
}
