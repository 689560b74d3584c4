import type { Storage, StoredUser, UnitOfWork } from '../storage/index.ts';
import type { LoginCaller, LoginMethod, LoginRequest } from './login.ts';
import { nameOfUser, type PasswordCheck } from './password-check.ts';

/** Logging in with a user name, or a mail address, and a password. */
export class PasswordLogin implements LoginMethod {
  readonly type = 'm.login.password';
  readonly #storage: Storage;
  readonly #check: PasswordCheck;

  constructor(storage: Storage, check: PasswordCheck) {
    this.#storage = storage;
    this.#check = check;
  }

  accountOf(request: LoginRequest): string {
    const name = nameOfUser(request);
    if (name.kind === 'email') return name.address;
    return this.#check.userIdOf(name.user) ?? name.user;
  }

  async identify(request: LoginRequest, _caller: LoginCaller, unit: UnitOfWork): Promise<StoredUser> {
    const user = await this.#check.check(request);
    this.#storage.users.requirePassword(unit, user.userNid, user.passwordHash);
    return user;
  }
}
