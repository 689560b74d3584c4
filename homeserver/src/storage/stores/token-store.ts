import type { Database } from '../database/database.ts';
import { defineDelete, defineInsert, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** Whom an access token stands for. */
export interface TokenOwner {
  readonly userNid: number;
  readonly userId: string;
  readonly deviceId: string;
  readonly isAdmin: boolean;
}

const insertToken = defineInsert('access_tokens', {
  token_hash: 'text',
  user_nid: 'bigint',
  device_id: 'text',
  created_ts: 'bigint',
});
const deleteOfDevice = defineDelete('access_tokens', { user_nid: 'bigint', device_id: 'text' });
const deleteOfUser = defineDelete('access_tokens', { user_nid: 'bigint' });
const ownerOf = defineQuery<[string], Omit<TokenOwner, 'isAdmin'> & { admin: number }>(
  `SELECT users.user_nid AS "userNid", users.user_id AS "userId", access_tokens.device_id AS "deviceId", users.admin
   FROM access_tokens JOIN users ON users.user_nid = access_tokens.user_nid WHERE token_hash = ?`,
);

/** Access tokens: only their SHA-256 is stored, so that a stolen database opens no session. */
export class TokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whom a token stands for, by the token's hash. */
  async owner(tokenHash: string): Promise<TokenOwner | undefined> {
    const row = await this.#database.get(ownerOf, [tokenHash]);
    if (row === undefined) return undefined;
    const { admin, ...owner } = row;
    return { ...owner, isAdmin: admin === 1 };
  }

  /** Adds a token to a unit. */
  add(unit: UnitOfWork, tokenHash: string, userNid: number, deviceId: string, createdTs: number): void {
    unit.write(insertToken, {
      token_hash: tokenHash,
      user_nid: userNid,
      device_id: deviceId,
      created_ts: createdTs,
    });
  }

  /** Deletes the tokens of a device, in a unit. */
  deleteOfDevice(unit: UnitOfWork, userNid: number, deviceId: string): void {
    unit.write(deleteOfDevice, { user_nid: userNid, device_id: deviceId });
  }

  /** Deletes the tokens of a user, in a unit: of all devices, or of all but one. */
  deleteOfUser(unit: UnitOfWork, userNid: number, exceptDevice?: string): void {
    if (exceptDevice === undefined) unit.write(deleteOfUser, { user_nid: userNid });
    else unit.run('DELETE FROM access_tokens WHERE user_nid = ? AND device_id <> ?', [userNid, exceptDevice]);
  }
}
