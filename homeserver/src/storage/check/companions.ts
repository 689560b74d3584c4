import { type Pdu, redactsOf } from '../../protocol/events.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { defineQuery } from '../database/sql.ts';
import { type Check, type CheckedDatabase, type Report, readRooms } from './check.ts';

interface Redacted {
  readonly nid: number;
  readonly eventId: string;
  readonly roomNid: number;
  readonly redactionId: string;
  readonly redactionRoomNid: number;
  readonly redaction: string;
}

const REDACTED_AT_ONCE = 500;

const redactedPage = defineQuery<[number, number], Redacted>(
  `SELECT target.nid, target.event_id AS "eventId", target.room_nid AS "roomNid",
     redaction.event_id AS "redactionId", redaction.room_nid AS "redactionRoomNid", redaction.json AS redaction
   FROM events AS target JOIN events AS redaction ON redaction.nid = target.redacted_by
   WHERE target.nid > ? ORDER BY target.nid LIMIT ?`,
);
const strayTransactions = defineQuery<[], { txnId: string; eventId: string }>(
  `SELECT txn_id AS "txnId", event_id AS "eventId" FROM transactions JOIN events ON events.nid = event_nid
   WHERE user_nid <> sender_nid ORDER BY event_nid`,
);
const strayReceipts = defineQuery<[], { eventId: string; position: number }>(
  `SELECT receipts.event_id AS "eventId", event_position AS position FROM receipts
   LEFT JOIN events ON events.event_id = receipts.event_id AND events.room_nid = receipts.room_nid
   LEFT JOIN log ON kind = 1 AND ref = events.nid
   WHERE events.nid IS NULL OR position <> event_position ORDER BY event_position`,
);

/** Redactions, transactions and receipts belong to the events that they name. */
export const companionsBelong: Check = {
  holds: 'Redactions, transactions and receipts belong to the events that they name',
  async run(database, report) {
    await checkRedactions(database, report);
    for (const { txnId, eventId } of await database.all(strayTransactions, [])) {
      report(`transaction ${txnId} is of somebody else than the sender of ${eventId}`);
    }
    for (const { eventId, position } of await database.all(strayReceipts, [])) {
      report(`a receipt is for ${eventId} at ${position}, where its room has no such event`);
    }
  },
};

async function checkRedactions(database: CheckedDatabase, report: Report): Promise<void> {
  const rooms = await readRooms(database);
  for (let after = 0; ; ) {
    const rows = await database.all(redactedPage, [after, REDACTED_AT_ONCE]);
    for (const { nid, eventId, roomNid, redactionId, redactionRoomNid, redaction } of rows) {
      after = nid;
      const room = rooms.get(roomNid);
      if (room === undefined) continue;
      const named = redactsOf(parseJson(redaction) as Pdu, room.rules);
      if (redactionRoomNid !== roomNid || named !== eventId) {
        report(`${eventId} is redacted by ${redactionId}, which does not name it`);
      }
    }
    if (rows.length < REDACTED_AT_ONCE) return;
  }
}
