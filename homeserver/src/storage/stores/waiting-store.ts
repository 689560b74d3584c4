import type { Database } from '../database/database.ts';
import {
  defineDelete,
  defineGatheredQuery,
  defineInsert,
  defineInsertIgnore,
  defineQuery,
} from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import type { StoredEvent } from './event-store.ts';

const insertRedaction = defineInsert('waiting_redactions', {
  event_nid: 'bigint',
  room_nid: 'bigint',
  target_id: 'text',
});
const deleteRedactions = defineDelete('waiting_redactions', { target_id: 'text' });
const redactionsOf = defineGatheredQuery<[string[]], { nid: number; targetId: string }>(
  `SELECT event_nid AS nid, target_id AS "targetId" FROM waiting_redactions
   WHERE target_id = ANY(?:text[]) ORDER BY event_nid`,
  { parameter: 0, column: 'targetId' },
);
const insertEvent = defineInsertIgnore('waiting_events', {
  event_nid: 'bigint',
  room_nid: 'bigint',
  previous_id: 'text',
});
const deleteEvent = defineDelete('waiting_events', { event_nid: 'bigint' });
const followers = defineGatheredQuery<[string[]], { nid: number; previousId: string }>(
  `SELECT event_nid AS nid, previous_id AS "previousId" FROM waiting_events
   WHERE previous_id = ANY(?:text[]) ORDER BY event_nid`,
  { parameter: 0, column: 'previousId' },
);
const waitingIn = defineQuery<[number, number], { nid: number }>(
  `SELECT event_nid AS nid FROM waiting_events JOIN events ON events.nid = event_nid
   WHERE waiting_events.room_nid = ? AND snapshot_nid = 0 LIMIT ?`,
);

/** What came out of order, and waits: redactions for what they redact, events for what they follow. */
export class WaitingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes a redaction whose target is not here yet, in a unit. */
  addRedaction(unit: UnitOfWork, redaction: StoredEvent, targetId: string): void {
    unit.write(insertRedaction, {
      event_nid: redaction.nid,
      room_nid: redaction.roomNid,
      target_id: targetId,
    });
  }

  /** Nothing waits for an event any more: in a unit. */
  endRedactions(unit: UnitOfWork, targetId: string): void {
    unit.write(deleteRedactions, { target_id: targetId });
  }

  /** The redactions that came before these events: their numbers, by the ID of what they redact, oldest first. */
  async redactionsOf(targetIds: readonly string[]): Promise<Map<string, number[]>> {
    const found = new Map<string, number[]>();
    for (const { nid, targetId } of await this.#database.all(redactionsOf, [[...targetIds]])) {
      found.set(targetId, [...(found.get(targetId) ?? []), nid]);
    }
    return found;
  }

  /** Notes what an event follows that is not here: what it waits for, while it has no place. In a unit. */
  addEvent(unit: UnitOfWork, event: StoredEvent, previousIds: readonly string[]): void {
    for (const previousId of new Set(previousIds)) {
      unit.write(insertEvent, {
        event_nid: event.nid,
        room_nid: event.roomNid,
        previous_id: previousId,
      });
    }
  }

  /** An event has its place after all that it follows: in a unit. */
  endEvent(unit: UnitOfWork, eventNid: number): void {
    unit.write(deleteEvent, { event_nid: eventNid });
  }

  /** The numbers of the events that came before one of these which they follow, in the order in which they came. */
  async eventsAfter(eventIds: readonly string[]): Promise<number[]> {
    const rows = await this.#database.all(followers, [[...eventIds]]);
    return [...new Set(rows.map(({ nid }) => nid))].sort((one, other) => one - other);
  }

  /** Whether so many events of a room, or more, wait for others. */
  async areMany(roomNid: number, count: number): Promise<boolean> {
    return (await this.#database.all(waitingIn, [roomNid, count])).length === count;
  }
}
