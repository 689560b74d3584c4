import type { Clock } from '../base/clock.ts';
import { randomOpaqueId, randomToken } from '../base/ids.ts';
import { RecentMap } from '../base/recent-map.ts';
import { ExpectationFailed, type Storage, type StoredUser, UnitOfWork } from '../storage/index.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import type { LastSeen } from './last-seen.ts';
import { checkDeviceId, shortenDeviceName } from './names.ts';
import { type Requester, refuseLocked } from './requester.ts';
import { hashOfToken, tokenEnded } from './tokens.ts';

/** The device that somebody logs in with. */
export interface DeviceChoice {
  /** A known device is used again, and its old access token ends; a new ID is made up unless given. */
  readonly deviceId?: string | undefined;
  /** The name of a new device. */
  readonly displayName?: string | undefined;
  /** Whether the access token is to expire and be renewed with a refresh token. */
  readonly wantsRefresh?: boolean | undefined;
}

/** How long tokens live, in milliseconds. */
export interface TokenLifetimes {
  /** Of an access token that has a refresh token beside it. The others live until they are ended. */
  readonly accessTokenMs: number;
  /** Of a refresh token that is not used; for ever unless given. */
  readonly refreshTokenMs?: number | undefined;
}

/** The tokens that a client gets. */
export interface IssuedTokens {
  readonly accessToken: string;
  /** Given together with `expiresInMs` to a client that wants it. */
  readonly refreshToken?: string;
  readonly expiresInMs?: number;
}

/** What a client gets when it logs in. */
export interface OpenedSession extends IssuedTokens {
  readonly userId: string;
  readonly deviceId: string;
}

interface CachedSession {
  readonly requester: Requester;
  readonly expiresTs: number | null;
  /** When the device was last noted as seen. */
  notedTs: number;
}

/** Sessions that are remembered, so that a request costs no database read. */
const MAX_CACHED = 20_000;
/** A device is noted as seen at most this often. */
const NOTE_EVERY_MS = 5 * 60_000;
const DEVICE_ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Logged-in devices and their access tokens. */
export class Sessions {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #lifetimes: TokenLifetimes;
  readonly #lastSeen: LastSeen;
  readonly #keeper: DeviceKeeper;
  readonly #cache = new RecentMap<string, CachedSession>(MAX_CACHED);
  /** Goes up when sessions change: what was read before must not enter the cache after. */
  #endings = 0;

