import { hash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { defineInsert, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** A request that a client may repeat: by device, by what it does, by the client's transaction ID. */
export interface TransactionKey {
  readonly userNid: number;
  readonly deviceId: string;
  /** Operation, room and event type: a transaction ID counts for its path only. */
  readonly scope: string;
  readonly txnId: string;
}

const insertTransaction = defineInsert('transactions', {
  user_nid: 'bigint',
  device_id: 'text',
  request: 'text',
  event_nid: 'bigint',
  txn_id: 'text',
  created_ts: 'bigint',
});
const eventOf = defineQuery<[number, string, string], { eventId: string }>(
  `SELECT events.event_id AS "eventId" FROM transactions JOIN events ON events.nid = transactions.event_nid
   WHERE transactions.user_nid = ? AND transactions.device_id = ? AND transactions.request = ?`,
);
// The plus keeps planners off the primary key, which holds all that a device ever sent.
const ofEvents = defineQuery<[number, string, number[]], { nid: number; txnId: string }>(
  `SELECT event_nid AS nid, txn_id AS "txnId" FROM transactions
   WHERE +user_nid = ? AND device_id = ? AND event_nid = ANY(?:bigint[])`,
);

/** Which event each client transaction made, so that a repeated request makes no second one. */
export class TransactionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a transaction to the unit that stores its event: both are there, or neither. */
  insert(unit: UnitOfWork, key: TransactionKey, eventNid: number, createdTs: number): void {
    unit.write(insertTransaction, {
      user_nid: key.userNid,
      device_id: key.deviceId,
      request: digestOf(key),
      event_nid: eventNid,
      txn_id: key.txnId,
      created_ts: createdTs,
    });
  }

  /** The event that an earlier request with this key made. */
  async eventOf(key: TransactionKey): Promise<string | undefined> {
    const row = await this.#database.get(eventOf, [key.userNid, key.deviceId, digestOf(key)]);
    return row?.eventId;
  }

  /** The transaction IDs with which a device sent these events, by the event's number. */
  async idsOf(userNid: number, deviceId: string, eventNids: readonly number[]): Promise<Map<number, string>> {
    if (eventNids.length === 0) return new Map();
    const rows = await this.#database.all(ofEvents, [userNid, deviceId, [...eventNids]]);
    return new Map(rows.map((row) => [row.nid, row.txnId]));
  }
}

/** Scope and transaction ID in 16 characters, 96 bits: a row for each message ever sent has to be small. */
function digestOf({ scope, txnId }: TransactionKey): string {
  return hash('sha256', `${scope}\0${txnId}`, 'base64url').slice(0, 16);
}
