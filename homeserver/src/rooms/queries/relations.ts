import type { JsonObject } from '../../protocol/canonical-json.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { getVisibleEvent } from './event.ts';
import { pageToken, positionOfToken } from './page-token.ts';
import { endOfView, viewRoom } from './room-view.ts';
import { readTimeline } from './timeline.ts';

/** Which of the events that refer to one. */
export interface RelationsRequest {
  readonly relType?: string | undefined;
  /** The events' own type. */
  readonly type?: string | undefined;
  /** `b`: newest first. */
  readonly direction: 'b' | 'f';
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  /** Whether also those that refer to it through others are wanted. */
  readonly recurse: boolean;
}

/** A page of them; `next_batch` is absent when there is nothing more. */
export interface RelationsPage {
  readonly chunk: JsonObject[];
  readonly prev_batch?: string;
  readonly next_batch?: string;
  /** How far the search went, if it was to go on through others. */
  readonly recursion_depth?: number;
}

const DEFAULT_LIMIT = 10;
const MOST_EVENTS = 1000;
/** How far a recursive search goes: at least 3, says the specification; no client needs more. */
const DEEPEST = 3;

/**
 * The events that refer to an event.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/relations/{eventId}/{relType}/{eventType}` and its shorter forms.
 * @throws MatrixError 403 `M_FORBIDDEN`; 404 `M_NOT_FOUND` for an event that is not there for the viewer; 400
 * `M_INVALID_PARAM` for a token that is none.
 */
export async function getRelations(
  context: RoomsContext,
  roomId: string,
  eventId: string,
  viewer: Viewer,
  request: RelationsRequest,
): Promise<RelationsPage> {
  const { direction, recurse, relType, type, limit = DEFAULT_LIMIT } = request;
  const view = await viewRoom(context, roomId, viewer);
  const { room } = view;
  await getVisibleEvent(context, room, eventId, viewer);
  const newest = (await endOfView(context, view)) ?? (await context.storage.log.newest());
  const given = positionOfToken(request.from);
  const goal = positionOfToken(request.to);
  const steps = recurse ? DEEPEST : 1;
  const until = direction === 'b' ? (goal ?? 0) : Math.min(goal ?? newest, newest);
  const { events, next } = await readTimeline(context, room, viewer, {
    direction,
    from: Math.min(given ?? (direction === 'b' ? newest : 0), newest),
    until,
    limit: Math.min(limit, MOST_EVENTS),
    filter: {},
    source: (from, count) =>
      context.storage.relations.related({
        parentId: eventId,
        steps,
        relType,
        type,
        direction,
        from,
        until,
        limit: count,
      }),
  });
  return {
    chunk: await presentEvents(context, room, events, viewer),
    ...(request.from === undefined ? {} : { prev_batch: request.from }),
    ...(next === undefined ? {} : { next_batch: pageToken(context, next) }),
    ...(recurse ? { recursion_depth: DEEPEST } : {}),
  };
}
