import type { Database } from '../database/database.ts';
import {
  defineDelete,
  defineInsertIgnore,
  defineQuery,
  defineUpdate,
  defineUpsert,
} from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** A version of a user's key backup. */
export interface StoredBackupVersion {
  readonly version: number;
  readonly algorithm: string;
  /** JSON. */
  readonly authData: string;
  /** Another one after each change of the keys in it. */
  readonly etag: string;
}

/** Which keys of a version: all, those of a room, or one. */
export interface BackupPart {
  readonly userNid: number;
  readonly version: number;
  readonly roomId?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** A room key in a backup. */
export interface StoredBackupSession {
  readonly roomId: string;
  readonly sessionId: string;
  readonly isVerified: boolean;
  readonly firstMessageIndex: number;
  readonly forwardedCount: number;
  /** JSON. */
  readonly sessionData: string;
}

const insertVersion = defineInsertIgnore('key_backup_versions', {
  user_nid: 'bigint',
  version: 'bigint',
  algorithm: 'text',
  auth_data: 'text',
  etag: 'text',
  deleted: 'integer',
});
const version = { user_nid: 'bigint', version: 'bigint' } as const;
const setAuthData = defineUpdate('key_backup_versions', { ...version, auth_data: 'text' }, [
  'user_nid',
  'version',
]);
const setEtag = defineUpdate('key_backup_versions', { ...version, etag: 'text' }, ['user_nid', 'version']);
/** What makes one key better than another, the greater the better (Client-Server API v1.19, "Backup algorithm"). */
const qualityIn = (row: string) =>
  `(${row}.is_verified, -${row}.first_message_index, -${row}.forwarded_count)`;
const upsertSession = defineUpsert(
  'key_backup_sessions',
  {
    ...version,
    room_id: 'text',
    session_id: 'text',
    is_verified: 'integer',
    first_message_index: 'bigint',
    forwarded_count: 'bigint',
    session_data: 'text',
  },
  ['user_nid', 'version', 'room_id', 'session_id'],
  `${qualityIn('excluded')} > ${qualityIn('key_backup_sessions')}`,
);
const deleteSessions = defineDelete('key_backup_sessions', version);
const deleteRoom = defineDelete('key_backup_sessions', { ...version, room_id: 'text' });
const deleteSession = defineDelete('key_backup_sessions', {
  ...version,
  room_id: 'text',
  session_id: 'text',
});

const VERSION = 'SELECT version, algorithm, auth_data AS "authData", etag FROM key_backup_versions';
const oneVersion = defineQuery<[number, number], StoredBackupVersion>(
  `${VERSION} WHERE user_nid = ? AND version = ? AND deleted = 0`,
);
const newestVersion = defineQuery<[number], StoredBackupVersion>(
  `${VERSION} WHERE user_nid = ? AND deleted = 0 ORDER BY version DESC LIMIT 1`,
);
const lastNumber = defineQuery<[number], { version: number | null }>(
  'SELECT max(version) AS version FROM key_backup_versions WHERE user_nid = ?',
);
const countOf = defineQuery<[number, number], { count: number }>(
  'SELECT count(*) AS count FROM key_backup_sessions WHERE user_nid = ? AND version = ?',
);
type RawSession = Omit<StoredBackupSession, 'isVerified'> & { isVerified: number };
const SESSIONS = `SELECT room_id AS "roomId", session_id AS "sessionId", is_verified AS "isVerified",
  first_message_index AS "firstMessageIndex", forwarded_count AS "forwardedCount", session_data AS "sessionData"
  FROM key_backup_sessions WHERE user_nid = ? AND version = ?`;
const allSessions = defineQuery<[number, number], RawSession>(SESSIONS);
const sessionsOfRoom = defineQuery<[number, number, string], RawSession>(`${SESSIONS} AND room_id = ?`);
const oneSession = defineQuery<[number, number, string, string], RawSession>(
  `${SESSIONS} AND room_id = ? AND session_id = ?`,
);
const sessionsWithIds = defineQuery<[number, number, string[], string[]], RawSession>(
  `${SESSIONS} AND room_id = ANY(?:text[]) AND session_id = ANY(?:text[])`,
);

/** Backups of room keys, encrypted by the user's devices. */
export class KeyBackupStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One version, unless it was deleted. */
  version(userNid: number, number: number): Promise<StoredBackupVersion | undefined> {
    return this.#database.get(oneVersion, [userNid, number]);
  }

