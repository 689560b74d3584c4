import { randomOpaqueId } from '../base/ids.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam, MatrixError, notFound, tooLarge } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/identifiers.ts';
import {
  type BackupPart,
  ExpectationFailed,
  type Storage,
  type StoredBackupSession,
  type StoredBackupVersion,
  UnitOfWork,
} from '../storage/index.ts';
import { isBetter, parseRooms, presentSession, sessionKey } from './backup-sessions.ts';

/** A version of a backup, as clients see it. */
export interface BackupVersion {
  readonly version: string;
  readonly algorithm: string;
  readonly authData: JsonObject;
  /** How many keys it holds. */
  readonly count: number;
  readonly etag: string;
}

/** What a backup holds after a change. */
export type BackupSize = Pick<BackupVersion, 'count' | 'etag'>;

/** Room keys as clients upload and get them, by room and session. */
export type BackupRooms = Record<RoomId, { sessions: Record<string, JsonObject> }>;

/** Which keys of a version: all, those of a room, or one. */
export type PartOfBackup = Pick<BackupPart, 'roomId' | 'sessionId'>;

const MAX_AUTH_DATA_BYTES = 65_536;

/**
 * Backups of room keys. The server keeps what it cannot read.
 *
 * Source: Client-Server API v1.19, "Server-side key backups".
 */
export class KeyBackups {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /**
   * Begins a new version, which is the current one from then on.
   * @returns its number.
   */
  async createVersion(userNid: number, algorithm: string, authData: JsonObject): Promise<string> {
    const stored = authDataForm(authData);
    for (;;) {
      const version = (await this.#storage.keyBackups.lastNumber(userNid)) + 1;
      const unit = new UnitOfWork();
      const etag = newEtag();
      this.#storage.keyBackups.addVersion(unit, userNid, { version, algorithm, authData: stored, etag });
      try {
        await this.#storage.database.commit(unit);
        return String(version);
      } catch (error) {
        // Another device has begun one of this number meanwhile.
        if (!(error instanceof ExpectationFailed)) throw error;
      }
    }
  }

  /**
   * A version; the current one unless given.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async version(userNid: number, version?: string): Promise<BackupVersion> {
    const found =
      version === undefined
        ? await this.#storage.keyBackups.newest(userNid)
        : await this.#storage.keyBackups.version(userNid, numberOf(version));
    if (found === undefined) throw noSuchVersion();
    return {
      version: String(found.version),
      algorithm: found.algorithm,
      authData: JSON.parse(found.authData) as JsonObject,
      count: await this.#storage.keyBackups.count(userNid, found.version),
      etag: found.etag,
    };
  }

  /**
   * Sets the authentication data of a version.
   * @param named the version as the body names it, which must be the same.
   * @throws {MatrixError} 404 `M_NOT_FOUND`; 400 `M_INVALID_PARAM` for another algorithm or version.
   */
  async updateVersion(
    userNid: number,
    version: string,
    update: {
      readonly algorithm: string;
      readonly authData: JsonObject;
      readonly named?: string | undefined;
    },
  ): Promise<void> {
    const stored = await this.#existing(userNid, version);
    if (update.named !== undefined && update.named !== version) {
      throw invalidParam('The version in the body is not that in the path');
    }
    if (update.algorithm !== stored.algorithm) throw invalidParam('The algorithm of a version cannot change');
    const unit = new UnitOfWork();
    this.#storage.keyBackups.setAuthData(unit, userNid, stored.version, authDataForm(update.authData));
    await this.#storage.database.commit(unit);
  }

  /**
   * Deletes a version with its keys.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async deleteVersion(userNid: number, version: string): Promise<void> {
    const unit = new UnitOfWork();
    this.#storage.keyBackups.deleteVersion(unit, userNid, numberOf(version));
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? noSuchVersion() : error;
    }
  }

  /**
   * Adds keys to the current version. Where it has a key of the session already, the better one stays.
   * @throws {MatrixError} 403 `M_WRONG_ROOM_KEYS_VERSION` for a version that is not the current one; 404 `M_NOT_FOUND`
   * if there is none; 400 for keys of the wrong form.
   */
  async addKeys(userNid: number, version: string, rooms: JsonObject): Promise<BackupSize> {
    const sessions = parseRooms(rooms);
    const current = await this.#current(userNid, version);
    const better = await this.#betterOnes(userNid, current.version, sessions);
    if (better.length === 0) return this.#sizeOf(userNid, current);
    const etag = newEtag();
    const unit = new UnitOfWork();
    this.#storage.keyBackups.addSessions(unit, { userNid, version: current.version }, better, etag);
    await this.#storage.database.commit(unit);
    return this.#sizeOf(userNid, { ...current, etag });
  }

  /**
   * Keys of a version: none where there are none.
   * @throws {MatrixError} 404 `M_NOT_FOUND` if there is no such version.
   */
  async keys(userNid: number, version: string, part: PartOfBackup): Promise<BackupRooms> {
    const { version: number } = await this.#existing(userNid, version);
    const sessions = await this.#storage.keyBackups.sessions({ userNid, version: number, ...part });
    const rooms = Map.groupBy(sessions, ({ roomId }) => roomId);
    return Object.fromEntries(
      [...rooms].map(([roomId, ofRoom]) => [
        roomId,
        {
          sessions: Object.fromEntries(ofRoom.map((session) => [session.sessionId, presentSession(session)])),
        },
      ]),
    );
  }

  /**
   * Deletes keys of a version.
   * @throws {MatrixError} 404 `M_NOT_FOUND` if there is no such version.
   */
  async deleteKeys(userNid: number, version: string, part: PartOfBackup): Promise<BackupSize> {
    const stored = await this.#existing(userNid, version);
    const etag = newEtag();
    const unit = new UnitOfWork();
    this.#storage.keyBackups.deleteSessions(unit, { userNid, version: stored.version, ...part }, etag);
    await this.#storage.database.commit(unit);
    return this.#sizeOf(userNid, { ...stored, etag });
  }

  async #existing(userNid: number, version: string): Promise<StoredBackupVersion> {
    const stored = await this.#storage.keyBackups.version(userNid, numberOf(version));
    if (stored === undefined) throw noSuchVersion();
    return stored;
  }

