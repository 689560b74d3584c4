import type { Database } from '../database/database.ts';
import { defineDelete, defineInsert, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** A user of an identity provider. */
export interface UpstreamUser {
  readonly provider: string;
  readonly subject: string;
}

const insert = defineInsert('upstream_users', { provider: 'text', subject: 'text', user_nid: 'bigint' });
const deleteOfUser = defineDelete('upstream_users', { user_nid: 'bigint' });
const userOf = defineQuery<[string, string], { userNid: number }>(
  'SELECT user_nid AS "userNid" FROM upstream_users WHERE provider = ? AND subject = ?',
);
const providersOf = defineQuery<[number], { provider: string }>(
  'SELECT DISTINCT provider FROM upstream_users WHERE user_nid = ? ORDER BY provider',
);

const linksOf = defineQuery<[number], UpstreamUser>(
  'SELECT provider, subject FROM upstream_users WHERE user_nid = ? ORDER BY provider, subject',
);

/** Which users of other identity providers are which users here. */
export class UpstreamUserStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The user here that a provider's user is. */
  async userOf(provider: string, subject: string): Promise<number | undefined> {
    return (await this.#database.get(userOf, [provider, subject]))?.userNid;
  }

  /** The providers that know a user. */
  async providersOf(userNid: number): Promise<string[]> {
    return (await this.#database.all(providersOf, [userNid])).map(({ provider }) => provider);
  }

  /** Whom the providers know a user as. */
  linksOf(userNid: number): Promise<UpstreamUser[]> {
    return this.#database.all(linksOf, [userNid]);
  }

  /** Links a provider's user to one here, in a unit, which fails when the provider's user is linked already. */
  add(unit: UnitOfWork, provider: string, subject: string, userNid: number): void {
    unit.write(insert, { provider, subject, user_nid: userNid });
  }

  /** Ends every link of a user, in a unit. */
  deleteOfUser(unit: UnitOfWork, userNid: number): void {
    unit.write(deleteOfUser, { user_nid: userNid });
  }
}
