import type { Clock } from '../../base/clock.ts';
import { randomToken } from '../../base/ids.ts';
import { forbidden, MatrixError, notFound } from '../../protocol/errors.ts';
import {
  ExpectationFailed,
  type OAuthItemKind,
  type Storage,
  type StoredUser,
  UnitOfWork,
} from '../../storage/index.ts';
import type { Policies } from '../policies.ts';
import { hashOfToken } from '../tokens.ts';
import type { Users } from '../users.ts';
import type { ProviderTrip, UpstreamIdentity, UpstreamProvider } from './upstream-provider.ts';

interface UpstreamParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly users: Users;
  readonly policies: Policies;
  readonly providers: readonly UpstreamProvider[];
  readonly publicUrl: () => string;
}

/** Somebody who has come back from a provider. */
export type Arrival =
  /** A user; `next` is the page to go on to. */
  | { readonly kind: 'known'; readonly userNid: number; readonly next: string }
  /** Nobody known: `ticket` makes an account, for a name that is chosen. */
  | { readonly kind: 'new'; readonly ticket: string; readonly proposal: string };

interface StoredTrip extends ProviderTrip {
  readonly provider: string;
  /** The browser that the trip was begun in: nobody is to be signed in as somebody else by following a link. */
  readonly browser: string;
  readonly next: string;
}

interface Ticket extends UpstreamIdentity {
  readonly provider: string;
  readonly browser: string;
  readonly next: string;
}

/** Where providers send browsers back to. */
export const CALLBACK_PATH = '/_guildhall/oauth/callback';
const TRIP_MS = 15 * 60_000;

/** Signing in with the accounts of other providers. */
export class Upstream {
  readonly #parts: UpstreamParts;

  constructor(parts: UpstreamParts) {
    this.#parts = parts;
  }

  /** The providers, for people to choose from. */
  get list(): readonly { readonly id: string; readonly name: string }[] {
    return this.#parts.providers.map(({ settings: { id, name } }) => ({ id, name }));
  }

  /**
   * Sends a browser to a provider.
   * @returns where it goes.
   * @throws {MatrixError} 404 `M_NOT_FOUND` for an unknown provider; 502 while it cannot be reached.
   */
  async begin(providerId: string, cookie: string, next: string): Promise<string> {
    const { url, trip } = await this.#provider(providerId).begin(this.#callback(providerId));
    const stored: StoredTrip = { ...trip, provider: providerId, browser: hashOfToken(cookie), next };
    await this.#keep('upstream', trip.state, stored);
    return url;
  }

  /**
   * Takes a browser that a provider has sent back.
   * @throws {MatrixError} 403 `M_FORBIDDEN` if the provider does not vouch for anybody, or the trip was another's.
   */
  async finish(providerId: string, cookie: string, query: URLSearchParams): Promise<Arrival> {
    const trip = await this.#take<StoredTrip>('upstream', query.get('state') ?? '', cookie);
    if (trip.provider !== providerId) throw tripOver();
    const address = new URL(`${this.#callback(providerId)}?${query}`);
    const identity = await this.#provider(providerId).finish(address, trip);
    const userNid = await this.#find(providerId, identity);
    if (userNid !== undefined) return { kind: 'known', userNid, next: trip.next };
    const { provider, browser, next } = trip;
    const ticket = randomToken();
    const wish: Ticket = { ...identity, provider, browser, next };
    await this.#keep('sign-up', ticket, wish);
    return { kind: 'new', ticket, proposal: identity.localpart };
  }

