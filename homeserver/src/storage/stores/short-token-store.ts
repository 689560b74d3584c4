import type { Database } from '../database/database.ts';
import { defineDelete, defineInsert, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** What a token is for: to log in once, to show other services who somebody is, or to be never used again. */
export type ShortTokenPurpose = 'login' | 'openid' | 'used-nonce';

/** A token that lives for minutes. */
export interface ShortToken {
  readonly tokenHash: string;
  readonly purpose: ShortTokenPurpose;
  readonly userNid: number;
  /** Milliseconds since the Unix epoch. */
  readonly expiresTs: number;
}

const insertToken = defineInsert('short_tokens', {
  token_hash: 'text',
  purpose: 'text',
  user_nid: 'bigint',
  expires_ts: 'bigint',
});
const deleteToken = defineDelete('short_tokens', { token_hash: 'text' });
const deleteOfUser = defineDelete('short_tokens', { user_nid: 'bigint' });
const ownerOf = defineQuery<[string, string, number], { userNid: number; userId: string }>(
  `SELECT users.user_nid AS "userNid", users.user_id AS "userId"
   FROM short_tokens JOIN users ON users.user_nid = short_tokens.user_nid
   WHERE token_hash = ? AND purpose = ? AND expires_ts > ?`,
);

/** Tokens that live for minutes, by their SHA-256. */
export class ShortTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whose token this is, if it has not expired. */
  owner(
    tokenHash: string,
    purpose: ShortTokenPurpose,
    now: number,
  ): Promise<{ userNid: number; userId: string } | undefined> {
    return this.#database.get(ownerOf, [tokenHash, purpose, now]);
  }

  /** Stores a token, and forgets those that have expired. @throws ExpectationFailed when it is there already. */
  async add({ tokenHash, purpose, userNid, expiresTs }: ShortToken, now: number): Promise<void> {
    const unit = new UnitOfWork();
    unit.write(insertToken, {
      token_hash: tokenHash,
      purpose,
      user_nid: userNid,
      expires_ts: expiresTs,
    });
    unit.run('DELETE FROM short_tokens WHERE expires_ts <= ?', [now]);
    await this.#database.commit(unit);
  }

  /** Uses a token up, in a unit, which fails with `ExpectationFailed` when it was used before. */
  use(unit: UnitOfWork, tokenHash: string): void {
    unit.writeOnce(deleteToken, { token_hash: tokenHash });
  }

  /** Deletes the tokens of a user, in a unit. */
  deleteOfUser(unit: UnitOfWork, userNid: number): void {
    unit.write(deleteOfUser, { user_nid: userNid });
  }
}
