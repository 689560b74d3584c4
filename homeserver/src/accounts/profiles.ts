import { RecentMap } from '../base/recent-map.ts';
import { CanonicalJsonError, canonicalJson, type JsonValue } from '../protocol/canonical-json.ts';
import { badJson, forbidden, invalidParam, MatrixError, notFound } from '../protocol/errors.ts';
import { domainOf, isMxcUri, isUserId, type ServerName } from '../protocol/identifiers.ts';
import { ownValue } from '../protocol/json-values.ts';
import { JobKind, type Storage, type StoredProfile, UnitOfWork } from '../storage/index.ts';
import { type Requester, refuseGuest } from './requester.ts';
import { retryWhenOvertaken } from './retry-when-overtaken.ts';
import type { UserDirectory } from './user-directory.ts';

/** What a user shows of itself. */
export interface Profile {
  readonly displayname?: string;
  readonly avatar_url?: string;
  readonly [field: string]: JsonValue | undefined;
}

/** What accounts asks of rooms. */
export interface RoomsOfUser {
  /** Whether two users are in a common room. */
  share(userId: string, otherId: string): Promise<boolean>;
}

/** Where the profiles of users of other servers come from: their servers. */
export interface RemoteProfiles {
  /** The profile of a user of another server; undefined if there is none, or the server does not answer. */
  profileOf(userId: string): Promise<Profile | undefined>;
}

/** Who sees the profiles of this server's users: everybody, people with an account, those who share a room. */
export type ProfileVisibility = 'everyone' | 'users' | 'shared';

export interface ProfilesParts {
  readonly storage: Storage;
  readonly serverName: ServerName;
  readonly directory: UserDirectory;
  readonly roomsOfUser: RoomsOfUser;
  readonly remoteProfiles: RemoteProfiles | undefined;
  readonly visibility: ProfileVisibility;
}

const MAX_CACHED = 20_000;
const MAX_PROFILE_BYTES = 65_536;
const MAX_KEY_BYTES = 255;
/** As Synapse. */
const MAX_DISPLAY_NAME = 256;
const MAX_AVATAR_URL = 1_000;
/** What users are found by, and what rooms show. */
const SEARCHED_FIELDS = ['displayname', 'avatar_url'];
/** The common namespaced identifier grammar. */
const FIELD_NAME = /^[a-z][a-z0-9._-]*$/;

/** The profiles of users. */
export class Profiles {
  readonly #parts: ProfilesParts;
  readonly #storage: Storage;
  readonly #cache = new RecentMap<string, Profile>(MAX_CACHED);
  /** Goes up when profiles change: what was read before must not enter the cache after. */
  #changes = 0;

