import { notFound } from '../../protocol/errors.ts';
import { BEFORE_ALL, type StoredEvent } from '../../storage/index.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { readWithMissed } from './missed-events.ts';
import { fetchOlderUntil } from './older-history.ts';
import { beginningOfLog } from './page-token.ts';
import { endOfView, viewRoom } from './room-view.ts';

/**
 * The event of a room that is closest to a time: the first one at or after it (`f`), or the last at or before it
 * (`b`). Found by bisecting the log, which is in the order of time as far as clocks agree. What other servers have of
 * that time is fetched first, as far as ten pages of history go back to it.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/timestamp_to_event`.
 * @param ts milliseconds since the Unix epoch.
 * @throws MatrixError 403 `M_FORBIDDEN`; 404 `M_NOT_FOUND` when nothing lies in this direction.
 */
export async function getEventByTimestamp(
  context: RoomsContext,
  roomId: string,
  viewer: Viewer,
  { ts, direction }: { readonly ts: number; readonly direction: 'b' | 'f' },
): Promise<{ event_id: string; origin_server_ts: number }> {
  const view = await viewRoom(context, roomId, viewer);
  const end = (await endOfView(context, view)) ?? (await context.storage.log.newest());
  await fetchOlderUntil(context, view, () => isAnythingBefore(context, view.room, ts));
  const border = await lastBefore(context, view.room, end, direction === 'f' ? ts : ts + 1);
  const { events } = await readWithMissed(context, view, viewer, {
    direction,
    from: border,
    until: direction === 'f' ? end : BEFORE_ALL,
    limit: 1,
    filter: {},
  });
  const [event] = events;
  if (event === undefined) throw notFound('This room has no event in this direction');
  return { event_id: event.eventId, origin_server_ts: event.pdu.origin_server_ts };
}

/** Whether something is here of the time before `ts`. */
async function isAnythingBefore(context: RoomsContext, room: Room, ts: number): Promise<boolean> {
  const oldest = await eventAfter(context, room, BEFORE_ALL, Number.MAX_SAFE_INTEGER);
  return oldest !== undefined && oldest.event.pdu.origin_server_ts < ts;
}

/** The position up to which the events of a room are older than `ts`. */
export async function lastBefore(
  context: RoomsContext,
  room: Room,
  end: number,
  ts: number,
): Promise<number> {
  let [low, high] = [await beginningOfLog(context), end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const next = await eventAfter(context, room, middle, high);
    if (next === undefined) high = middle;
    else if (next.event.pdu.origin_server_ts < ts) low = next.position;
    else high = middle;
  }
  return low;
}

async function eventAfter(
  { storage }: RoomsContext,
  room: Room,
  position: number,
  until: number,
): Promise<{ event: StoredEvent; position: number } | undefined> {
  const [place] = await storage.log.forward(room.nid, position, until, 1);
  const event = place === undefined ? undefined : await storage.events.get(place.nid);
  return place === undefined || event === undefined ? undefined : { event, position: place.position };
}
