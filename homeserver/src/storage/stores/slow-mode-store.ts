import type { Database } from '../database/database.ts';
import { defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

const upsert = defineUpsert(
  'slow_mode_turns',
  { room_nid: 'bigint', user_nid: 'bigint', spoke_ts: 'bigint' },
  ['room_nid', 'user_nid'],
);
const lastOf = defineQuery<[number, number], { spokeTs: number }>(
  'SELECT spoke_ts AS "spokeTs" FROM slow_mode_turns WHERE room_nid = ? AND user_nid = ?',
);

/** When people last spoke in rooms with slow mode. */
export class SlowModeStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** When somebody last spoke in a room, in milliseconds since the Unix epoch; undefined if not since it is slow. */
  async lastTurnOf(roomNid: number, userNid: number): Promise<number | undefined> {
    return (await this.#database.get(lastOf, [roomNid, userNid]))?.spokeTs;
  }

  /** Notes in the unit of somebody's message that they have spoken. */
  noteTurn(unit: UnitOfWork, roomNid: number, userNid: number, now: number): void {
    unit.write(upsert, { room_nid: roomNid, user_nid: userNid, spoke_ts: now });
  }
}
