import type { JsonObject } from '../../protocol/canonical-json.ts';
import { notFound } from '../../protocol/errors.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { canSee } from './history-visibility.ts';
import { fetchBackTo } from './older-history.ts';
import { lookAtRoom } from './room-view.ts';

/**
 * One event.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/event/{eventId}`, which tells no difference between an event
 * that is not there and one that the viewer may not see.
 * @throws MatrixError 404 `M_NOT_FOUND`.
 */
export async function getEvent(
  context: RoomsContext,
  roomId: string,
  eventId: string,
  viewer: Viewer,
): Promise<JsonObject> {
  const view = await lookAtRoom(context, roomId, viewer);
  if (view === undefined) throw noSuchEvent();
  await fetchBackTo(context, view, eventId);
  const event = await getVisibleEvent(context, view.room, eventId, viewer);
  const [presented] = await presentEvents(context, view.room, [event], viewer);
  return presented ?? {};
}

/** @throws MatrixError 404 `M_NOT_FOUND` unless the room has the event and the viewer may see it. */
export async function getVisibleEvent(
  context: RoomsContext,
  room: Room,
  eventId: string,
  viewer: Viewer,
): Promise<StoredEvent> {
  const event = await context.storage.events.getById(eventId);
  if (event?.roomNid !== room.nid || !(await canSee(context, room, event, viewer))) throw noSuchEvent();
  return event;
}

function noSuchEvent(): Error {
  return notFound('There is no such event in this room, or you may not see it');
}
