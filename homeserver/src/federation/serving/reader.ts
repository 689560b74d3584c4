import type { JsonObject } from '../../protocol/canonical-json.ts';
import { forbidden, MatrixError, notFound } from '../../protocol/errors.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import {
  eventsForServers,
  hiddenFromServer,
  isServerJoined,
  type Room,
  type RoomsContext,
  requireServerAllowed,
} from '../../rooms/index.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';

/** What answers other servers works with. */
export interface ServingContext {
  readonly rooms: RoomsContext;
}

/**
 * A room that a server may read here: this server is in it, and so is the other one, which the room's ACL does not keep
 * out.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a room that is not here, 403 `M_FORBIDDEN` for one that the other server is
 * not in.
 */
export async function roomOfReader(
  { rooms }: ServingContext,
  roomId: string,
  server: ServerName,
): Promise<Room> {
  const room = await rooms.registry.byId(roomId);
  if (room?.createEvent === undefined || room.localJoined.size === 0) {
    throw notFound(`This server is not in ${roomId}`);
  }
  requireReader(room, server);
  return room;
}

/** @throws MatrixError 403 `M_FORBIDDEN` for a server that is not in the room, or kept out by its ACL. */
export function requireReader(room: Room, server: ServerName): void {
  if (!isServerJoined(room, server)) throw forbidden('Your server is not in this room');
  requireServerAllowed(room, server);
}

/**
 * Refuses to tell the state of a room that is not known as a whole.
 *
 * Source: MSC3706, as Synapse.
 * @throws MatrixError 404 `M_UNABLE_DUE_TO_PARTIAL_STATE`.
 */
export function requireWholeState(room: Room): void {
  if (!room.isPartial) return;
  throw new MatrixError(404, 'M_UNABLE_DUE_TO_PARTIAL_STATE', 'The state of this room is not complete here');
}

/**
 * An event of a room, by its ID.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for one that is not here, is another room's, or was rejected.
 */
export async function eventOfRoom(
  { rooms }: ServingContext,
  room: Pick<Room, 'nid'>,
  eventId: string,
): Promise<StoredEvent> {
  const event = await rooms.storage.events.getById(eventId);
  if (event?.roomNid !== room.nid || event.status === EventStatus.Rejected) {
    throw notFound(`There is no event ${eventId} in this room`);
  }
  return event;
}

/** Those of some IDs that are events of the room which may be told, in no order. */
export async function eventsOfRoom(
  { rooms }: ServingContext,
  room: Pick<Room, 'nid'>,
  eventIds: readonly string[],
): Promise<StoredEvent[]> {
  const found = await rooms.storage.events.getAllById(eventIds);
  return [...found.values()].filter(
    ({ roomNid, status }) => roomNid === room.nid && status !== EventStatus.Rejected,
  );
}

/** Events as a server may see them: what is not for it is redacted, so that it still finds what came before. */
export async function tellEvents(
  { rooms }: ServingContext,
  room: Room,
  events: readonly StoredEvent[],
  server: ServerName,
): Promise<JsonObject[]> {
  const hidden = await hiddenFromServer(rooms, room, events, server);
  // Whatever has a redaction is told redacted; which one it is does not matter.
  const shown = events.map((event) => (hidden.has(event.nid) ? { ...event, redactedBy: event.nid } : event));
  return eventsForServers(rooms, room, shown);
}
