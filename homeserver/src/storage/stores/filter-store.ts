import type { Database } from '../database/database.ts';
import { defineInsertIgnore, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

const insertFilter = defineInsertIgnore('filters', {
  user_nid: 'bigint',
  filter_id: 'text',
  definition: 'text',
});
const filter = defineQuery<[number, string], { definition: string }>(
  'SELECT definition FROM filters WHERE user_nid = ? AND filter_id = ?',
);

/** Filters that clients stored. They never change. */
export class FilterStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A filter, as JSON text. */
  async get(userNid: number, filterId: string): Promise<string | undefined> {
    return (await this.#database.get(filter, [userNid, filterId]))?.definition;
  }

  /** Stores a filter; nothing happens when the user has one of this ID. */
  async add(userNid: number, filterId: string, definition: string): Promise<void> {
    await this.#database.commit(
      new UnitOfWork().write(insertFilter, { user_nid: userNid, filter_id: filterId, definition }),
    );
  }
}
