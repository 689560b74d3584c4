import { notFound } from '../../protocol/errors.ts';
import type { EventId, RoomId, ServerName } from '../../protocol/identifiers.ts';
import { hiddenFromServer, lastBefore } from '../../rooms/index.ts';
import { BEFORE_ALL } from '../../storage/index.ts';
import { roomOfReader, type ServingContext } from './reader.ts';

/** How many events are looked at: those that the server may not see are passed over. */
const MOST_LOOKED_AT = 1_000;
const LOOKED_AT_ONCE = 100;

/**
 * The event of a room that is closest to a time: the first one at or after it (`f`), or the last at or before it (`b`).
 *
 * Source: Server-Server API v1.19, `GET /timestamp_to_event/{roomId}`.
 * @param ts milliseconds since the Unix epoch.
 * @throws MatrixError as `roomOfReader`; 404 `M_NOT_FOUND` when nothing lies in this direction.
 */
export async function serveEventByTimestamp(
  context: ServingContext,
  server: ServerName,
  roomId: RoomId,
  { ts, direction }: { readonly ts: number; readonly direction: 'b' | 'f' },
): Promise<{ event_id: EventId; origin_server_ts: number }> {
  const room = await roomOfReader(context, roomId, server);
  const { log, events } = context.rooms.storage;
  const end = await log.newest();
  let from = await lastBefore(context.rooms, room, end, direction === 'f' ? ts : ts + 1);
  for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += LOOKED_AT_ONCE) {
    const places =
      direction === 'f'
        ? await log.forward(room.nid, from, end, LOOKED_AT_ONCE)
        : await log.backward(room.nid, from, BEFORE_ALL, LOOKED_AT_ONCE);
    const found = await events.getAll(places.map(({ nid }) => nid));
    const hidden = await hiddenFromServer(context.rooms, room, found, server);
    const event = found.find(({ nid }) => !hidden.has(nid));
    if (event !== undefined) return { event_id: event.eventId, origin_server_ts: event.pdu.origin_server_ts };
    const last = places.at(-1);
    if (last === undefined) break;
    from = direction === 'f' ? last.position : last.position - 1;
  }
  throw notFound('This room has no event in this direction');
}
