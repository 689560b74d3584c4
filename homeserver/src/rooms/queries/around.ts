import type { RoomEventFilter } from '../../accounts/index.ts';
import { BEFORE_ALL } from '../../storage/index.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { readWithMissed } from './missed-events.ts';
import { beginningOfLog, pageToken } from './page-token.ts';
import { endOfView, type RoomView } from './room-view.ts';
import { readTimeline, type Stretch, type TimelinePage } from './timeline.ts';

/** How many events on each side of an event. */
export interface AroundRequest {
  readonly before: number;
  readonly after: number;
  readonly filter: RoomEventFilter;
  /** Whether other servers are asked for what is missing there. */
  readonly asksOthers: boolean;
}

/** What surrounds an event: `before` newest first, `after` oldest first, and tokens from which `/messages` goes on. */
export interface Around {
  readonly before: TimelinePage['events'];
  readonly after: TimelinePage['events'];
  readonly start: string;
  readonly end: string;
}

/** Reads what surrounds an event in a room, as far as the viewer may see it. @param position of the event, in the log. */
export async function readAround(
  context: RoomsContext,
  view: RoomView,
  viewer: Viewer,
  position: number,
  request: AroundRequest,
): Promise<Around> {
  const { asksOthers, filter } = request;
  const read = (stretch: Stretch) =>
    asksOthers
      ? readWithMissed(context, view, viewer, stretch)
      : readTimeline(context, view.room, viewer, stretch);
  const newest = (await endOfView(context, view)) ?? (await context.storage.log.newest());
  const before = await read({
    direction: 'b',
    from: position - 1,
    until: BEFORE_ALL,
    limit: request.before,
    filter,
  });
  const after = await read({
    direction: 'f',
    from: position,
    until: newest,
    limit: request.after,
    filter,
  });
  return {
    before: before.events,
    after: after.events,
    start: pageToken(context, before.next ?? (await beginningOfLog(context))),
    end: pageToken(context, after.next ?? newest),
  };
}
