import type { Database } from '../database/database.ts';
import { defineGatheredQuery, defineQuery, defineUpsert } from '../database/sql.ts';
import { LogKind, type UnitOfWork } from '../database/unit-of-work.ts';

/** A receipt as it is kept. An unthreaded one has the empty string as its thread. */
export interface StoredReceipt {
  readonly roomNid: number;
  readonly userNid: number;
  readonly type: string;
  readonly threadId: string;
  readonly eventId: string;
  /** Of the event, in the log. */
  readonly position: number;
  /** Milliseconds since the Unix epoch. */
  readonly ts: number;
}

const RECEIPT = `SELECT room_nid AS "roomNid", user_nid AS "userNid", receipt_type AS type, thread_id AS "threadId",
  event_id AS "eventId", event_position AS position, ts FROM receipts`;

const upsertReceipt = defineUpsert(
  'receipts',
  {
    room_nid: 'bigint',
    user_nid: 'bigint',
    receipt_type: 'text',
    thread_id: 'text',
    event_id: 'text',
    event_position: 'bigint',
    ts: 'bigint',
  },
  ['room_nid', 'user_nid', 'receipt_type', 'thread_id'],
  'receipts.event_position < excluded.event_position',
);
const ofUser = defineGatheredQuery<[number[], number], StoredReceipt>(
  `${RECEIPT} WHERE room_nid = ANY(?:bigint[]) AND user_nid = ?`,
  { parameter: 0, column: 'roomNid' },
);
const visibleInRooms = defineQuery<[number[], number], StoredReceipt>(
  `${RECEIPT}
   WHERE room_nid = ANY(?:bigint[]) AND (receipt_type <> 'm.read.private' OR user_nid = ?)`,
);
const visibleOfUsers = defineQuery<[number, number[], number], StoredReceipt>(
  `${RECEIPT}
   WHERE room_nid = ? AND user_nid = ANY(?:bigint[]) AND (receipt_type <> 'm.read.private' OR user_nid = ?)`,
);

/** How far users have read, and told so: one row for each user, room, type and thread. */
export class ReceiptStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Writes a receipt, in a unit, with a row in the log whose key is `receiptKey`. One that is further on stays: another
   * process may have written it, and then the row tells of nothing.
   */
  put(unit: UnitOfWork, receipt: StoredReceipt): void {
    unit.write(upsertReceipt, {
      room_nid: receipt.roomNid,
      user_nid: receipt.userNid,
      receipt_type: receipt.type,
      thread_id: receipt.threadId,
      event_id: receipt.eventId,
      event_position: receipt.position,
      ts: receipt.ts,
    });
    const { roomNid: room, userNid: user } = receipt;
    unit.append({ kind: LogKind.Receipt, room, user, key: receiptKey(receipt) });
  }

  /** A user's own receipts in some rooms, the private ones included. */
  ofUser(userNid: number, roomNids: readonly number[]): Promise<StoredReceipt[]> {
    return this.#database.all(ofUser, [[...roomNids], userNid]);
  }

  /** Every receipt of some rooms that `viewerNid` may see: nobody else's private ones. */
  visibleInRooms(roomNids: readonly number[], viewerNid: number): Promise<StoredReceipt[]> {
    return this.#database.all(visibleInRooms, [[...roomNids], viewerNid]);
  }

  /** As `visibleInRooms`, of some users in one room. */
  visibleOfUsers(roomNid: number, userNids: readonly number[], viewerNid: number): Promise<StoredReceipt[]> {
    return this.#database.all(visibleOfUsers, [roomNid, [...userNids], viewerNid]);
  }
}

/** Which of a user's receipts in a room it is. */
export function receiptKey({ type, threadId }: Pick<StoredReceipt, 'type' | 'threadId'>): string {
  return `${type} ${threadId}`;
}