  constructor(parts: ProfilesParts) {
    this.#parts = parts;
    this.#storage = parts.storage;
    this.#storage.database.onInvalidated('profiles', (userId) => {
      this.#changes += 1;
      if (userId === undefined) this.#cache.clear();
      else this.#cache.delete(userId);
    });
  }

  /** The profile of a local user, from memory as a rule; undefined if there is no such user. */
  async get(userId: string): Promise<Profile | undefined> {
    const cached = this.#cache.get(userId);
    if (cached !== undefined) return cached;
    const changes = this.#changes;
    const stored = await this.#storage.profiles.get(userId);
    if (stored === undefined) return undefined;
    const profile = JSON.parse(stored.fields) as Profile;
    if (changes === this.#changes) this.#cache.set(userId, profile);
    return profile;
  }

  /**
   * The profile of a user, for a client.
   *
   * Source: Client-Server API v1.19, `GET /profile/{userId}`.
   * @param viewer who asks; nobody in particular unless given.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` if this is no user ID, 404 `M_NOT_FOUND` if there is no profile, 403
   * `M_FORBIDDEN` if the viewer may not see it.
   */
  async show(userId: string, viewer?: Requester): Promise<Profile> {
    if (!isUserId(userId)) throw invalidParam('This is not a user ID');
    const { serverName, remoteProfiles } = this.#parts;
    await this.#requireVisible(userId, viewer);
    const isLocal = domainOf(userId) === serverName;
    const profile = isLocal ? await this.get(userId) : await remoteProfiles?.profileOf(userId);
    // "There is no profile information for this user or this user does not exist" is one answer.
    if (profile === undefined || Object.keys(profile).length === 0)
      throw notFound('There is no such profile');
    return profile;
  }

  /**
   * One field of a profile, for a client.
   * @throws {MatrixError} as `show`; 404 `M_NOT_FOUND` also for a field that is not set.
   */
  async showField(userId: string, field: string, viewer?: Requester): Promise<JsonValue> {
    const profile = await this.show(userId, viewer);
    const value = ownValue(profile, field);
    if (value === undefined) throw notFound('The profile has no such field');
    return value;
  }

  /**
   * The profile of a user of this server, for another server.
   *
   * Source: Server-Server API v1.19, `GET /query/profile`.
   * @param field all fields unless given; nothing if it is not set.
   * @throws {MatrixError} 404 `M_NOT_FOUND` if there is no such user or profile, 403 `M_FORBIDDEN` where profiles are only
   * for people of this server.
   */
  async showToServer(userId: string, field: string | undefined): Promise<Profile> {
    if (this.#parts.visibility !== 'everyone') throw forbidden('Profiles are for people of this server');
    const isLocal = isUserId(userId) && domainOf(userId) === this.#parts.serverName;
    const profile = isLocal ? await this.get(userId) : undefined;
    if (profile === undefined || Object.keys(profile).length === 0) {
      throw notFound('There is no such profile');
    }
    if (field === undefined) return profile;
    const value = ownValue(profile, field);
    return value === undefined ? {} : { [field]: value };
  }

  async #requireVisible(userId: string, viewer: Requester | undefined): Promise<void> {
    const { visibility, roomsOfUser } = this.#parts;
    if (visibility === 'everyone' || userId === viewer?.userId) return;
    if (viewer === undefined) throw forbidden('Profiles are shown here to people who are logged in');
    if (visibility === 'users' || (await roomsOfUser.share(viewer.userId, userId))) return;
    throw forbidden('Profiles are shown here to people who share a room');
  }

  /**
   * Sets a field of the requester's profile; undefined, and an empty avatar, take it away.
   *
   * Source: Client-Server API v1.19, `PUT` and `DELETE /profile/{userId}/{keyName}`.
   * @throws {MatrixError} 403 `M_FORBIDDEN` for another user's profile; 400 `M_KEY_TOO_LARGE`,
   * `M_PROFILE_TOO_LARGE`, `M_INVALID_PARAM`, `M_BAD_JSON`.
   */
  async setField(
    requester: Requester,
    userId: string,
    field: string,
    value: JsonValue | undefined,
  ): Promise<void> {
    if (userId !== requester.userId) throw forbidden("You cannot change another user's profile");
    if (field !== 'displayname') refuseGuest(requester);
    checkFieldName(field);
    const kept = checkValue(field, value);
    await retryWhenOvertaken(() => this.#replace(requester, field, kept));
  }

  /** Empties a profile, in a unit, without a word to the rooms: for a user that is leaving them. */
  clear(unit: UnitOfWork, { userId, userNid }: Pick<Requester, 'userId' | 'userNid'>): void {
    this.#storage.profiles.set(unit, { userNid, fields: '{}' });
    unit.invalidate('profiles', userId);
  }

  async #replace(
    { userId, restriction }: Requester,
    field: string,
    value: JsonValue | undefined,
  ): Promise<void> {
    const before = await this.#read(userId);
    const { [field]: old, ...rest } = JSON.parse(before.fields) as Profile;
    const profile: Profile = value === undefined ? rest : { ...rest, [field]: value };
    const fields = toCanonicalJson(profile);
    if (fields === before.fields) return;
    // A smaller profile is always welcome, even if it is still too large.
    if (value !== undefined && Buffer.byteLength(fields) > MAX_PROFILE_BYTES) {
      throw new MatrixError(
        400,
        'M_PROFILE_TOO_LARGE',
        `A profile has at most ${MAX_PROFILE_BYTES} bytes in all`,
      );
    }
    const unit = new UnitOfWork();
    this.#storage.profiles.replace(unit, before, fields);
    unit.invalidate('profiles', userId);
    if (SEARCHED_FIELDS.includes(field)) {
      this.#storage.jobs.enqueue(unit, { kind: JobKind.CarryProfile, key: userId });
    }
    if (SEARCHED_FIELDS.includes(field) && restriction !== 'guest') {
      const { displayname: displayName, avatar_url: avatarUrl } = profile;
      this.#parts.directory.set(unit, [{ userNid: before.userNid, userId, displayName, avatarUrl }]);
    }
    await this.#storage.database.commit(unit);
  }

  async #read(userId: string): Promise<StoredProfile> {
    const stored = await this.#storage.profiles.get(userId);
    if (stored === undefined) throw notFound('There is no such user');
    return stored;
  }
}

function checkFieldName(field: string): void {
  if (Buffer.byteLength(field) > MAX_KEY_BYTES) {
    throw new MatrixError(
      400,
      'M_KEY_TOO_LARGE',
      `The name of a profile field has at most ${MAX_KEY_BYTES} bytes`,
    );
  }
  if (!FIELD_NAME.test(field)) {
    throw invalidParam('The name of a profile field has only a-z, 0-9 and . _ -, and begins with a letter');
  }
}

/** The value to store; undefined if the field is to be taken away. */
function checkValue(field: string, value: JsonValue | undefined): JsonValue | undefined {
  if (field !== 'displayname' && field !== 'avatar_url') return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidParam(`${field} must be a string`);
  // An empty text takes the field away, as with Synapse.
  if (value === '') return undefined;
  if (field === 'displayname') {
    if (value.length > MAX_DISPLAY_NAME) {
      throw invalidParam(`The display name must have at most ${MAX_DISPLAY_NAME} characters`);
    }
    return value;
  }
  if (value.length > MAX_AVATAR_URL || !isMxcUri(value)) {
    throw invalidParam('avatar_url must be an mxc:// URI of at most 1000 characters');
  }
  return value;
}

function toCanonicalJson(profile: Profile): string {
  try {
    return canonicalJson(profile);
  } catch (error) {
    throw error instanceof CanonicalJsonError ? badJson(error.message) : error;
  }
}