  constructor(
    storage: Storage,
    clock: Clock,
    lifetimes: TokenLifetimes,
    lastSeen: LastSeen,
    keeper: DeviceKeeper,
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#lifetimes = lifetimes;
    this.#lastSeen = lastSeen;
    this.#keeper = keeper;
    storage.database.onInvalidated('sessions', (userNid) => this.#forget(userNid));
  }

  /**
   * Opens a session in a unit; it counts once the unit is committed.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for a device ID of the wrong form.
   */
  open(unit: UnitOfWork, user: Pick<StoredUser, 'userNid' | 'userId'>, device: DeviceChoice): OpenedSession {
    const deviceId = device.deviceId ?? randomOpaqueId(10, DEVICE_ID_LETTERS);
    checkDeviceId(deviceId);
    const { tokens, devices } = this.#storage;
    tokens.deleteOfDevice(unit, user.userNid, deviceId);
    devices.addIfNew(unit, user.userNid, deviceId, shortenDeviceName(device.displayName));
    const generation = device.wantsRefresh === true ? 0 : null;
    const issued = this.#issue(unit, user.userNid, deviceId, generation);
    unit.invalidate('sessions', user.userNid);
    return { userId: user.userId, deviceId, ...issued };
  }

  /**
   * Gives new tokens for a refresh token. The old ones stay valid until one of the new ones is used, so that a client
   * to which the answer did not come through can ask again.
   *
   * Source: Client-Server API v1.19, "Refreshing access tokens".
   * @throws {MatrixError} 401 `M_UNKNOWN_TOKEN`, softly if only the refresh token has expired; 401 `M_USER_LOCKED`.
   */
  async refresh(refreshToken: string): Promise<IssuedTokens> {
    const { tokens, database } = this.#storage;
    const tokenHash = hashOfToken(refreshToken);
    const found = await tokens.refreshToken(tokenHash);
    if (found === undefined) throw tokenEnded('refresh token', false);
    refuseLocked(found.restriction);
    const { userNid, deviceId, generation, expiresTs } = found;
    if (expiresTs !== null && expiresTs <= this.#clock.now()) throw tokenEnded('refresh token', true);
    const unit = new UnitOfWork();
    tokens.requireRefreshToken(unit, tokenHash);
    // Newer ones have never been used, or this one would be gone.
    tokens.deleteOtherGenerations(unit, userNid, deviceId, generation);
    const issued = this.#issue(unit, userNid, deviceId, generation + 1);
    unit.invalidate('sessions', userNid);
    try {
      await database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? tokenEnded('refresh token', false) : error;
    }
    return issued;
  }

  /**
   * Whom an access token stands for; undefined if it is not known, or no longer. Reads the database only for a token
   * that it has not met lately.
   *
   * @param ip where the request comes from: the device is noted as seen there.
   * @throws {MatrixError} 401 `M_UNKNOWN_TOKEN` with `soft_logout` if it has expired: the device stays.
   */
  async authenticate(accessToken: string, ip?: string): Promise<Requester | undefined> {
    const tokenHash = hashOfToken(accessToken);
    const session = this.#cache.get(tokenHash) ?? (await this.#read(tokenHash));
    if (session === undefined) return undefined;
    if (session.expiresTs !== null && session.expiresTs <= this.#clock.now()) {
      throw tokenEnded('access token', true);
    }
    this.#note(session, ip);
    return session.requester;
  }

  /** Ends the caller's session and deletes its device. */
  async logout({ userNid, deviceId }: Requester): Promise<void> {
    const unit = new UnitOfWork();
    this.endDevices(unit, userNid, [deviceId]);
    await this.#storage.database.commit(unit);
  }

  /** Ends every session of the caller and deletes the devices. */
  async logoutAll({ userNid }: Requester): Promise<void> {
    const unit = new UnitOfWork();
    await this.endAll(unit, userNid);
    await this.#storage.database.commit(unit);
  }

  /** Deletes devices with their sessions, in a unit. */
  endDevices(unit: UnitOfWork, userNid: number, deviceIds: readonly string[]): void {
    const ended = new Set(deviceIds);
    for (const deviceId of ended) {
      this.#storage.tokens.deleteOfDevice(unit, userNid, deviceId);
      this.#storage.devices.delete(unit, userNid, deviceId);
    }
    this.#keeper.devicesEnded(unit, userNid, [...ended]);
    unit.invalidate('sessions', userNid);
  }

  /** Deletes all devices of a user with their sessions, in a unit; one may stay. */
  async endAll(unit: UnitOfWork, userNid: number, exceptDevice?: string): Promise<void> {
    const devices = await this.#storage.devices.list(userNid);
    const ended = devices.map(({ deviceId }) => deviceId).filter((deviceId) => deviceId !== exceptDevice);
    this.#storage.tokens.deleteOfUser(unit, userNid, exceptDevice);
    this.#storage.devices.deleteAll(unit, userNid, exceptDevice);
    // The browsers in which the user could sign in to apps, and what apps were granted there.
    this.#storage.oauthItems.deleteOfUser(unit, userNid);
    this.#keeper.devicesEnded(unit, userNid, ended);
    unit.invalidate('sessions', userNid);
  }

  #issue(unit: UnitOfWork, userNid: number, deviceId: string, generation: number | null): IssuedTokens {
    const { tokens } = this.#storage;
    const now = this.#clock.now();
    const accessToken = randomToken();
    const access = { tokenHash: hashOfToken(accessToken), userNid, deviceId };
    if (generation === null) {
      tokens.add(unit, { ...access, generation, expiresTs: null }, now);
      return { accessToken };
    }
    const { accessTokenMs, refreshTokenMs } = this.#lifetimes;
    tokens.add(unit, { ...access, generation, expiresTs: now + accessTokenMs }, now);
    const refreshToken = randomToken();
    tokens.addRefresh(unit, {
      tokenHash: hashOfToken(refreshToken),
      userNid,
      deviceId,
      generation,
      expiresTs: refreshTokenMs === undefined ? null : now + refreshTokenMs,
    });
    return { accessToken, refreshToken, expiresInMs: accessTokenMs };
  }

  async #read(tokenHash: string): Promise<CachedSession | undefined> {
    const endings = this.#endings;
    const owner = await this.#storage.tokens.owner(tokenHash);
    if (owner === undefined) return undefined;
    const { expiresTs, generation, hasOlder, restriction, rateLimit, ...known } = owner;
    const requester: Requester = {
      ...known,
      ...(restriction === undefined ? {} : { restriction }),
      ...(rateLimit === undefined ? {} : { rateLimit }),
    };
    const session = { requester, expiresTs, notedTs: 0 };
    if (endings === this.#endings) this.#cache.set(tokenHash, session);
    if (generation !== null && hasOlder) await this.#endOlder(requester, generation);
    return session;
  }

  /** Ends the tokens from before a refresh: the client has the new ones, for it uses them. */
  async #endOlder({ userNid, deviceId }: Requester, generation: number): Promise<void> {
    const unit = new UnitOfWork();
    this.#storage.tokens.deleteOlder(unit, userNid, deviceId, generation);
    unit.invalidate('sessions', userNid);
    await this.#storage.database.commit(unit);
  }

  #note(session: CachedSession, ip: string | undefined): void {
    const ts = this.#clock.now();
    if (ts - session.notedTs < NOTE_EVERY_MS) return;
    session.notedTs = ts;
    const { userNid, deviceId } = session.requester;
    this.#lastSeen.note({ userNid, deviceId, ts, ip: ip ?? null });
  }

  /** @param userNid of whom; of everybody unless given. */
  #forget(userNid: string | undefined): void {
    this.#endings += 1;
    for (const [tokenHash, { requester }] of this.#cache.entries()) {
      if (userNid === undefined || requester.userNid === Number(userNid)) this.#cache.delete(tokenHash);
    }
  }
}
