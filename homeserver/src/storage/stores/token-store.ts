import type { Database } from '../database/database.ts';
import { defineDelete, defineInsert, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import type { UserRateLimit } from './user-rate-limit-store.ts';
import { type Restriction, restrictionOf } from './user-store.ts';

/** Whom an access token stands for. */
export interface TokenOwner {
  readonly userNid: number;
  readonly userId: string;
  readonly deviceId: string;
  readonly isAdmin: boolean;
  readonly restriction: Restriction | undefined;
  /** The limit of the user's own, if an admin has set one. */
  readonly rateLimit: UserRateLimit | undefined;
  /** Milliseconds since the Unix epoch; null: never. */
  readonly expiresTs: number | null;
  /** How often the session was refreshed before; null: it has no refresh token. */
  readonly generation: number | null;
  /** Whether the session still has tokens from before it was refreshed. */
  readonly hasOlder: boolean;
}

/** A refresh token with its session. */
export interface StoredRefreshToken {
  readonly userNid: number;
  readonly userId: string;
  readonly deviceId: string;
  readonly generation: number;
  /** Milliseconds since the Unix epoch; null: never. */
  readonly expiresTs: number | null;
  readonly restriction: Restriction | undefined;
}

/** An access or refresh token before it is written. */
export interface NewToken {
  readonly tokenHash: string;
  readonly userNid: number;
  readonly deviceId: string;
  readonly expiresTs: number | null;
}

const accessColumns = {
  token_hash: 'text',
  user_nid: 'bigint',
  device_id: 'text',
  created_ts: 'bigint',
  expires_ts: 'bigint?',
  generation: 'bigint?',
} as const;
const insertAccess = defineInsert('access_tokens', accessColumns);
const insertRefresh = defineInsert('refresh_tokens', {
  token_hash: 'text',
  user_nid: 'bigint',
  device_id: 'text',
  generation: 'bigint',
  expires_ts: 'bigint?',
});
const TABLES = ['access_tokens', 'refresh_tokens'] as const;
const ofDevice = TABLES.map((table) => defineDelete(table, { user_nid: 'bigint', device_id: 'text' }));
const ofUser = TABLES.map((table) => defineDelete(table, { user_nid: 'bigint' }));

type RawOwner = Omit<TokenOwner, 'isAdmin' | 'restriction' | 'rateLimit' | 'hasOlder'> &
  RawFlags & { older: number | null; messagesPerSecond: number | null; burstCount: number | null };
type RawFlags = { admin: number; guest: number; locked: number; suspended: number };
const OWNER = `users.user_nid AS "userNid", users.user_id AS "userId", token.device_id AS "deviceId", users.admin,
  users.guest, users.locked, users.suspended, token.expires_ts AS "expiresTs", token.generation`;
const ownerOf = defineQuery<[string], RawOwner>(
  `SELECT ${OWNER}, limits.messages_per_second AS "messagesPerSecond", limits.burst_count AS "burstCount",
   (SELECT min(generation) FROM refresh_tokens older WHERE token.generation IS NOT NULL
    AND older.user_nid = token.user_nid AND older.device_id = token.device_id
    AND older.generation < token.generation) AS older
   FROM access_tokens token JOIN users ON users.user_nid = token.user_nid
   LEFT JOIN user_rate_limits limits ON limits.user_nid = token.user_nid WHERE token_hash = ?`,
);
const refreshToken = defineQuery<[string], Omit<StoredRefreshToken, 'restriction'> & RawFlags>(
  `SELECT ${OWNER} FROM refresh_tokens token JOIN users ON users.user_nid = token.user_nid WHERE token_hash = ?`,
);

/** Access and refresh tokens: only their SHA-256 is stored, so that a stolen database opens no session. */
export class TokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whom an access token stands for, by the token's hash; expired ones are told too. */
  async owner(tokenHash: string): Promise<TokenOwner | undefined> {
    const row = await this.#database.get(ownerOf, [tokenHash]);
    if (row === undefined) return undefined;
    const { admin, guest, locked, suspended, older, messagesPerSecond, burstCount, ...owner } = row;
    const restriction = restrictionOf({ guest, locked, suspended });
    const rateLimit =
      messagesPerSecond === null || burstCount === null ? undefined : { messagesPerSecond, burstCount };
    return { ...owner, isAdmin: admin === 1, restriction, rateLimit, hasOlder: older !== null };
  }

  /** A refresh token by its hash; expired ones are told too. */
  async refreshToken(tokenHash: string): Promise<StoredRefreshToken | undefined> {
    const row = await this.#database.get(refreshToken, [tokenHash]);
    if (row === undefined) return undefined;
    const { admin: _admin, guest, locked, suspended, ...token } = row;
    return { ...token, restriction: restrictionOf({ guest, locked, suspended }) };
  }

  /** Adds an access token to a unit. */
  add(unit: UnitOfWork, token: NewToken & { generation: number | null }, createdTs: number): void {
    unit.write(insertAccess, {
      token_hash: token.tokenHash,
      user_nid: token.userNid,
      device_id: token.deviceId,
      created_ts: createdTs,
      expires_ts: token.expiresTs,
      generation: token.generation,
    });
  }

  /** Adds a refresh token to a unit. */
  addRefresh(unit: UnitOfWork, token: NewToken & { generation: number }): void {
    unit.write(insertRefresh, {
      token_hash: token.tokenHash,
      user_nid: token.userNid,
      device_id: token.deviceId,
      generation: token.generation,
      expires_ts: token.expiresTs,
    });
  }

  /** Makes a unit fail with `ExpectationFailed` unless the refresh token still exists. */
  requireRefreshToken(unit: UnitOfWork, tokenHash: string): void {
    unit.run('UPDATE refresh_tokens SET token_hash = token_hash WHERE token_hash = ?', [tokenHash], 1);
  }

  /** Deletes, in a unit, the tokens of a session that are of every generation but this one. */
  deleteOtherGenerations(unit: UnitOfWork, userNid: number, deviceId: string, generation: number): void {
    for (const table of TABLES) {
      unit.run(`DELETE FROM ${table} WHERE user_nid = ? AND device_id = ? AND generation <> ?`, [
        userNid,
        deviceId,
        generation,
      ]);
    }
  }

  /** Deletes, in a unit, the tokens that a session had before it was refreshed to this generation. */
  deleteOlder(unit: UnitOfWork, userNid: number, deviceId: string, generation: number): void {
    for (const table of TABLES) {
      unit.run(`DELETE FROM ${table} WHERE user_nid = ? AND device_id = ? AND generation < ?`, [
        userNid,
        deviceId,
        generation,
      ]);
    }
  }

  /** Deletes the tokens of a device, in a unit. */
  deleteOfDevice(unit: UnitOfWork, userNid: number, deviceId: string): void {
    for (const operation of ofDevice) unit.write(operation, { user_nid: userNid, device_id: deviceId });
  }

  /** Deletes the tokens of a user, in a unit: of all devices, or of all but one. */
  deleteOfUser(unit: UnitOfWork, userNid: number, exceptDevice?: string): void {
    if (exceptDevice === undefined) {
      for (const operation of ofUser) unit.write(operation, { user_nid: userNid });
      return;
    }
    for (const table of TABLES) {
      unit.run(`DELETE FROM ${table} WHERE user_nid = ? AND device_id <> ?`, [userNid, exceptDevice]);
    }
  }
}