  /**
   * Makes the account of somebody new.
   * @throws {MatrixError} as `Users.create`; 403 `M_FORBIDDEN` for a ticket that is over, or without the policies.
   */
  async create(
    ticket: string,
    cookie: string,
    wish: { readonly username: string; readonly acceptsPolicies: boolean },
  ): Promise<{ userNid: number; next: string }> {
    const { storage, users, policies } = this.#parts;
    const { provider, subject, displayName, next } = await this.#read<Ticket>('sign-up', ticket, cookie);
    if (policies.list.length > 0 && !wish.acceptsPolicies) {
      throw forbidden('To make an account here, the terms have to be accepted');
    }
    const userId = users.userIdFor(wish.username);
    await users.checkFree(userId);
    const account = {
      userId,
      passwordHash: null,
      acceptedPolicies: policies.versions,
      ...(displayName !== '' && { displayName }),
    };
    try {
      const userNid = await users.create(account, (unit, nid) => {
        storage.oauthItems.use(unit, { kind: 'sign-up', keyHash: hashOfToken(ticket) });
        storage.upstreamUsers.add(unit, provider, subject, nid);
        return nid;
      });
      return { userNid, next };
    } catch (error) {
      throw error instanceof ExpectationFailed ? tripOver() : error;
    }
  }

  /** The user that a provider's user is; where the provider may, one that is here already becomes it. */
  async #find(providerId: string, { subject, localpart }: UpstreamIdentity): Promise<number | undefined> {
    const { storage } = this.#parts;
    const known = await storage.upstreamUsers.userOf(providerId, subject);
    if (known !== undefined) return this.#active(known);
    if (localpart === '' || !this.#provider(providerId).settings.linksExisting) return undefined;
    const user = await this.#userCalled(localpart);
    if (user === undefined || user.guest) return undefined;
    const userNid = await this.#active(user.userNid);
    const unit = new UnitOfWork();
    storage.users.requireActive(unit, userNid);
    storage.upstreamUsers.add(unit, providerId, subject, userNid);
    await storage.database.commit(unit);
    return userNid;
  }

  /** The user of a name; nobody has one that people cannot have. */
  async #userCalled(localpart: string): Promise<StoredUser | undefined> {
    const { storage, users } = this.#parts;
    try {
      return await storage.users.byUserId(users.userIdFor(localpart));
    } catch (error) {
      if (error instanceof MatrixError) return undefined;
      throw error;
    }
  }

  async #active(userNid: number): Promise<number> {
    const user = await this.#parts.storage.users.byNid(userNid);
    if (user !== undefined && !user.deactivated && !user.locked) return userNid;
    throw new MatrixError(403, 'M_FORBIDDEN', 'This account has ended or is locked');
  }

  #provider(id: string): UpstreamProvider {
    const provider = this.#parts.providers.find(({ settings }) => settings.id === id);
    if (provider === undefined) throw notFound('There is no such way to sign in here');
    return provider;
  }

  #callback(providerId: string): string {
    return `${this.#parts.publicUrl()}${CALLBACK_PATH}/${encodeURIComponent(providerId)}`;
  }

  async #keep(kind: OAuthItemKind, key: string, content: StoredTrip | Ticket): Promise<void> {
    const now = this.#parts.clock.now();
    const item = { kind, keyHash: hashOfToken(key), userNid: null, content: JSON.stringify(content) };
    await this.#parts.storage.oauthItems.add([{ ...item, expiresTs: now + TRIP_MS }], now);
  }

  async #read<T extends { browser: string }>(kind: OAuthItemKind, key: string, cookie: string): Promise<T> {
    const { storage, clock } = this.#parts;
    const item = await storage.oauthItems.get(kind, hashOfToken(key), clock.now());
    const content: T | undefined = item && JSON.parse(item.content);
    if (content === undefined || content.browser !== hashOfToken(cookie)) throw tripOver();
    return content;
  }

  async #take<T extends { browser: string }>(kind: OAuthItemKind, key: string, cookie: string): Promise<T> {
    const content = await this.#read<T>(kind, key, cookie);
    const unit = new UnitOfWork();
    this.#parts.storage.oauthItems.use(unit, { kind, keyHash: hashOfToken(key) });
    try {
      await this.#parts.storage.database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? tripOver() : error;
    }
    return content;
  }
}

function tripOver(): MatrixError {
  return forbidden('This attempt to sign in is over, or was begun in another browser. Please start again');
}
