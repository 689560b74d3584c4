import type { Database } from '../database/database.ts';
import { defineInsertIgnore, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

const insertFact = defineInsertIgnore('meta', { key: 'text', value: 'text' });
const fact = defineQuery<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');

/** Facts about the database itself. */
export type MetaKey = 'server_name' | 'epoch' | 'auth_secret' | 'vapid_keys' | 'policy_key';

/** Facts that are written once and stay for the database's life. */
export class MetaStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The stored value, if there is one. */
  async get(key: MetaKey): Promise<string | undefined> {
    return (await this.#database.get(fact, [key]))?.value;
  }

  /** The stored value; `initial` is stored and returned when there is none. */
  async getOrSet(key: MetaKey, initial: string): Promise<string> {
    const stored = await this.#database.get(fact, [key]);
    if (stored !== undefined) return stored.value;
    await this.#database.commit(new UnitOfWork().write(insertFact, { key, value: initial }));
    return (await this.#database.get(fact, [key]))?.value ?? initial;
  }
}