  /** The newest version that was not deleted. */
  newest(userNid: number): Promise<StoredBackupVersion | undefined> {
    return this.#database.get(newestVersion, [userNid]);
  }

  /** The highest number that a version of the user ever had; 0 if there was none. */
  async lastNumber(userNid: number): Promise<number> {
    return (await this.#database.get(lastNumber, [userNid]))?.version ?? 0;
  }

  /** Adds a version, in a unit, which fails with `ExpectationFailed` when there is one of this number. */
  addVersion(unit: UnitOfWork, userNid: number, added: StoredBackupVersion): void {
    unit.writeOnce(insertVersion, {
      user_nid: userNid,
      version: added.version,
      algorithm: added.algorithm,
      auth_data: added.authData,
      etag: added.etag,
      deleted: 0,
    });
  }

  /** Sets the authentication data of a version, in a unit. */
  setAuthData(unit: UnitOfWork, userNid: number, number: number, authData: string): void {
    unit.write(setAuthData, { user_nid: userNid, version: number, auth_data: authData });
  }

  /** Deletes a version with its keys, in a unit, which fails with `ExpectationFailed` when it is gone already. */
  deleteVersion(unit: UnitOfWork, userNid: number, number: number): void {
    unit.run(
      'UPDATE key_backup_versions SET deleted = 1 WHERE user_nid = ? AND version = ? AND deleted = 0',
      [userNid, number],
      1,
    );
    unit.write(deleteSessions, { user_nid: userNid, version: number });
  }

  /** Deletes all versions of a user with their keys, in a unit. */
  deleteAll(unit: UnitOfWork, userNid: number): void {
    unit.run('UPDATE key_backup_versions SET deleted = 1 WHERE user_nid = ?', [userNid]);
    unit.run('DELETE FROM key_backup_sessions WHERE user_nid = ?', [userNid]);
  }

  /** How many keys a version holds. */
  async count(userNid: number, number: number): Promise<number> {
    return (await this.#database.get(countOf, [userNid, number]))?.count ?? 0;
  }

  /** The keys of a version, of a room in it, or one. */
  async sessions({ userNid, version, roomId, sessionId }: BackupPart): Promise<StoredBackupSession[]> {
    if (roomId === undefined) return (await this.#database.all(allSessions, [userNid, version])).map(fromRaw);
    const rows =
      sessionId === undefined
        ? await this.#database.all(sessionsOfRoom, [userNid, version, roomId])
        : await this.#database.all(oneSession, [userNid, version, roomId, sessionId]);
    return rows.map(fromRaw);
  }

  /** The keys of a version in some rooms that have one of these session IDs. */
  async sessionsWithIds(
    userNid: number,
    number: number,
    roomIds: readonly string[],
    sessionIds: readonly string[],
  ): Promise<StoredBackupSession[]> {
    const params = [userNid, number, [...roomIds], [...sessionIds]] as [number, number, string[], string[]];
    return (await this.#database.all(sessionsWithIds, params)).map(fromRaw);
  }

  /** Adds keys, in a unit, with a new etag. Where there is one already, the better of the two stays. */
  addSessions(
    unit: UnitOfWork,
    { userNid, version }: BackupPart,
    sessions: readonly StoredBackupSession[],
    etag: string,
  ): void {
    for (const session of sessions) {
      unit.write(upsertSession, {
        user_nid: userNid,
        version,
        room_id: session.roomId,
        session_id: session.sessionId,
        is_verified: session.isVerified ? 1 : 0,
        first_message_index: session.firstMessageIndex,
        forwarded_count: session.forwardedCount,
        session_data: session.sessionData,
      });
    }
    unit.write(setEtag, { user_nid: userNid, version, etag });
  }

  /** Deletes the keys of a version, of a room in it, or one, in a unit, with a new etag. */
  deleteSessions(unit: UnitOfWork, part: BackupPart, etag: string): void {
    const { roomId, sessionId } = part;
    const row = { user_nid: part.userNid, version: part.version };
    if (roomId === undefined) unit.write(deleteSessions, row);
    else if (sessionId === undefined) unit.write(deleteRoom, { ...row, room_id: roomId });
    else unit.write(deleteSession, { ...row, room_id: roomId, session_id: sessionId });
    unit.write(setEtag, { ...row, etag });
  }
}

function fromRaw(row: RawSession): StoredBackupSession {
  return { ...row, isVerified: row.isVerified === 1 };
}
