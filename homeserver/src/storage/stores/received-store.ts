import type { Database } from '../database/database.ts';
import {
  defineDelete,
  defineGatheredQuery,
  defineInsert,
  defineInsertIgnore,
  defineQuery,
} from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** An event that another server has sent, on its way into its room. */
export interface StagedEvent {
  /** Goes up in the order in which events came. */
  readonly stagedId: number;
  readonly roomId: string;
  readonly eventId: string;
}

/** An event to be staged. */
export interface NewStagedEvent extends Omit<StagedEvent, 'stagedId'> {
  /** The server that sent it, which need not be that of its sender. */
  readonly origin: string;
  /** The event as it passed the checks that need nothing but itself; redacted if its hash was wrong. */
  readonly json: string;
}

/** A transaction of another server, once it was taken. */
export interface ReceivedTransaction {
  readonly origin: string;
  readonly txnId: string;
  /** JSON. */
  readonly answer: string;
  readonly receivedTs: number;
}

const insertTransaction = defineInsert('received_transactions', {
  origin: 'text',
  txn_id: 'text',
  answer: 'text',
  received_ts: 'bigint',
});
const answerOf = defineQuery<[string, string], { answer: string }>(
  'SELECT answer FROM received_transactions WHERE origin = ? AND txn_id = ?',
);
const insertStaged = defineInsertIgnore('staged_events', {
  room_id: 'text',
  event_id: 'text',
  origin: 'text',
  json: 'text',
});
const deleteStaged = defineDelete('staged_events', { staged_id: 'bigint' });
const stagedAfter = defineQuery<[string, number, number], StagedEvent>(
  `SELECT staged_id AS "stagedId", room_id AS "roomId", event_id AS "eventId" FROM staged_events
   WHERE origin = ? AND staged_id > ? ORDER BY staged_id LIMIT ?`,
);
const jsonOf = defineGatheredQuery<[number[]], { stagedId: number; json: string }>(
  'SELECT staged_id AS "stagedId", json FROM staged_events WHERE staged_id = ANY(?:bigint[])',
  { parameter: 0, column: 'stagedId' },
);
const countAllStaged = defineQuery<[], { count: number }>('SELECT count(*) AS count FROM staged_events');
const countStaged = defineQuery<[string[], string], { count: number }>(
  `SELECT count(*) AS count FROM staged_events WHERE room_id = ANY(?:text[]) AND origin = ?
   GROUP BY room_id ORDER BY count DESC LIMIT 1`,
);

/** What other servers have sent: transactions, and events that are not in their rooms yet. */
export class ReceivedStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** How a transaction was answered; undefined for one that was not taken. */
  async answerOf(origin: string, txnId: string): Promise<string | undefined> {
    return (await this.#database.get(answerOf, [origin, txnId]))?.answer;
  }

  /** Notes a transaction, in the unit that stages its events, which fails if it was taken before. */
  noteTransaction(unit: UnitOfWork, transaction: ReceivedTransaction): void {
    unit.write(insertTransaction, {
      origin: transaction.origin,
      txn_id: transaction.txnId,
      answer: transaction.answer,
      received_ts: transaction.receivedTs,
    });
  }

  /** Forgets the transactions that were taken before a time, in a unit. */
  forgetTransactions(unit: UnitOfWork, before: number): void {
    unit.run('DELETE FROM received_transactions WHERE received_ts < ?', [before]);
  }

  /** Stages an event, in a unit; one that the same server has staged already stays where it is. */
  stage(unit: UnitOfWork, event: NewStagedEvent): void {
    unit.write(insertStaged, {
      room_id: event.roomId,
      event_id: event.eventId,
      origin: event.origin,
      json: event.json,
    });
  }

  /** The first events that one server has sent after another of them, in the order in which they came. */
  staged(origin: string, after: number, limit: number): Promise<StagedEvent[]> {
    return this.#database.all(stagedAfter, [origin, after, limit]);
  }

  /** The JSON of staged events, by their number. */
  async jsonOf(stagedIds: readonly number[]): Promise<Map<number, string>> {
    const rows = stagedIds.length === 0 ? [] : await this.#database.all(jsonOf, [[...stagedIds]]);
    return new Map(rows.map(({ stagedId, json }) => [stagedId, json]));
  }

  /** How many events wait that one server has sent, in that of some rooms where they are most. */
  async mostStaged(roomIds: readonly string[], origin: string): Promise<number> {
    return Number((await this.#database.get(countStaged, [[...roomIds], origin]))?.count ?? 0);
  }

  /** How many events wait. */
  async countStaged(): Promise<number> {
    return Number((await this.#database.get(countAllStaged, []))?.count ?? 0);
  }

  /** Ends the wait of some events, in a unit. */
  unstage(unit: UnitOfWork, events: readonly Pick<StagedEvent, 'stagedId'>[]): void {
    for (const { stagedId } of events) unit.write(deleteStaged, { staged_id: stagedId });
  }
}
