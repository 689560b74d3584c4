import type { Database } from '../database/database.ts';
import { defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** When somebody was last sent a mail about a room, and how long they are left in peace; in milliseconds. */
export interface MailPause {
  readonly sentTs: number;
  readonly pauseMs: number;
}

const upsert = defineUpsert(
  'mail_pauses',
  { user_nid: 'bigint', room_nid: 'bigint', sent_ts: 'bigint', pause_ms: 'bigint' },
  ['user_nid', 'room_nid'],
);
const ofUser = defineQuery<[number], MailPause & { roomNid: number }>(
  `SELECT room_nid AS "roomNid", sent_ts AS "sentTs", pause_ms AS "pauseMs" FROM mail_pauses
   WHERE user_nid = ?`,
);

/** Keeps people from getting more mails about a busy room than they read. */
export class MailPauseStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A user's pauses, by the number of the room. */
  async ofUser(userNid: number): Promise<Map<number, MailPause>> {
    const rows = await this.#database.all(ofUser, [userNid]);
    return new Map(rows.map(({ roomNid, ...pause }) => [roomNid, pause]));
  }

  /** Sets a pause, in a unit. */
  put(unit: UnitOfWork, userNid: number, roomNid: number, { sentTs, pauseMs }: MailPause): void {
    unit.write(upsert, { user_nid: userNid, room_nid: roomNid, sent_ts: sentTs, pause_ms: pauseMs });
  }
}
