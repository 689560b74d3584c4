import { hash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { randomOpaqueId, randomToken } from '../base/ids.ts';
import { RecentMap } from '../base/recent-map.ts';
import { forbidden, MatrixError } from '../protocol/errors.ts';
import { ExpectationFailed, type Storage, type StoredUser, UnitOfWork } from '../storage/index.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import type { LastSeen } from './last-seen.ts';
import { checkDeviceId, shortenDeviceName } from './names.ts';
import { namedUser, type PasswordAnswer, type PasswordCheck } from './password-check.ts';
import type { Requester } from './requester.ts';

/** The device that somebody logs in with. */
export interface DeviceChoice {
  /** A known device is used again, and its old access token ends; a new ID is made up unless given. */
  readonly deviceId?: string | undefined;
  /** The name of a new device. */
  readonly displayName?: string | undefined;
}

/** What a client gets when it logs in. */
export interface OpenedSession {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

interface CachedSession {
  readonly requester: Requester;
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
  readonly #check: PasswordCheck;
  readonly #lastSeen: LastSeen;
  readonly #keeper: DeviceKeeper;
  readonly #cache = new RecentMap<string, CachedSession>(MAX_CACHED);
  /** Goes up when sessions end: what was read before must not enter the cache after. */
  #endings = 0;

  constructor(
    storage: Storage,
    clock: Clock,
    check: PasswordCheck,
    lastSeen: LastSeen,
    keeper: DeviceKeeper,
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#check = check;
    this.#lastSeen = lastSeen;
    this.#keeper = keeper;
  }

  /**
   * Logs in with a password.
   *
   * Source: Client-Server API v1.19, `POST /login`, type `m.login.password`.
   * @throws {MatrixError} 403 `M_FORBIDDEN` or `M_USER_DEACTIVATED`; 400 if the request has the wrong form.
   */
  async login(answer: PasswordAnswer, device: DeviceChoice): Promise<OpenedSession> {
    const user = await this.#check.check(answer);
    const unit = new UnitOfWork();
    this.#storage.users.requirePassword(unit, user.userNid, user.passwordHash);
    const session = this.open(unit, user, device);
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      // The password was changed, or the account deactivated, while it was checked.
      if (error instanceof ExpectationFailed) throw forbidden('The user name or the password is wrong');
      throw error;
    }
    return session;
  }

  /**
   * The account that a login is for, whether it exists or not: to count attempts.
   * @throws {MatrixError} 400 if the request names none.
   */
  accountOf(answer: PasswordAnswer): string {
    const name = namedUser(answer);
    return this.#check.userIdOf(name) ?? name;
  }

  /**
   * Opens a session in a unit; it counts once the unit is committed.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for a device ID of the wrong form.
   */
  open(unit: UnitOfWork, user: Pick<StoredUser, 'userNid' | 'userId'>, device: DeviceChoice): OpenedSession {
    const deviceId = device.deviceId ?? randomOpaqueId(10, DEVICE_ID_LETTERS);
    checkDeviceId(deviceId);
    const accessToken = randomToken();
    const { tokens, devices } = this.#storage;
    tokens.deleteOfDevice(unit, user.userNid, deviceId);
    devices.addIfNew(unit, user.userNid, deviceId, shortenDeviceName(device.displayName));
    tokens.add(unit, hashOf(accessToken), user.userNid, deviceId, this.#clock.now());
    unit.onCommit(() => this.#forget(user.userNid, (cached) => cached === deviceId));
    return { userId: user.userId, deviceId, accessToken };
  }

  /**
   * Whom an access token stands for; undefined if it is not, or no longer, valid. Reads the database only for a token
   * that it has not met lately.
   *
   * @param ip where the request comes from: the device is noted as seen there.
   */
  async authenticate(accessToken: string, ip?: string): Promise<Requester | undefined> {
    const tokenHash = hashOf(accessToken);
    const session = this.#cache.get(tokenHash) ?? (await this.#read(tokenHash));
    if (session === undefined) return undefined;
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
    unit.onCommit(() => this.#forget(userNid, (deviceId) => ended.has(deviceId)));
  }

  /** Deletes all devices of a user with their sessions, in a unit; one may stay. */
  async endAll(unit: UnitOfWork, userNid: number, exceptDevice?: string): Promise<void> {
    const devices = await this.#storage.devices.list(userNid);
    const ended = devices.map(({ deviceId }) => deviceId).filter((deviceId) => deviceId !== exceptDevice);
    this.#storage.tokens.deleteOfUser(unit, userNid, exceptDevice);
    this.#storage.devices.deleteAll(unit, userNid, exceptDevice);
    this.#keeper.devicesEnded(unit, userNid, ended);
    unit.onCommit(() => this.#forget(userNid, (deviceId) => deviceId !== exceptDevice));
  }

  async #read(tokenHash: string): Promise<CachedSession | undefined> {
    const endings = this.#endings;
    const requester = await this.#storage.tokens.owner(tokenHash);
    if (requester === undefined) return undefined;
    const session = { requester, notedTs: 0 };
    if (endings === this.#endings) this.#cache.set(tokenHash, session);
    return session;
  }

  #note(session: CachedSession, ip: string | undefined): void {
    const ts = this.#clock.now();
    if (ts - session.notedTs < NOTE_EVERY_MS) return;
    session.notedTs = ts;
    const { userNid, deviceId } = session.requester;
    this.#lastSeen.note({ userNid, deviceId, ts, ip: ip ?? null });
  }

  #forget(userNid: number, ended: (deviceId: string) => boolean): void {
    this.#endings += 1;
    for (const [tokenHash, { requester }] of this.#cache.entries()) {
      if (requester.userNid === userNid && ended(requester.deviceId)) this.#cache.delete(tokenHash);
    }
  }
}

/**
 * Refuses what is not a password login.
 * @throws {MatrixError} 400 `M_UNKNOWN`
 */
export function checkLoginType(type: string): void {
  if (type !== 'm.login.password') {
    throw new MatrixError(400, 'M_UNKNOWN', 'Logging in here takes a password (m.login.password)');
  }
}

function hashOf(accessToken: string): string {
  return hash('sha256', accessToken, 'base64url');
}
