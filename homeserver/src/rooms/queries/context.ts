import type { RoomEventFilter } from '../../accounts/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { notFound } from '../../protocol/errors.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { readAround } from './around.ts';
import { getVisibleEvent } from './event.ts';
import { passesFilter } from './event-filter.ts';
import { fetchBackTo } from './older-history.ts';
import { stateAfter, viewRoom } from './room-view.ts';

/** How much around an event. */
export interface ContextRequest {
  /** How many events before and after it together. */
  readonly limit?: number | undefined;
  readonly filter: RoomEventFilter;
}

/** An event and what surrounds it. */
export interface EventContext {
  readonly event: JsonObject;
  /** Newest first. */
  readonly events_before: JsonObject[];
  /** Oldest first. */
  readonly events_after: JsonObject[];
  readonly start: string;
  readonly end: string;
  /** The room's state at the last event returned. */
  readonly state: JsonObject[];
}

const DEFAULT_LIMIT = 10;
const MOST_EVENTS = 1000;

/**
 * An event with what came before and after it, and the state of the room at the last of them.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/context/{eventId}`.
 * @throws MatrixError 403 `M_FORBIDDEN`; 404 `M_NOT_FOUND` for an event that is not there for the viewer.
 */
export async function getContext(
  context: RoomsContext,
  roomId: string,
  eventId: string,
  viewer: Viewer,
  { limit = DEFAULT_LIMIT, filter }: ContextRequest,
): Promise<EventContext> {
  const view = await viewRoom(context, roomId, viewer);
  const { room } = view;
  await fetchBackTo(context, view, eventId);
  const event = await getVisibleEvent(context, room, eventId, viewer);
  const position = await context.storage.log.positionOf(event.nid);
  if (position === undefined) throw notFound('There is no such event in this room');
  const half = Math.min(limit, MOST_EVENTS) / 2;
  const around = await readAround(context, view, viewer, position, {
    before: Math.floor(half),
    after: Math.ceil(half),
    filter,
    asksOthers: true,
  });
  const shown = [event, ...around.before, ...around.after];
  const speaking = new Set(shown.map(({ pdu }) => pdu.sender));
  const last = around.after.at(-1) ?? event;
  const state = await stateAfter(context, last, filter.lazy_load_members === true ? speaking : undefined);
  const wantedState = state.filter(({ pdu }) => passesFilter(filter, room.roomId, pdu));
  const present = (events: readonly StoredEvent[]) => presentEvents(context, room, events, viewer);
  return {
    event: (await present([event]))[0] ?? {},
    events_before: await present(around.before),
    events_after: await present(around.after),
    start: around.start,
    end: around.end,
    state: await presentEvents(context, room, wantedState, viewer, []),
  };
}
