import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

const insert = defineInsertIgnore('blocked_rooms', {
  room_id: 'text',
  user_nid: 'bigint',
  created_ts: 'bigint',
});
const remove = defineDelete('blocked_rooms', { room_id: 'text' });
const blocker = defineQuery<[string], { userNid: number }>(
  'SELECT user_nid AS "userNid" FROM blocked_rooms WHERE room_id = ?',
);

/** Rooms that nobody of this server may enter, whether they are here or not. */
export class BlockedRoomStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of the user who blocked a room; undefined if nobody did. */
  async blockerOf(roomId: string): Promise<number | undefined> {
    return (await this.#database.get(blocker, [roomId]))?.userNid;
  }

  /** Blocks a room, in a unit; one that is blocked stays so, in the name of who did it first. */
  block(unit: UnitOfWork, roomId: string, userNid: number, createdTs: number): void {
    unit.write(insert, { room_id: roomId, user_nid: userNid, created_ts: createdTs });
  }

  /** Lets people in again, in a unit. */
  unblock(unit: UnitOfWork, roomId: string): void {
    unit.write(remove, { room_id: roomId });
  }
}
