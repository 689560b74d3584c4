import type { JsonObject } from '../protocol/canonical-json.ts';
import { stickyDurationOf } from '../protocol/sticky.ts';
import { presentEvents } from '../rooms/index.ts';
import type { StoredEvent } from '../storage/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import { type TimelineRange, withoutRoom } from './timeline.ts';

/**
 * The sticky events of a range that the client does not get in its timeline, oldest first, as the client gets them.
 * Neither filters nor the history's visibility keep them back: whoever is in the room is told.
 *
 * Source: MSC4354, "Sync API changes".
 */
export async function stickyEventsOf(
  context: SyncContext,
  frame: Frame,
  range: TimelineRange,
  timeline: readonly StoredEvent[],
): Promise<JsonObject[]> {
  const shown = new Set(timeline.map(({ nid }) => nid));
  if (range.events !== undefined && !(await anySticks(context, range.events, shown))) return [];
  const { clock, storage } = context.rooms;
  const stretch = { after: range.after, until: range.until, now: clock.now() };
  const placed = await storage.stickyEvents.ofRoom(range.room.nid, stretch);
  const missing = placed.flatMap(({ nid }) => (shown.has(nid) ? [] : [nid]));
  if (missing.length === 0) return [];
  const { ignored } = await context.settings.of(frame.viewer);
  const events = (await storage.events.getAll(missing)).filter(({ pdu }) => !ignored.has(pdu.sender));
  const presented = await presentEvents(context.rooms, range.room, events, frame.viewer);
  return presented.map((event) => frame.filter.project(withoutRoom(event)));
}

/** Whether one of the events at hand sticks that is not shown: nearly always all are. */
async function anySticks(
  { rooms: { storage } }: SyncContext,
  placed: NonNullable<TimelineRange['events']>,
  shown: ReadonlySet<number>,
): Promise<boolean> {
  const hidden = placed.flatMap(({ nid }) => (shown.has(nid) ? [] : [nid]));
  if (hidden.length === 0) return false;
  return (await storage.events.getAll(hidden)).some(({ pdu }) => stickyDurationOf(pdu) !== undefined);
}
