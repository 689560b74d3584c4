import type { Clock } from '../../base/clock.ts';
import { randomToken } from '../../base/ids.ts';
import { forbidden } from '../../protocol/errors.ts';
import { ExpectationFailed, type Storage, type StoredUser, UnitOfWork } from '../../storage/index.ts';
import type { AccountSecret } from '../account-secret.ts';
import type { Login, LoginRequest } from '../login.ts';
import { hashOfToken } from '../tokens.ts';

/** Who is signed in in a browser. */
export interface BrowserUser extends Pick<StoredUser, 'userNid' | 'userId'> {
  /** Whether they have shown lately who they are: what cannot be undone needs that. */
  readonly isFresh: boolean;
  /** Suspended users look, and do no more. */
  readonly restriction?: 'suspended';
}

const LIFE_MS = 7 * 86_400_000;
const FRESH_MS = 10 * 60_000;

/**
 * Browsers in which people sign in to this server, in order to sign in to an app or to manage their account. A browser
 * is known by a cookie, which opens no session of the Matrix APIs.
 */
export class Browsers {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #secret: AccountSecret;
  readonly #login: Login;

  constructor(storage: Storage, clock: Clock, secret: AccountSecret, login: Login) {
    this.#storage = storage;
    this.#clock = clock;
    this.#secret = secret;
    this.#login = login;
  }

  /** How long a cookie is good for. */
  get lifeMs(): number {
    return LIFE_MS;
  }

  /** A cookie for a browser in which nobody is signed in: what its forms are recognised by. */
  newCookie(): string {
    return randomToken();
  }

  /** Who is signed in in the browser that has this cookie; locked and deactivated users are not. */
  async userOf(cookie: string): Promise<BrowserUser | undefined> {
    const now = this.#clock.now();
    const browser = await this.#storage.oauthItems.get('browser', hashOfToken(cookie), now);
    if (browser === undefined || browser.userNid === null) return undefined;
    const user = await this.#storage.users.byNid(browser.userNid);
    if (user === undefined || user.deactivated || user.locked) return undefined;
    const isFresh = now < browser.expiresTs - LIFE_MS + FRESH_MS;
    const { userNid, userId } = user;
    return { userNid, userId, isFresh, ...(user.suspended && { restriction: 'suspended' }) };
  }

  /**
   * Signs somebody in with what `POST /login` would take.
   * @returns the browser's new cookie: one that somebody has planted is worth nothing afterwards.
   * @throws {MatrixError} as `Login.login`.
   */
  async signIn(request: LoginRequest): Promise<string> {
    const unit = new UnitOfWork();
    return this.#add(unit, await this.#login.identify(request, {}, unit));
  }

  /** Signs in somebody who has shown in another way who they are. Returns the browser's new cookie. */
  async signInUser(userNid: number): Promise<string> {
    const unit = new UnitOfWork();
    this.#storage.users.requireActive(unit, userNid);
    return this.#add(unit, { userNid });
  }

  /** Signs out whoever is signed in. */
  signOut(cookie: string): Promise<void> {
    return this.#storage.oauthItems.delete({ kind: 'browser', keyHash: hashOfToken(cookie) });
  }

  /** What a form of this browser carries, so that no other site can send it. */
  formToken(cookie: string): Promise<string> {
    return this.#secret.sign('form', hashOfToken(cookie));
  }

  /** @throws {MatrixError} 403 `M_FORBIDDEN` for a form that another site, or a page from before signing in, has sent. */
  async checkForm(cookie: string | undefined, token: string | null): Promise<string> {
    if (cookie !== undefined && token !== null) {
      if (await this.#secret.verify('form', hashOfToken(cookie), token)) return cookie;
    }
    throw forbidden(
      'This page is too old, or your browser takes no cookies. Go back, load it again, and try again',
    );
  }

  async #add(unit: UnitOfWork, { userNid }: Pick<StoredUser, 'userNid'>): Promise<string> {
    const cookie = randomToken();
    const now = this.#clock.now();
    this.#storage.oauthItems.addIn(unit, {
      kind: 'browser',
      keyHash: hashOfToken(cookie),
      userNid,
      content: '{}',
      expiresTs: now + LIFE_MS,
    });
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? forbidden('This account has just been changed') : error;
    }
    return cookie;
  }
}
