import { randomToken } from '../base/ids.ts';
import { invalidParam, limitExceeded, MatrixError } from '../protocol/errors.ts';

/** What a hash costs. */
export interface PasswordHashing {
  readonly memoryKiB: number;
  readonly passes: number;
}

/** What OWASP recommends for argon2id as the least. */
const DEFAULT_HASHING: PasswordHashing = { memoryKiB: 19 * 1024, passes: 2 };

/** Hashing fills a thread and 19 MiB: a flood of logins must leave threads for signing and files. */
const HASHES_AT_ONCE = 2;
const MAX_WAITING = 200;

const LEAST_CHARACTERS = 8;
const MOST_CHARACTERS = 512;

/**
 * Checks a password that somebody has chosen.
 * @throws {MatrixError} 400 `M_WEAK_PASSWORD`, or `M_INVALID_PARAM` if it is longer than 512 characters.
 */
export function checkNewPassword(password: string): void {
  if ([...password].length < LEAST_CHARACTERS) {
    throw new MatrixError(
      400,
      'M_WEAK_PASSWORD',
      `The password is too short: use at least ${LEAST_CHARACTERS} characters`,
    );
  }
  if (password.length > MOST_CHARACTERS) {
    throw invalidParam(`The password is too long: use at most ${MOST_CHARACTERS} characters`);
  }
}

/** Hashes and checks passwords with argon2id, a few at a time. */
export class Passwords {
  readonly #hashing: PasswordHashing;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #decoy: Promise<string> | undefined;

  constructor(hashing: PasswordHashing = DEFAULT_HASHING) {
    this.#hashing = hashing;
  }

  /** The hash of a password with its salt and parameters, in PHC form. */
  hash(password: string): Promise<string> {
    return this.#inTurn(async () => {
      const argon2 = await import('argon2');
      const { memoryKiB, passes } = this.#hashing;
      return argon2.hash(password, {
        type: argon2.argon2id,
        memoryCost: memoryKiB,
        timeCost: passes,
        parallelism: 1,
      });
    });
  }

  /**
   * Whether the password belongs to the hash. Without a hash it takes the same time and the answer is no, so that the
   * time does not tell which users exist.
   */
  async verify(hash: string | null, password: string): Promise<boolean> {
    if (password.length > MOST_CHARACTERS) return false;
    this.#decoy ??= this.hash(randomToken());
    const compared = hash ?? (await this.#decoy);
    const matches = await this.#inTurn(async () => (await import('argon2')).verify(compared, password));
    return matches && hash !== null;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < HASHES_AT_ONCE) {
      this.#running += 1;
    } else {
      if (this.#waiting.length >= MAX_WAITING) throw limitExceeded(5_000);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
