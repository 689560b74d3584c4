import { hash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { defineGatheredQuery, defineInsert, type Query } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import { GatheredLookup } from './gathered-lookup.ts';

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
/** A list of user, device and request, as JSON. */
const eventsOf: Query<[string], { at: number; eventId: string }> = {
  text: {
    sqlite: `SELECT asked.key AS at, events.event_id AS "eventId" FROM json_each(?) AS asked
      CROSS JOIN transactions ON user_nid = asked.value->>0 AND device_id = asked.value->>1
        AND request = asked.value->>2
      JOIN events ON events.nid = transactions.event_nid`,
    // LIMIT keeps it from reading the whole table for a join.
    postgres: `SELECT asked.at - 1 AS at, found.event_id AS "eventId"
      FROM json_array_elements($1::json) WITH ORDINALITY AS asked(value, at)
      CROSS JOIN LATERAL (
        SELECT events.event_id FROM transactions JOIN events ON events.nid = transactions.event_nid
        WHERE transactions.user_nid = (asked.value->>0)::bigint AND transactions.device_id = asked.value->>1
          AND transactions.request = asked.value->>2 LIMIT 1
      ) AS found`,
  },
};
// The plus keeps planners off the primary key, which holds all that a device ever sent.
const ofEvents = defineGatheredQuery<[number, string, number[]], { nid: number; txnId: string }>(
  `SELECT event_nid AS nid, txn_id AS "txnId" FROM transactions
   WHERE +user_nid = ? AND device_id = ? AND event_nid = ANY(?:bigint[])`,
  { parameter: 2, column: 'nid' },
);

/** Which event each client transaction made, so that a repeated request makes no second one. */
export class TransactionStore {
  readonly #database: Database;
  readonly #earlier: GatheredLookup<readonly [number, string, string], string>;

  constructor(database: Database) {
    this.#database = database;
    this.#earlier = new GatheredLookup(async (keys) => {
      const rows = await database.all(eventsOf, [JSON.stringify(keys)]);
      return new Map(rows.map(({ at, eventId }) => [at, eventId]));
    });
  }

  /**
   * Adds a transaction to the unit that stores its event: both are there, or neither. The unit fails with
   * `ExpectationFailed` when there is an event of this transaction already.
   */
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
  eventOf(key: TransactionKey): Promise<string | undefined> {
    return this.#earlier.find([key.userNid, key.deviceId, digestOf(key)]);
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
