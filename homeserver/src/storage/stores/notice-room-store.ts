import type { Database } from '../database/database.ts';
import { defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

const upsert = defineUpsert('notice_rooms', { user_nid: 'bigint', room_nid: 'bigint' }, ['user_nid']);
const roomOf = defineQuery<[number], { roomNid: number }>(
  'SELECT room_nid AS "roomNid" FROM notice_rooms WHERE user_nid = ?',
);

/** The rooms in which the server tells users something. */
export class NoticeRoomStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of the room in which a user is told. */
  async roomOf(userNid: number): Promise<number | undefined> {
    return (await this.#database.get(roomOf, [userNid]))?.roomNid;
  }

  /** Notes in which room a user is told, in a unit. */
  put(unit: UnitOfWork, userNid: number, roomNid: number): void {
    unit.write(upsert, { user_nid: userNid, room_nid: roomNid });
  }
}
