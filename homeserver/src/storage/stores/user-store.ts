import type { Database } from '../database/database.ts';
import { defineInsertIgnore, defineQuery, defineUpdate } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/**
 * What an account may not do: guests may do little, suspended users may look only, locked users nothing at all. The
 * strongest counts.
 */
export type Restriction = 'guest' | 'suspended' | 'locked';

/** A local user. */
export interface StoredUser {
  /** The number of the user ID among the interned strings. */
  readonly userNid: number;
  readonly userId: string;
  /** Null: this user cannot log in with a password. */
  readonly passwordHash: string | null;
  readonly admin: boolean;
  readonly deactivated: boolean;
  readonly guest: boolean;
  readonly locked: boolean;
  readonly suspended: boolean;
}

/** A local user before it is written. */
export interface NewUser {
  readonly userNid: number;
  readonly userId: string;
  readonly passwordHash: string | null;
  readonly admin: boolean;
  /** Synapse's `user_type`: `bot`, `support`, or null for a person. */
  readonly userType: string | null;
  readonly guest: boolean;
  /** The policies that were accepted, as a JSON object of versions by policy. */
  readonly acceptedPolicies: string | null;
  readonly createdTs: number;
}

const insertUser = defineInsertIgnore('users', {
  user_nid: 'bigint',
  user_id: 'text',
  password_hash: 'text?',
  admin: 'integer',
  user_type: 'text?',
  created_ts: 'bigint',
  guest: 'integer',
  accepted_policies: 'text?',
});
const setPassword = defineUpdate('users', { user_nid: 'bigint', password_hash: 'text?' }, ['user_nid']);
const deactivate = defineUpdate(
  'users',
  {
    user_nid: 'bigint',
    password_hash: 'text?',
    deactivated_ts: 'bigint?',
    erased: 'integer',
  },
  ['user_nid'],
);
const setAdmin = defineUpdate('users', { user_nid: 'bigint', admin: 'integer' }, ['user_nid']);
const setType = defineUpdate('users', { user_nid: 'bigint', user_type: 'text?' }, ['user_nid']);
const setFlag = {
  locked: defineUpdate('users', { user_nid: 'bigint', locked: 'integer' }, ['user_nid']),
  suspended: defineUpdate('users', { user_nid: 'bigint', suspended: 'integer' }, ['user_nid']),
};

type RawFlags = { guest: number; locked: number; suspended: number };
type RawUser = Pick<StoredUser, 'userNid' | 'userId' | 'passwordHash'> &
  RawFlags & { admin: number; deactivatedTs: number | null };
const USER = `SELECT user_nid AS "userNid", user_id AS "userId", password_hash AS "passwordHash", admin, guest,
  locked, suspended, deactivated_ts AS "deactivatedTs" FROM users`;
const byUserId = defineQuery<[string], RawUser>(`${USER} WHERE user_id = ?`);
const byNid = defineQuery<[number], RawUser>(`${USER} WHERE user_nid = ?`);
const erasedUsers = defineQuery<[], { userId: string }>(
  'SELECT user_id AS "userId" FROM users WHERE erased = 1',
);
const guestsAmong = defineQuery<[number[]], { userId: string }>(
  'SELECT user_id AS "userId" FROM users WHERE guest = 1 AND user_nid = ANY(?:bigint[])',
);
const anyAdmin = defineQuery<[], { found: number }>('SELECT 1 AS found FROM users WHERE admin = 1 LIMIT 1');

/** Local users. A deactivated user keeps its row, so that nobody can take the name again. */
export class UserStore {
  readonly #database: Database;
  #erased: Promise<ReadonlySet<string>> | undefined;

  constructor(database: Database) {
    this.#database = database;
    database.onInvalidated('erased-users', () => {
      this.#erased = undefined;
    });
  }

