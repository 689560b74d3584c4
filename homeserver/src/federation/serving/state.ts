import type { JsonObject } from '../../protocol/canonical-json.ts';
import { notFound } from '../../protocol/errors.ts';
import type { EventId, RoomId, ServerName } from '../../protocol/identifiers.ts';
import { authChainOf, eventsForServers, type Room, stateBeforeEvent } from '../../rooms/index.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';
import { eventOfRoom, requireWholeState, roomOfReader, type ServingContext } from './reader.ts';

/**
 * The state of a room before an event, and what it is based on.
 *
 * Source: Server-Server API v1.19, `GET /state/{roomId}`.
 * @throws MatrixError as `roomOfReader`, `requireWholeState` and `eventOfRoom`; 404 `M_NOT_FOUND` for an event before
 * which the state is not known.
 */
export async function serveState(
  context: ServingContext,
  server: ServerName,
  roomId: RoomId,
  eventId: EventId,
): Promise<{ pdus: JsonObject[]; auth_chain: JsonObject[] }> {
  const { room, state, authChain } = await stateAt(context, server, roomId, eventId);
  return {
    pdus: await eventsForServers(context.rooms, room, state),
    auth_chain: await eventsForServers(context.rooms, room, authChain),
  };
}

/**
 * The same as IDs.
 *
 * Source: Server-Server API v1.19, `GET /state_ids/{roomId}`.
 * @throws MatrixError as `serveState`.
 */
export async function serveStateIds(
  context: ServingContext,
  server: ServerName,
  roomId: RoomId,
  eventId: EventId,
): Promise<{ pdu_ids: EventId[]; auth_chain_ids: EventId[] }> {
  const { state, authChain } = await stateAt(context, server, roomId, eventId);
  return { pdu_ids: state.map(idOf), auth_chain_ids: authChain.map(idOf) };
}

function idOf(event: StoredEvent): EventId {
  return event.eventId;
}

async function stateAt(
  context: ServingContext,
  server: ServerName,
  roomId: RoomId,
  eventId: EventId,
): Promise<{ room: Room; state: StoredEvent[]; authChain: StoredEvent[] }> {
  const room = await roomOfReader(context, roomId, server);
  requireWholeState(room);
  const event = await eventOfRoom(context, room, eventId);
  if (event.status === EventStatus.Outlier) {
    throw notFound(`The state before ${eventId} is not known here`);
  }
  const state = await stateBeforeEvent(context.rooms, event);
  return { room, state, authChain: await authChainOf(context.rooms, state) };
}
