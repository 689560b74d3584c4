import type { Database } from '../database/database.ts';
import { defineInsertIgnore, defineQuery, defineUpdate } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

const insertReader = defineInsertIgnore('log_readers', { name: 'text', position: 'bigint' });
const updateReader = defineUpdate('log_readers', { name: 'text', position: 'bigint' }, ['name']);
const positionOf = defineQuery<[string], { position: number }>(
  'SELECT position FROM log_readers WHERE name = ?',
);

/** How far those have read the log who do something for each of its rows, beside what clients are told. */
export class LogReaderStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** How far a reader has come. One that is new begins at `initial`, and this is stored. */
  async position(name: string, initial: number): Promise<number> {
    const stored = await this.#database.get(positionOf, [name]);
    if (stored !== undefined) return stored.position;
    await this.#database.commit(new UnitOfWork().write(insertReader, { name, position: initial }));
    return (await this.#database.get(positionOf, [name]))?.position ?? initial;
  }

  /** Notes in a unit, with what was done for them, that a reader is through with the rows up to a position. */
  advance(unit: UnitOfWork, name: string, position: number): void {
    unit.write(updateReader, { name, position });
  }
}
