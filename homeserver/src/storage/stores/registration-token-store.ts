import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** A token that lets people make accounts. */
export interface RegistrationToken {
  readonly token: string;
  /** How many accounts it may make; null: any number. */
  readonly usesAllowed: number | null;
  /** How many accounts it has made. */
  readonly completed: number;
  /** Milliseconds since the Unix epoch; null: never. */
  readonly expiresTs: number | null;
  /** Whether the account becomes an admin: the token of the first start. */
  readonly makesAdmin: boolean;
}

const insertToken = defineInsertIgnore('registration_tokens', {
  token: 'text',
  uses_allowed: 'bigint?',
  completed: 'bigint',
  expires_ts: 'bigint?',
  makes_admin: 'integer',
});
const deleteToken = defineDelete('registration_tokens', { token: 'text' });
const deleteAdminTokens = defineDelete('registration_tokens', { makes_admin: 'integer' });

type RawToken = Omit<RegistrationToken, 'makesAdmin'> & { makesAdmin: number };
const TOKEN = `SELECT token, uses_allowed AS "usesAllowed", completed, expires_ts AS "expiresTs",
  makes_admin AS "makesAdmin" FROM registration_tokens`;
const byToken = defineQuery<[string], RawToken>(`${TOKEN} WHERE token = ?`);
const ordinary = defineQuery<[], RawToken>(`${TOKEN} WHERE makes_admin = 0 ORDER BY token`);
const adminToken = defineQuery<[], RawToken>(`${TOKEN} WHERE makes_admin = 1 LIMIT 1`);

/** Registration tokens, the one that makes the first admin among them. */
export class RegistrationTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A token, valid or not. */
  async get(token: string): Promise<RegistrationToken | undefined> {
    return fromRaw(await this.#database.get(byToken, [token]));
  }

  /** The tokens that make ordinary users. */
  async list(): Promise<RegistrationToken[]> {
    return (await this.#database.all(ordinary, [])).map((row) => ({ ...row, makesAdmin: false }));
  }

  /** The token that makes the first admin, if it waits to be used. */
  async firstAdminToken(): Promise<RegistrationToken | undefined> {
    return fromRaw(await this.#database.get(adminToken, []));
  }

  /** Adds a token to a unit, which fails with `ExpectationFailed` when there is one of this name. */
  add(unit: UnitOfWork, token: RegistrationToken): void {
    unit.writeOnce(insertToken, {
      token: token.token,
      uses_allowed: token.usesAllowed,
      completed: token.completed,
      expires_ts: token.expiresTs,
      makes_admin: token.makesAdmin ? 1 : 0,
    });
  }

  /** Counts a use, in a unit, which fails with `ExpectationFailed` when the token allows no more at that time. */
  use(unit: UnitOfWork, token: string, now: number): void {
    unit.run(
      `UPDATE registration_tokens SET completed = completed + 1 WHERE token = ?
       AND (uses_allowed IS NULL OR completed < uses_allowed) AND (expires_ts IS NULL OR expires_ts > ?)`,
      [token, now],
      1,
    );
  }

  /** Changes what a token allows, in a unit, which fails with `ExpectationFailed` when there is none. */
  change(
    unit: UnitOfWork,
    token: string,
    { usesAllowed, expiresTs }: Pick<RegistrationToken, 'usesAllowed' | 'expiresTs'>,
  ): void {
    unit.run(
      'UPDATE registration_tokens SET uses_allowed = ?, expires_ts = ? WHERE token = ?',
      [usesAllowed, expiresTs, token],
      1,
    );
  }

  /** Deletes a token, in a unit, which fails with `ExpectationFailed` when there is none. */
  delete(unit: UnitOfWork, token: string): void {
    unit.writeOnce(deleteToken, { token });
  }

  /** Deletes the tokens that make an admin, in a unit: there is one now. */
  deleteFirstAdminTokens(unit: UnitOfWork): void {
    unit.write(deleteAdminTokens, { makes_admin: 1 });
  }
}

function fromRaw(row: RawToken | undefined): RegistrationToken | undefined {
  return row && { ...row, makesAdmin: row.makesAdmin === 1 };
}
