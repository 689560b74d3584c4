import type { Database } from '../database/database.ts';
import { defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

const upsertKeys = defineUpsert('remote_keys', { user_nid: 'bigint', keys: 'text' }, ['user_nid']);
const keysOf = defineQuery<[number[]], { userNid: number; keys: string }>(
  'SELECT user_nid AS "userNid", keys FROM remote_keys WHERE user_nid = ANY(?:bigint[])',
);
const inRooms = defineQuery<[number[]], { userNid: number }>(
  `SELECT DISTINCT user_nid AS "userNid" FROM room_members
   WHERE user_nid = ANY(?:bigint[]) AND membership = 'join'`,
);

/** What was last known of the keys of users of other servers. */
export class RemoteKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Replaces, in a unit, what is known of a user's keys. @param keys JSON. */
  put(unit: UnitOfWork, userNid: number, keys: string): void {
    unit.write(upsertKeys, { user_nid: userNid, keys });
  }

  /** What is known of the keys of some users, as JSON. */
  async of(userNids: readonly number[]): Promise<Map<number, string>> {
    if (userNids.length === 0) return new Map();
    const rows = await this.#database.all(keysOf, [[...userNids]]);
    return new Map(rows.map(({ userNid, keys }) => [userNid, keys]));
  }

  /** Those of some users who are in a room that is known here. */
  async inRooms(userNids: readonly number[]): Promise<Set<number>> {
    if (userNids.length === 0) return new Set();
    return new Set((await this.#database.all(inRooms, [[...userNids]])).map(({ userNid }) => userNid));
  }
}
