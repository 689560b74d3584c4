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
  scope: 'text',
  txn_id: 'text',
  event_id: 'text',
  created_ts: 'bigint',
});
const eventOf = defineQuery<[number, string, string, string], { eventId: string }>(
  `SELECT event_id AS "eventId" FROM transactions
   WHERE user_nid = ? AND device_id = ? AND scope = ? AND txn_id = ?`,
);
// The plus keeps planners off the primary key, which holds all that a device ever sent.
const ofEvents = defineQuery<[number, string, string[]], { eventId: string; txnId: string }>(
  `SELECT event_id AS "eventId", txn_id AS "txnId" FROM transactions
   WHERE +user_nid = ? AND device_id = ? AND event_id = ANY(?:text[])`,
);

/** Which event each client transaction made, so that a repeated request makes no second one. */
export class TransactionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a transaction to the unit that stores its event: both are there, or neither. */
  insert(unit: UnitOfWork, key: TransactionKey, eventId: string, createdTs: number): void {
    unit.write(insertTransaction, {
      user_nid: key.userNid,
      device_id: key.deviceId,
      scope: key.scope,
      txn_id: key.txnId,
      event_id: eventId,
      created_ts: createdTs,
    });
  }

  /** The event that an earlier request with this key made. */
  async eventOf(key: TransactionKey): Promise<string | undefined> {
    const row = await this.#database.get(eventOf, [key.userNid, key.deviceId, key.scope, key.txnId]);
    return row?.eventId;
  }

  /** The transaction IDs with which a device sent these events. */
  async idsOf(userNid: number, deviceId: string, eventIds: readonly string[]): Promise<Map<string, string>> {
    if (eventIds.length === 0) return new Map();
    const rows = await this.#database.all(ofEvents, [userNid, deviceId, [...eventIds]]);
    return new Map(rows.map((row) => [row.eventId, row.txnId]));
  }
}