  /** A local user by its ID. */
  async byUserId(userId: string): Promise<StoredUser | undefined> {
    return fromRaw(await this.#database.get(byUserId, [userId]));
  }

  /** A local user by the number of its ID. */
  async byNid(userNid: number): Promise<StoredUser | undefined> {
    return fromRaw(await this.#database.get(byNid, [userNid]));
  }

  /** The IDs of the users whose messages are to be hidden from whoever was not there. Few, so they are in memory. */
  erased(): Promise<ReadonlySet<string>> {
    this.#erased ??= this.#readErased();
    return this.#erased;
  }

  /** The IDs of those of these users who are guests. */
  async guestsAmong(userNids: readonly number[]): Promise<string[]> {
    const rows = await this.#database.all(guestsAmong, [[...userNids]]);
    return rows.map(({ userId }) => userId);
  }

  /** Whether there is an admin. */
  async anyAdmin(): Promise<boolean> {
    return (await this.#database.get(anyAdmin, [])) !== undefined;
  }

  /** Adds a new user to a unit, which fails with `ExpectationFailed` when the name is taken. */
  add(unit: UnitOfWork, user: NewUser): void {
    unit.writeOnce(insertUser, {
      user_nid: user.userNid,
      user_id: user.userId,
      password_hash: user.passwordHash,
      admin: user.admin ? 1 : 0,
      user_type: user.userType,
      created_ts: user.createdTs,
      guest: user.guest ? 1 : 0,
      accepted_policies: user.acceptedPolicies,
    });
  }

  /** Makes a guest a user with a password, in a unit, which fails with `ExpectationFailed` if it is no guest any more. */
  endGuest(unit: UnitOfWork, userNid: number, passwordHash: string | null, policies: string | null): void {
    unit.run(
      `UPDATE users SET guest = 0, password_hash = ?, accepted_policies = ?
       WHERE user_nid = ? AND guest = 1 AND deactivated_ts IS NULL`,
      [passwordHash, policies, userNid],
      1,
    );
    unit.invalidate('sessions', userNid);
  }

  /** Sets the password's hash, in a unit. */
  setPassword(unit: UnitOfWork, userNid: number, passwordHash: string): void {
    unit.write(setPassword, { user_nid: userNid, password_hash: passwordHash });
  }

  /**
   * Makes a unit fail with `ExpectationFailed` unless the user still has this password and is active: for sessions
   * that are opened while the password changes or the account is deactivated.
   */
  requirePassword(unit: UnitOfWork, userNid: number, passwordHash: string): void {
    unit.run(
      `UPDATE users SET password_hash = password_hash
       WHERE user_nid = ? AND password_hash = ? AND deactivated_ts IS NULL`,
      [userNid, passwordHash],
      1,
    );
  }

  /** Makes a unit fail with `ExpectationFailed` unless the user is active. */
  requireActive(unit: UnitOfWork, userNid: number): void {
    unit.run(
      'UPDATE users SET user_nid = user_nid WHERE user_nid = ? AND deactivated_ts IS NULL',
      [userNid],
      1,
    );
  }

  /** Makes a user an admin, or ends that, in a unit. */
  setAdmin(unit: UnitOfWork, userNid: number, isAdmin: boolean): void {
    unit.write(setAdmin, { user_nid: userNid, admin: isAdmin ? 1 : 0 });
  }

  /** Sets Synapse's `user_type`, in a unit. */
  setType(unit: UnitOfWork, userNid: number, userType: string | null): void {
    unit.write(setType, { user_nid: userNid, user_type: userType });
  }

  /** Locks or suspends a user, or ends that, in a unit. */
  setFlag(unit: UnitOfWork, userNid: number, flag: 'locked' | 'suspended', value: boolean): void {
    if (flag === 'locked') unit.write(setFlag.locked, { user_nid: userNid, locked: value ? 1 : 0 });
    else unit.write(setFlag.suspended, { user_nid: userNid, suspended: value ? 1 : 0 });
  }

  /**
   * Deactivates a user, in a unit: no password, and rooms to leave.
   * @param erase whether its messages are hidden from whoever was not there.
   */
  deactivate(unit: UnitOfWork, userNid: number, deactivatedTs: number, erase: boolean): void {
    unit.write(deactivate, {
      user_nid: userNid,
      password_hash: null,
      deactivated_ts: deactivatedTs,
      erased: erase ? 1 : 0,
    });
    if (erase) unit.invalidate('erased-users', userNid);
  }

  /** Makes an account active again that was deactivated, in a unit. Its password has to be set anew. */
  reactivate(unit: UnitOfWork, userNid: number): void {
    unit.run('UPDATE users SET deactivated_ts = NULL, erased = 0 WHERE user_nid = ?', [userNid]);
    unit.invalidate('erased-users', userNid);
  }

  async #readErased(): Promise<ReadonlySet<string>> {
    const reading = this.#database.all(erasedUsers, []);
    reading.catch(() => {
      this.#erased = undefined;
    });
    return new Set((await reading).map(({ userId }) => userId));
  }
}

/** The strongest of the restrictions that a row tells. */
export function restrictionOf({ guest, locked, suspended }: RawFlags): Restriction | undefined {
  if (locked === 1) return 'locked';
  if (suspended === 1) return 'suspended';
  return guest === 1 ? 'guest' : undefined;
}

function fromRaw(row: RawUser | undefined): StoredUser | undefined {
  if (row === undefined) return undefined;
  const { admin, guest, locked, suspended, deactivatedTs, ...user } = row;
  return {
    ...user,
    admin: admin === 1,
    deactivated: deactivatedTs !== null,
    guest: guest === 1,
    locked: locked === 1,
    suspended: suspended === 1,
  };
}
