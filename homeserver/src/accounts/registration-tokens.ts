import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import { invalidParam, notFound } from '../protocol/errors.ts';
import { ExpectationFailed, type RegistrationToken, type Storage, UnitOfWork } from '../storage/index.ts';

/** A registration token that an admin asks for. */
export interface RegistrationTokenWish {
  /** Made up unless given. */
  readonly token?: string | undefined;
  /** How long a token that is made up becomes; 16 unless given. */
  readonly length?: number | undefined;
  /** How many accounts it may make; any number unless given. */
  readonly usesAllowed?: number | undefined;
  /** Milliseconds since the Unix epoch; never unless given. */
  readonly expiresTs?: number | undefined;
}

const GENERATED_LENGTH = 16;
/** The alphabet that Synapse allows. */
const TOKEN = /^[A-Za-z0-9._~-]{1,64}$/;

/** The tokens that let people make accounts. */
export class RegistrationTokens {
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /**
   * Makes a token for ordinary accounts.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` if the wish has the wrong form or there is such a token.
   */
  async create(wish: RegistrationTokenWish): Promise<RegistrationToken> {
    const { length = GENERATED_LENGTH, token = randomOpaqueId(length), usesAllowed, expiresTs } = wish;
    if (!TOKEN.test(token)) throw invalidParam('A token has 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -');
    this.#check({ usesAllowed, expiresTs });
    const created = {
      token,
      usesAllowed: usesAllowed ?? null,
      completed: 0,
      expiresTs: expiresTs ?? null,
      makesAdmin: false,
    };
    const unit = new UnitOfWork();
    this.#storage.registrationTokens.add(unit, created);
    await this.#commit(unit, () => invalidParam(`There is a token ${token} already`));
    return created;
  }

  /** The tokens for ordinary accounts; those that can, or cannot, be used now if `valid` is given. */
  async list(valid?: boolean): Promise<RegistrationToken[]> {
    const tokens = await this.#storage.registrationTokens.list();
    return valid === undefined ? tokens : tokens.filter((token) => this.#isValid(token) === valid);
  }

  /**
   * One token for ordinary accounts.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async get(token: string): Promise<RegistrationToken> {
    const found = TOKEN.test(token) ? await this.#storage.registrationTokens.get(token) : undefined;
    if (found === undefined || found.makesAdmin) throw notFound('There is no such registration token');
    return found;
  }

  /**
   * Changes what a token allows; what is left out stays, null takes a limit away.
   * @throws {MatrixError} 400 `M_INVALID_PARAM`; 404 `M_NOT_FOUND`
   */
  async change(
    token: string,
    changes: {
      readonly usesAllowed?: number | null | undefined;
      readonly expiresTs?: number | null | undefined;
    },
  ): Promise<RegistrationToken> {
    this.#check(changes);
    const before = await this.get(token);
    const { usesAllowed = before.usesAllowed, expiresTs = before.expiresTs } = changes;
    const unit = new UnitOfWork();
    this.#storage.registrationTokens.change(unit, token, { usesAllowed, expiresTs });
    await this.#commit(unit, () => notFound('There is no such registration token'));
    return this.get(token);
  }

  /**
   * Deletes a token.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async delete(token: string): Promise<void> {
    const unit = new UnitOfWork();
    this.#storage.registrationTokens.delete(unit, token);
    await this.#commit(unit, () => notFound('There is no such registration token'));
  }

  /** A token that can be used now. */
  async findValid(token: string): Promise<RegistrationToken | undefined> {
    const found = TOKEN.test(token) ? await this.#storage.registrationTokens.get(token) : undefined;
    return found !== undefined && this.#isValid(found) ? found : undefined;
  }

  /** Whether the first admin is still to come and can come. */
  async firstAdminAwaited(): Promise<boolean> {
    return (await this.#storage.registrationTokens.firstAdminToken()) !== undefined;
  }

  /**
   * The token whose first user becomes an admin, made when there is none. It works whatever the registration mode,
   * once; undefined when there is an admin.
   */
  async ensureFirstAdminToken(): Promise<string | undefined> {
    if (await this.#storage.users.anyAdmin()) return undefined;
    const waiting = await this.#storage.registrationTokens.firstAdminToken();
    if (waiting !== undefined) return waiting.token;
    const token = randomOpaqueId(32);
    const unit = new UnitOfWork();
    this.#storage.registrationTokens.add(unit, {
      token,
      usesAllowed: 1,
      completed: 0,
      expiresTs: null,
      makesAdmin: true,
    });
    try {
      await this.#storage.database.commit(unit);
      return token;
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error;
      // Another process starts for the first time as well.
      return (await this.#storage.registrationTokens.firstAdminToken())?.token;
    }
  }

  #isValid({ usesAllowed, completed, expiresTs }: RegistrationToken): boolean {
    const hasUses = usesAllowed === null || completed < usesAllowed;
    return hasUses && (expiresTs === null || expiresTs > this.#clock.now());
  }

  #check({
    usesAllowed,
    expiresTs,
  }: {
    readonly usesAllowed?: number | null | undefined;
    readonly expiresTs?: number | null | undefined;
  }): void {
    if (typeof usesAllowed === 'number' && !isCount(usesAllowed)) {
      throw invalidParam('uses_allowed must be a whole number of at least 0');
    }
    if (typeof expiresTs === 'number' && !(isCount(expiresTs) && expiresTs > this.#clock.now())) {
      throw invalidParam('expiry_time must be a time to come, in milliseconds since 1970');
    }
  }

  async #commit(unit: UnitOfWork, refusal: () => Error): Promise<void> {
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? refusal() : error;
    }
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
