import type { Database } from '../database/database.ts';
import { defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** Somebody who was let into a call. */
export interface StoredCallMember {
  /** The name of the call on the SFU. */
  readonly call: string;
  /** The name of the member on the SFU. */
  readonly identity: string;
  readonly roomNid: number;
  readonly userNid: number;
  /** Until when they can come with a token that they have; milliseconds since the Unix epoch. */
  readonly untilTs: number;
  /** Whether they were in the call since they were let in last. */
  readonly isSeen: boolean;
  /** The delayed event with which this server says for them that they have left. */
  readonly delayId: string | null;
}

const upsert = defineUpsert(
  'call_members',
  {
    call: 'text',
    identity: 'text',
    room_nid: 'bigint',
    user_nid: 'bigint',
    until_ts: 'bigint',
    seen: 'integer',
  },
  ['call', 'identity'],
);
const ofCall = defineQuery<[string], Omit<StoredCallMember, 'isSeen'> & { seen: number }>(
  `SELECT call, identity, room_nid AS "roomNid", user_nid AS "userNid", until_ts AS "untilTs", seen,
    delay_id AS "delayId" FROM call_members WHERE call = ?`,
);
type Participation = Pick<StoredCallMember, 'call' | 'roomNid' | 'userNid'>;
const inRooms = defineQuery<[readonly number[]], Participation>(
  `SELECT DISTINCT call, room_nid AS "roomNid", user_nid AS "userNid" FROM call_members
   WHERE room_nid = ANY(?:bigint[])`,
);

/** Who was let into which call, for as long as they may be there. */
export class CallMemberStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes somebody, in a unit; what this server does for them when they leave stays. */
  put(unit: UnitOfWork, member: Omit<StoredCallMember, 'delayId'>): void {
    unit.write(upsert, {
      call: member.call,
      identity: member.identity,
      room_nid: member.roomNid,
      user_nid: member.userNid,
      until_ts: member.untilTs,
      seen: Number(member.isSeen),
    });
  }

  /** Notes, in a unit, that somebody was in the call since they were let in last. */
  noteSeen(unit: UnitOfWork, call: string, identity: string): void {
    unit.run('UPDATE call_members SET seen = 1 WHERE call = ? AND identity = ?', [call, identity]);
  }

  /** Notes, in a unit, with which delayed event somebody is said to have left. */
  setDelay(unit: UnitOfWork, call: string, identity: string, delayId: string): void {
    const text = 'UPDATE call_members SET delay_id = ? WHERE call = ? AND identity = ?';
    unit.run(text, [delayId, call, identity]);
  }

  /** Notes, in a unit, that nothing more is to be said for somebody, unless they have asked for it anew. */
  endDelay(unit: UnitOfWork, { call, identity, delayId }: StoredCallMember): void {
    const text = 'UPDATE call_members SET delay_id = NULL WHERE call = ? AND identity = ? AND delay_id = ?';
    unit.run(text, [call, identity, delayId]);
  }

  /** Forgets somebody, in a unit, unless they were let in anew. */
  delete(unit: UnitOfWork, { call, identity, untilTs }: StoredCallMember): void {
    const text = 'DELETE FROM call_members WHERE call = ? AND identity = ? AND until_ts = ?';
    unit.run(text, [call, identity, untilTs]);
  }

  /** Everybody who was let into a call. */
  async ofCall(call: string): Promise<StoredCallMember[]> {
    const rows = await this.#database.all(ofCall, [call]);
    return rows.map(({ seen, ...member }) => ({ ...member, isSeen: seen !== 0 }));
  }

  /** Which users were let into which calls of some rooms. */
  inRooms(roomNids: readonly number[]): Promise<Participation[]> {
    return this.#database.all(inRooms, [roomNids]);
  }
}
