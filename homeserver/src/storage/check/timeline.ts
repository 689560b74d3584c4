import { domainOf } from '../../protocol/identifiers.ts';
import { defineQuery } from '../database/sql.ts';
import { EventStatus } from '../stores/event-store.ts';
import { type Check, type CheckedRoom, type Report, readRooms, readServerName } from './check.ts';
import { type LinkedEvent, linkedEventPages, type NamedEvent } from './event-pages.ts';

/** Where this server is not from the beginning. */
const IN_ENTERED_ROOM = `EXISTS (
  SELECT 1 FROM events AS beginning JOIN strings ON strings.nid = beginning.type_nid
  WHERE beginning.room_nid = events.room_nid AND beginning.status <> 0 AND value = 'm.room.create')`;
const wrongRows = defineQuery<[], { position: number; nid: number; eventId: string | null; status: number }>(
  `SELECT position, ref AS nid, event_id AS "eventId", status FROM log LEFT JOIN events ON events.nid = ref
   LEFT JOIN strings ON strings.nid = type_nid
   WHERE kind = 1 AND (events.nid IS NULL OR events.room_nid <> coalesce(log.room_nid, 0)
     OR NOT (status = 0 OR (status = 1 AND value = 'm.room.member') OR ${IN_ENTERED_ROOM}))
   ORDER BY position`,
);
const repeated = defineQuery<[], { nid: number; rows: number }>(
  'SELECT ref AS nid, count(*) AS rows FROM log WHERE kind = 1 GROUP BY ref HAVING count(*) > 1 ORDER BY ref',
);
const absent = defineQuery<[], { eventId: string }>(
  `SELECT event_id AS "eventId" FROM events LEFT JOIN log ON kind = 1 AND ref = events.nid
   WHERE status = 0 AND position IS NULL ORDER BY events.nid`,
);

/**
 * The log has one row for each accepted event, of its room, and none for others. But a membership in a room that this
 * server is not in (an invite, say) has one, and what was accepted on a partial state keeps it whatever the whole says.
 */
export const timelineIsTheLog: Check = {
  holds: 'Every accepted event has one row in the log, and no other event has',
  async run(database, report) {
    for (const { position, nid, eventId, status } of await database.all(wrongRows, [])) {
      if (eventId === null) report(`row ${position} of the log names event ${nid}, which is not here`);
      else if (status !== EventStatus.Accepted)
        report(`row ${position} of the log has ${eventId}, not accepted`);
      else report(`row ${position} of the log has ${eventId} in another room than the event's own`);
    }
    for (const { nid, rows } of await database.all(repeated, [])) {
      report(`event ${nid} has ${rows} rows in the log`);
    }
    for (const { eventId } of await database.all(absent, [])) {
      report(`${eventId} was accepted and has no row in the log`);
    }
  },
};

/** What an event follows and what it names as its authority is here, in its room, and came before it. */
export const referencesAreHere: Check = {
  holds: 'Whatever an event follows or names as its authority is here, and before it in the log',
  async run(database, report) {
    const rooms = await readRooms(database);
    const us = await readServerName(database);
    for await (const events of linkedEventPages(database)) {
      for (const linked of events) {
        const room = rooms.get(linked.event.roomNid);
        if (room !== undefined) checkReferences(linked, room, us, report);
      }
    }
  },
};

function checkReferences(
  linked: LinkedEvent,
  room: CheckedRoom,
  us: string | undefined,
  report: Report,
): void {
  const { event, self, prev, auth } = linked;
  const { eventId, pdu, status } = event;
  // Nobody knows what is before an outlier, nor need it be known before an event that was rejected.
  if (status === EventStatus.Accepted || status === EventStatus.SoftFailed) {
    const missing = mayLackPrevious(linked, room, us) ? [] : missingOf(pdu.prev_events, prev);
    for (const id of missing) report(`${eventId} follows ${id}, which is not here`);
    checkFound(linked, 'follows', prev, report);
  }
  // An invite to a room that this server is not in stands alone.
  const standsAlone = status === EventStatus.Outlier && self.position !== null;
  for (const id of standsAlone ? [] : missingOf(pdu.auth_events, auth)) {
    report(`${eventId} names as its authority ${id}, which is not here`);
  }
  checkFound(linked, 'names as its authority', auth, report);
}

/**
 * Whether what an event follows need not be here: the beginning of the history was purged, or the state before the event
 * came from another server, as after a gap, or with a join.
 */
function mayLackPrevious(
  { event: { pdu } }: LinkedEvent,
  room: CheckedRoom,
  us: string | undefined,
): boolean {
  return room.purgedUntil > 0 || domainOf(pdu.sender) !== us || pdu.type === 'm.room.member';
}

function missingOf(eventIds: readonly string[], found: readonly NamedEvent[]): string[] {
  const here = new Set(found.map(({ eventId }) => eventId));
  return eventIds.filter((eventId) => !here.has(eventId));
}

function checkFound(
  { event, self }: LinkedEvent,
  what: string,
  found: readonly NamedEvent[],
  report: Report,
): void {
  for (const { eventId, roomNid, position, isMissed } of found) {
    if (roomNid !== event.roomNid) report(`${event.eventId} ${what} ${eventId}, which is of another room`);
    // A gap above may have been filled first.
    else if (!isMissed && position !== null && self.position !== null && position >= self.position) {
      report(`${event.eventId} ${what} ${eventId}, and is before it in the log`);
    }
  }
}
