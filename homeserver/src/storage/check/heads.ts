import { domainOf } from '../../protocol/identifiers.ts';
import { MAX_DEPTH } from '../../protocol/limits.ts';
import { defineQuery } from '../database/sql.ts';
import { EventStatus } from '../stores/event-store.ts';
import { MISSED } from '../stores/log-store.ts';
import { type Check, readRooms, readServerName } from './check.ts';
import { hasPlace, type LinkedEvent, linkedEventPages } from './event-pages.ts';
import { NewestEvents } from './newest-events.ts';

// What was fetched later moved no head.
const timelineLengths = defineQuery<[], { roomNid: number; rows: number }>(
  `SELECT room_nid AS "roomNid", count(*) AS rows FROM log
   WHERE kind = 1 AND position > 0 AND coalesce(key, '') <> '${MISSED}' GROUP BY room_nid`,
);

/**
 * A room's forward extremities are its newest events, its depth is that of its deepest, and its version is not behind
 * the changes that it went through.
 */
export const headsAreNewest: Check = {
  holds: "Every room's head is at its newest events",
  async run(database, report) {
    const us = await readServerName(database);
    const newest = new NewestEvents();
    const depths = new Map<number, number>();
    for await (const events of linkedEventPages(database)) {
      for (const { event, self, prev } of events) {
        const lacksPrevious = prev.length < new Set(event.pdu.prev_events).size;
        newest.add({ self, prev, lacksPrevious, beginsAnew: beginsAnew({ event, self, prev }, us) });
        if (event.status !== EventStatus.Accepted) continue;
        const depth = Math.min(event.pdu.depth, MAX_DEPTH);
        depths.set(event.roomNid, Math.max(depths.get(event.roomNid) ?? 0, depth));
      }
    }
    const lengths = new Map((await database.all(timelineLengths, [])).map((row) => [row.roomNid, row.rows]));
    for (const room of (await readRooms(database)).values()) {
      if (!newest.canBeExtremities(room.nid, room.extremities)) {
        const [stored, found] = [room.extremities, newest.of(room.nid)].map((nids) => nids.join(', '));
        report(`${room.roomId} has the extremities ${stored}, and its newest events are ${found}`);
      }
      const depth = depths.get(room.nid) ?? 0;
      // The deepest event of a history may be gone with its beginning.
      const isDepth = room.purgedUntil > 0 ? depth <= room.depth : depth === room.depth;
      if (!isDepth) report(`${room.roomId} has depth ${room.depth}, and its deepest event ${depth}`);
      const length = lengths.get(room.nid) ?? 0;
      if (room.version < length) report(`${room.roomId} has version ${room.version} after ${length} events`);
    }
  },
};

/** Whether an event is a join of ours that another server made: it follows what was not here, or has no place here. */
function beginsAnew({ event: { pdu }, prev }: Omit<LinkedEvent, 'auth'>, us: string | undefined): boolean {
  const isOwn = pdu.type === 'm.room.member' && pdu.state_key === pdu.sender && domainOf(pdu.sender) === us;
  const present = prev.filter((event) => hasPlace(event) && !event.isMissed);
  return isOwn && present.length < new Set(pdu.prev_events).size;
}
