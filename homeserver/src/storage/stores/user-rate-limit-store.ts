import type { Database } from '../database/database.ts';
import { defineDelete, defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** How much a single user may send, as an admin has set it. 0 a second: as much as they want, of everything. */
export interface UserRateLimit {
  readonly messagesPerSecond: number;
  readonly burstCount: number;
}

const upsert = defineUpsert(
  'user_rate_limits',
  { user_nid: 'bigint', messages_per_second: 'bigint', burst_count: 'bigint' },
  ['user_nid'],
);
const remove = defineDelete('user_rate_limits', { user_nid: 'bigint' });
const ofUser = defineQuery<[number], UserRateLimit>(
  `SELECT messages_per_second AS "messagesPerSecond", burst_count AS "burstCount" FROM user_rate_limits
   WHERE user_nid = ?`,
);

/** Users with limits of their own. Sessions know them, so a change ends what is remembered of those. */
export class UserRateLimitStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(userNid: number): Promise<UserRateLimit | undefined> {
    return this.#database.get(ofUser, [userNid]);
  }

  /** Sets a user's limit, in a unit. */
  put(unit: UnitOfWork, userNid: number, { messagesPerSecond, burstCount }: UserRateLimit): void {
    unit
      .write(upsert, {
        user_nid: userNid,
        messages_per_second: messagesPerSecond,
        burst_count: burstCount,
      })
      .invalidate('sessions', userNid);
  }

  /** Takes a user's limit away, in a unit: the ones of everybody count again. */
  delete(unit: UnitOfWork, userNid: number): void {
    unit.write(remove, { user_nid: userNid }).invalidate('sessions', userNid);
  }
}
