import type { Database } from '../database/database.ts';
import { defineInsertIgnore, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

const insertString = defineInsertIgnore('strings', { value: 'text' });
const byValue = defineQuery<[string[]], { nid: number; value: string }>(
  'SELECT nid, value FROM strings WHERE value = ANY(?:text[])',
);
const byNid = defineQuery<[number[]], { nid: number; value: string }>(
  'SELECT nid, value FROM strings WHERE nid = ANY(?:bigint[])',
);

/** How many strings are remembered; the least recently added go first. */
const REMEMBERED = 200_000;

/**
 * Interned strings: user IDs, event types and state keys, each an integer in every other table. A user ID as a state
 * key is the same integer as the user.
 */
export class StringStore {
  readonly #database: Database;
  readonly #nids = new Map<string, number>();
  readonly #values = new Map<number, string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of a string, which is written first when it is new. */
  async intern(value: string): Promise<number> {
    return this.#nids.get(value) ?? (await this.internAll([value])).get(value) ?? missing(value);
  }

  /** The numbers of several strings; new ones are written in one transaction. */
  async internAll(values: readonly string[]): Promise<Map<string, number>> {
    const found = await this.findAll(values);
    const fresh = [...new Set(values)].filter((value) => !found.has(value));
    if (fresh.length === 0) return found;
    const unit = new UnitOfWork();
    // In order, so that processes which write the same do not wait for each other.
    for (const value of fresh.sort()) unit.write(insertString, { value });
    await this.#database.commit(unit);
    for (const [value, nid] of await this.findAll(fresh)) found.set(value, nid);
    return found;
  }

  /** The number of a string, if it has one. */
  async find(value: string): Promise<number | undefined> {
    return this.#nids.get(value) ?? (await this.findAll([value])).get(value);
  }

  /** The numbers of those strings that have one. */
  async findAll(values: readonly string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const unknown: string[] = [];
    for (const value of values) {
      const nid = this.#nids.get(value);
      if (nid === undefined) unknown.push(value);
      else found.set(value, nid);
    }
    if (unknown.length === 0) return found;
    for (const { nid, value } of await this.#database.all(byValue, [unknown])) {
      this.#remember(nid, value);
      found.set(value, nid);
    }
    return found;
  }

  /** The number of a string that this process has met already, without waiting. */
  known(value: string): number | undefined {
    return this.#nids.get(value);
  }

  /** The string behind a number that this process has met already, without waiting. */
  knownValue(nid: number): string | undefined {
    return this.#values.get(nid);
  }

  /** The string behind a number. */
  async valueOf(nid: number): Promise<string> {
    return this.#values.get(nid) ?? (await this.valuesOf([nid])).get(nid) ?? missing(`number ${nid}`);
  }

  /** The strings behind numbers. */
  async valuesOf(nids: readonly number[]): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    const unknown: number[] = [];
    for (const nid of nids) {
      const value = this.#values.get(nid);
      if (value === undefined) unknown.push(nid);
      else found.set(nid, value);
    }
    if (unknown.length === 0) return found;
    for (const { nid, value } of await this.#database.all(byNid, [unknown])) {
      this.#remember(nid, value);
      found.set(nid, value);
    }
    return found;
  }

  #remember(nid: number, value: string): void {
    this.#nids.set(value, nid);
    this.#values.set(nid, value);
    if (this.#values.size <= REMEMBERED) return;
    const [oldest] = this.#values;
    if (oldest === undefined) return;
    this.#values.delete(oldest[0]);
    this.#nids.delete(oldest[1]);
  }
}

function missing(what: string): never {
  throw new Error(`interned string missing: ${what}`);
}
