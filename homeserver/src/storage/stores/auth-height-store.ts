import { RecentMap } from '../../base/recent-map.ts';
import type { Database } from '../database/database.ts';
import { defineInsert, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

const insertHeight = defineInsert('auth_heights', {
  event_nid: 'bigint',
  room_nid: 'bigint',
  height: 'integer',
});
const heightsOf = defineQuery<[number[]], { nid: number; height: number }>(
  'SELECT event_nid AS nid, height FROM auth_heights WHERE event_nid = ANY(?:bigint[])',
);
const above = defineQuery<[number, number, number], { nid: number }>(
  'SELECT event_nid AS nid FROM auth_heights WHERE room_nid = ? AND height > ? LIMIT ?',
);

const REMEMBERED = 100_000;

/**
 * How far state events are above the beginning of their room: an event is one higher than the highest of its
 * `auth_events`. So nothing that is lower than an event, or as high, is based on it, and whoever looks for what is need
 * not look there.
 */
export class AuthHeightStore {
  readonly #database: Database;
  // A height never changes.
  readonly #known = new RecentMap<number, number>(REMEMBERED);

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds an event's height to a unit. */
  insert(unit: UnitOfWork, eventNid: number, roomNid: number, height: number): void {
    unit.write(insertHeight, { event_nid: eventNid, room_nid: roomNid, height });
    unit.onCommit(() => this.#known.set(eventNid, height));
  }

  /** The heights of stored state events, by number. */
  async of(eventNids: readonly number[]): Promise<Map<number, number>> {
    const found = new Map<number, number>();
    const unknown: number[] = [];
    for (const nid of eventNids) {
      const height = this.#known.get(nid);
      if (height === undefined) unknown.push(nid);
      else found.set(nid, height);
    }
    for (const { nid, height } of unknown.length === 0
      ? []
      : await this.#database.all(heightsOf, [unknown])) {
      this.#known.set(nid, height);
      found.set(nid, height);
    }
    return found;
  }

  /** The first `limit` events of a room that are higher than this, in no order. */
  async above(roomNid: number, height: number, limit: number): Promise<number[]> {
    return (await this.#database.all(above, [roomNid, height, limit])).map(({ nid }) => nid);
  }
}
