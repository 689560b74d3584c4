import { defineQuery } from '../database/sql.ts';
import { EventStatus } from '../stores/event-store.ts';
import { type Check, type Report, readRooms } from './check.ts';
import { type LinkedEvent, linkedEventPages } from './event-pages.ts';

const wrongRows = defineQuery<[], { position: number; nid: number; eventId: string | null; status: number }>(
  `SELECT position, ref AS nid, event_id AS "eventId", status FROM log LEFT JOIN events ON events.nid = ref
   WHERE kind = 1 AND (events.nid IS NULL OR status <> 0 OR events.room_nid <> coalesce(log.room_nid, 0))
   ORDER BY position`,
);
const repeated = defineQuery<[], { nid: number; rows: number }>(
  'SELECT ref AS nid, count(*) AS rows FROM log WHERE kind = 1 GROUP BY ref HAVING count(*) > 1 ORDER BY ref',
);
const absent = defineQuery<[], { eventId: string }>(
  `SELECT event_id AS "eventId" FROM events LEFT JOIN log ON kind = 1 AND ref = events.nid
   WHERE status = 0 AND position IS NULL ORDER BY events.nid`,
);

/** The log has one row for each accepted event, of its room, and none for any other. */
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
    for await (const events of linkedEventPages(database)) {
      for (const linked of events) {
        const room = rooms.get(linked.event.roomNid);
        if (room !== undefined) checkReferences(linked, room.purgedUntil > 0, report);
      }
    }
  },
};

/** @param isPurged whether the beginning of the room's history was purged, so that nobody knows what is before it. */
function checkReferences({ event, self, prev, auth }: LinkedEvent, isPurged: boolean, report: Report): void {
  const { eventId, pdu } = event;
  // Nobody knows what is before an outlier, nor need it be known before an event that was rejected.
  const needsPrevious = event.status === EventStatus.Accepted || event.status === EventStatus.SoftFailed;
  const groups = [
    ...(needsPrevious ? [{ what: 'follows', named: pdu.prev_events, found: prev }] : []),
    { what: 'names as its authority', named: pdu.auth_events, found: auth },
  ];
  for (const { what, named, found } of groups) {
    const here = new Map(found.map((other) => [other.eventId, other]));
    for (const id of named) {
      const other = here.get(id);
      if (other === undefined && isPurged && found === prev) continue;
      if (other === undefined) report(`${eventId} ${what} ${id}, which is not here`);
      else if (other.roomNid !== event.roomNid) report(`${eventId} ${what} ${id}, which is of another room`);
      else if (other.position !== null && self.position !== null && other.position >= self.position) {
        report(`${eventId} ${what} ${id}, and is before it in the log`);
      }
    }
  }
}
