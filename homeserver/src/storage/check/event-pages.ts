import type { Pdu } from '../../protocol/events.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { defineQuery } from '../database/sql.ts';
import type { EventStatus } from '../stores/event-store.ts';
import { MISSED } from '../stores/log-store.ts';
import type { CheckedDatabase } from './check.ts';

/** An event as it is stored, every column of it. */
export interface CheckedEvent {
  readonly nid: number;
  readonly eventId: string;
  readonly roomNid: number;
  readonly typeNid: number;
  readonly stateKeyNid: number | null;
  readonly senderNid: number;
  readonly originServerTs: number;
  readonly snapshotNid: number;
  readonly status: EventStatus;
  readonly replacesNid: number | null;
  readonly redactedBy: number | null;
  readonly pdu: Pdu;
}

/** What the checks need to know of an event that another one names. */
export interface NamedEvent {
  readonly nid: number;
  readonly eventId: string;
  readonly roomNid: number;
  readonly typeNid: number;
  readonly stateKeyNid: number | null;
  readonly snapshotNid: number;
  readonly status: EventStatus;
  readonly isCreate: boolean;
  /** In the log; null outside the timeline. */
  readonly position: number | null;
  /** Whether it came later, to fill a gap in the timeline: then nothing followed it when it came. */
  readonly isMissed: boolean;
}

/** An event and those that it names, as far as they are stored; the order is the event's own. */
export interface LinkedEvent {
  readonly event: CheckedEvent;
  readonly self: NamedEvent;
  readonly prev: readonly NamedEvent[];
  readonly auth: readonly NamedEvent[];
}

const EVENTS_AT_ONCE = 500;

const page = defineQuery<[number, number], Omit<CheckedEvent, 'pdu'> & { json: string }>(
  `SELECT nid, event_id AS "eventId", room_nid AS "roomNid", type_nid AS "typeNid", state_key_nid AS "stateKeyNid",
     sender_nid AS "senderNid", origin_server_ts AS "originServerTs", snapshot_nid AS "snapshotNid", status,
     replaces_nid AS "replacesNid", redacted_by AS "redactedBy", json
   FROM events WHERE nid > ? ORDER BY nid LIMIT ?`,
);
const NAMED = `SELECT events.nid, event_id AS "eventId", events.room_nid AS "roomNid", type_nid AS "typeNid",
    state_key_nid AS "stateKeyNid", snapshot_nid AS "snapshotNid", status, position,
    CASE WHEN value = 'm.room.create' THEN 1 ELSE 0 END AS "isCreate",
    CASE WHEN log.key = '${MISSED}' THEN 1 ELSE 0 END AS "isMissed"
  FROM events LEFT JOIN log ON log.kind = 1 AND log.ref = events.nid
  LEFT JOIN strings ON strings.nid = type_nid`;
type NamedRow = Omit<NamedEvent, 'isCreate' | 'isMissed'> & { isCreate: number; isMissed: number };
const namedById = defineQuery<[string[]], NamedRow>(`${NAMED} WHERE event_id = ANY(?:text[])`);
const namedByNid = defineQuery<[number[]], NamedRow>(`${NAMED} WHERE events.nid = ANY(?:bigint[])`);

/** Every event in the order of its number, some hundred at a time. */
export async function* eventPages(database: CheckedDatabase): AsyncGenerator<CheckedEvent[]> {
  for (let after = 0; ; ) {
    const rows = await database.all(page, [after, EVENTS_AT_ONCE]);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.nid;
    yield rows.map(({ json, ...row }) => ({ ...row, pdu: parseJson(json) as Pdu }));
  }
}

/** As `eventPages`, each event with those that it names. */
export async function* linkedEventPages(database: CheckedDatabase): AsyncGenerator<LinkedEvent[]> {
  for await (const events of eventPages(database)) {
    const ids = events.flatMap(({ eventId, pdu }) => [eventId, ...pdu.prev_events, ...pdu.auth_events]);
    const rows = await database.all(namedById, [[...new Set(ids)]]);
    const named = new Map(rows.map((row) => [row.eventId, fromRow(row)]));
    const find = (eventIds: readonly string[]) => eventIds.flatMap((eventId) => named.get(eventId) ?? []);
    yield events.flatMap((event) => {
      const self = named.get(event.eventId);
      if (self === undefined) return [];
      return [{ event, self, prev: find(event.pdu.prev_events), auth: find(event.pdu.auth_events) }];
    });
  }
}

/** Events by number; those that are not stored are left out. */
export async function namedEvents(
  database: CheckedDatabase,
  nids: readonly number[],
): Promise<Map<number, NamedEvent>> {
  const rows = await database.all(namedByNid, [[...nids]]);
  return new Map(rows.map((row) => [row.nid, fromRow(row)]));
}

/** Whether the state before an event is known: not of outliers; only the create event has an empty one. */
export function hasPlace(event: Pick<NamedEvent, 'snapshotNid' | 'isCreate'>): boolean {
  return event.snapshotNid !== 0 || event.isCreate;
}

function fromRow(row: NamedRow): NamedEvent {
  return { ...row, isCreate: row.isCreate === 1, isMissed: row.isMissed === 1 };
}
