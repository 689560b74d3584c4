import type { Database } from '../database/database.ts';
import { defineInsert, defineQuery, defineUpdate } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** A local user's profile: its fields as one JSON object, as text. */
export interface StoredProfile {
  readonly userNid: number;
  readonly fields: string;
}

const insertProfile = defineInsert('profiles', { user_nid: 'bigint', fields: 'text' });
const setProfile = defineUpdate('profiles', { user_nid: 'bigint', fields: 'text' }, ['user_nid']);
const profileOf = defineQuery<[string], StoredProfile>(
  `SELECT users.user_nid AS "userNid", fields
   FROM users JOIN profiles ON profiles.user_nid = users.user_nid WHERE users.user_id = ?`,
);

/** Profiles of local users. Every user has one from the start. */
export class ProfileStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The profile of a local user. */
  get(userId: string): Promise<StoredProfile | undefined> {
    return this.#database.get(profileOf, [userId]);
  }

  /** Adds a new user's profile to a unit. */
  add(unit: UnitOfWork, profile: StoredProfile): void {
    unit.write(insertProfile, { user_nid: profile.userNid, fields: profile.fields });
  }

  /** Sets a profile, in a unit, whatever it was. */
  set(unit: UnitOfWork, profile: StoredProfile): void {
    unit.write(setProfile, { user_nid: profile.userNid, fields: profile.fields });
  }

  /** Replaces a profile, in a unit, which fails with `ExpectationFailed` unless it still has the fields `before`. */
  replace(unit: UnitOfWork, before: StoredProfile, fields: string): void {
    unit.run(
      'UPDATE profiles SET fields = ? WHERE user_nid = ? AND fields = ?',
      [fields, before.userNid, before.fields],
      1,
    );
  }
}