  async #current(userNid: number, version: string): Promise<StoredBackupVersion> {
    const newest = await this.#storage.keyBackups.newest(userNid);
    if (newest === undefined) throw noSuchVersion();
    if (newest.version === numberOf(version)) return newest;
    throw new MatrixError(403, 'M_WRONG_ROOM_KEYS_VERSION', 'This is not the current version of the backup', {
      current_version: String(newest.version),
    });
  }

  /** Without those that would not replace what is there, so that the etag stays when nothing changes. */
  async #betterOnes(
    userNid: number,
    version: number,
    sessions: readonly StoredBackupSession[],
  ): Promise<StoredBackupSession[]> {
    const roomIds = [...new Set(sessions.map(({ roomId }) => roomId))];
    const sessionIds = [...new Set(sessions.map(({ sessionId }) => sessionId))];
    const stored = await this.#storage.keyBackups.sessionsWithIds(userNid, version, roomIds, sessionIds);
    const known = new Map(stored.map((session) => [sessionKey(session), session]));
    return sessions.filter((session) => isBetter(session, known.get(sessionKey(session))));
  }

  async #sizeOf(userNid: number, { version, etag }: StoredBackupVersion): Promise<BackupSize> {
    return { count: await this.#storage.keyBackups.count(userNid, version), etag };
  }
}

function newEtag(): string {
  return randomOpaqueId(16);
}

function noSuchVersion(): MatrixError {
  return notFound('There is no such backup');
}

/** Versions are numbers; anything else names none. */
function numberOf(version: string): number {
  return /^[1-9]\d{0,14}$/.test(version) ? Number(version) : 0;
}

function authDataForm(authData: JsonObject): string {
  const stored = JSON.stringify(authData);
  if (Buffer.byteLength(stored) > MAX_AUTH_DATA_BYTES) {
    throw tooLarge(`auth_data has at most ${MAX_AUTH_DATA_BYTES} bytes`);
  }
  return stored;
}
