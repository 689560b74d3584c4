import type { JsonObject } from '../../protocol/canonical-json.ts';
import { notFound } from '../../protocol/errors.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { getEvent } from './event.ts';
import { getMessages, type MessagesPage } from './messages.ts';
import { viewRoom } from './room-view.ts';
import { getState } from './state.ts';

/** A room at one moment, as `GET /rooms/{roomId}/initialSync` tells it. */
export interface RoomSnapshot {
  readonly room_id: string;
  readonly membership?: string;
  readonly visibility: 'public' | 'private';
  readonly messages: MessagesPage;
  readonly state: JsonObject[];
}

const MESSAGES = 10;

/**
 * A room as it is, for who is or was in it, or may look into it.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/initialSync`, deprecated.
 * @throws MatrixError 403 `M_FORBIDDEN`.
 */
export async function getRoomSnapshot(
  context: RoomsContext,
  roomId: string,
  viewer: Viewer,
): Promise<RoomSnapshot> {
  const { room } = await viewRoom(context, roomId, viewer);
  const { chunk, start, end } = await getMessages(context, roomId, viewer, {
    direction: 'b',
    limit: MESSAGES,
    filter: {},
  });
  const membership = room.membershipOf(viewer.userId);
  return {
    room_id: roomId,
    ...(membership === undefined ? {} : { membership }),
    visibility: room.listed ? 'public' : 'private',
    // Oldest first, and the tokens the other way round: so it was before `/messages`.
    messages: { chunk: chunk.toReversed(), start: end ?? start, end: start },
    state: await getState(context, roomId, viewer),
  };
}

/**
 * An event of whichever room.
 *
 * Source: Client-Server API v1.19, `GET /events/{eventId}`, deprecated.
 * @throws MatrixError 404 `M_NOT_FOUND`.
 */
export async function getEventAnywhere(
  context: RoomsContext,
  eventId: string,
  viewer: Viewer,
): Promise<JsonObject> {
  const event = await context.storage.events.getById(eventId);
  const room = event === undefined ? undefined : await context.registry.byNid(event.roomNid);
  if (room === undefined) throw notFound('There is no such event, or you may not see it');
  return getEvent(context, room.roomId, eventId, viewer);
}
