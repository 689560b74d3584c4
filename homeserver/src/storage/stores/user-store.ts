import type { Database } from '../database/database.ts';
import { defineInsertIgnore, defineQuery, defineUpdate } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** A local user. */
export interface StoredUser {
  /** The number of the user ID among the interned strings. */
  readonly userNid: number;
  readonly userId: string;
  /** Null: this user cannot log in with a password. */
  readonly passwordHash: string | null;
  readonly admin: boolean;
  readonly deactivated: boolean;
}

/** A local user before it is written. */
export interface NewUser {
  readonly userNid: number;
  readonly userId: string;
  readonly passwordHash: string | null;
  readonly admin: boolean;
  /** Synapse's `user_type`: `bot`, `support`, or null for a person. */
  readonly userType: string | null;
  readonly createdTs: number;
}

const insertUser = defineInsertIgnore('users', {
  user_nid: 'bigint',
  user_id: 'text',
  password_hash: 'text?',
  admin: 'integer',
  user_type: 'text?',
  created_ts: 'bigint',
  leaving_rooms: 'integer',
});
const setPassword = defineUpdate('users', { user_nid: 'bigint', password_hash: 'text?' }, ['user_nid']);
const setLeaving = defineUpdate('users', { user_nid: 'bigint', leaving_rooms: 'integer' }, ['user_nid']);
const deactivate = defineUpdate(
  'users',
  { user_nid: 'bigint', password_hash: 'text?', deactivated_ts: 'bigint?', leaving_rooms: 'integer' },
  ['user_nid'],
);

type RawUser = Omit<StoredUser, 'admin' | 'deactivated'> & { admin: number; deactivatedTs: number | null };
const byUserId = defineQuery<[string], RawUser>(
  `SELECT user_nid AS "userNid", user_id AS "userId", password_hash AS "passwordHash", admin,
   deactivated_ts AS "deactivatedTs" FROM users WHERE user_id = ?`,
);
const anyAdmin = defineQuery<[], { found: number }>('SELECT 1 AS found FROM users WHERE admin = 1 LIMIT 1');
const leavingRooms = defineQuery<[], { userNid: number; userId: string }>(
  'SELECT user_nid AS "userNid", user_id AS "userId" FROM users WHERE leaving_rooms = 1',
);

/** Local users. A deactivated user keeps its row, so that nobody can take the name again. */
export class UserStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A local user by its ID. */
  async byUserId(userId: string): Promise<StoredUser | undefined> {
    const row = await this.#database.get(byUserId, [userId]);
    if (row === undefined) return undefined;
    const { admin, deactivatedTs, ...user } = row;
    return { ...user, admin: admin === 1, deactivated: deactivatedTs !== null };
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
      leaving_rooms: 0,
    });
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

  /** Deactivates a user, in a unit: no password, and rooms to leave. */
  deactivate(unit: UnitOfWork, userNid: number, deactivatedTs: number): void {
    unit.write(deactivate, {
      user_nid: userNid,
      password_hash: null,
      deactivated_ts: deactivatedTs,
      leaving_rooms: 1,
    });
  }

  /** The deactivated users that may still be in rooms. */
  leavingRooms(): Promise<{ userNid: number; userId: string }[]> {
    return this.#database.all(leavingRooms, []);
  }

  /** Notes, in a unit, that a deactivated user has left its rooms. */
  setRoomsLeft(unit: UnitOfWork, userNid: number): void {
    unit.write(setLeaving, { user_nid: userNid, leaving_rooms: 0 });
  }
}
