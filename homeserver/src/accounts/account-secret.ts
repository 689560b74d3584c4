import { createHmac, timingSafeEqual } from 'node:crypto';
import { randomToken } from '../base/ids.ts';
import type { Storage } from '../storage/index.ts';

/** What a signature is for: one made for one thing is worth nothing for another. */
type Purpose = 'auth-session' | 'mail' | 'form' | 'unsubscribe';

/** A secret of the database, the same for all of its processes: signs what the server gives out and gets back. */
export class AccountSecret {
  readonly #storage: Storage;
  #secret: Promise<string> | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** The signature of a text, in URL-safe base64. */
  async sign(purpose: Purpose, text: string): Promise<string> {
    this.#secret ??= this.#storage.meta.getOrSet('auth_secret', randomToken());
    return createHmac('sha256', await this.#secret)
      .update(`${purpose}\0${text}`)
      .digest('base64url');
  }

  /** Whether somebody has got this signature from `sign`. */
  async verify(purpose: Purpose, text: string, signature: string): Promise<boolean> {
    const wanted = Buffer.from(await this.sign(purpose, text));
    const given = Buffer.from(signature);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}
