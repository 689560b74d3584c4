import type { LeftEntry } from './affected-rooms.ts';
import type { Frame, SyncContext } from './frame.ts';
import type { TimelineBody } from './response-shapes.ts';
import { addState } from './room-state.ts';
import { presentTimeline, readRecent, type TimelineRange } from './timeline.ts';

/**
 * A room that the viewer has left: what they saw of it until then and nothing after, but for what became of their
 * membership. Somebody who was never in it, but rejected an invite or was refused, is told just that.
 *
 * Source: Client-Server API v1.19, `GET /sync`, "LeftRoom".
 */
export async function leftRoom(
  context: SyncContext,
  frame: Frame,
  { room, changes, departure, newest, role }: LeftEntry,
): Promise<TimelineBody> {
  const since = frame.since?.position ?? 0;
  // With `state_after`, a client takes no state from the timeline (MSC4222): it learns here that it is out.
  const isAfter = frame.stateKey !== 'state';
  if (role === 'stranger') {
    const timeline = { events: [newest], limited: false, start: since };
    return presentTimeline(context, frame, room, timeline, isAfter ? [newest] : []);
  }
  const isFull = role === 'guest' || frame.since === undefined;
  const range: TimelineRange = {
    room,
    after: isFull ? 0 : since,
    until: departure.position,
    events: isFull ? undefined : changes.events?.filter((event) => event.position <= departure.position),
    stateMoves: changes.stateMoves.filter((move) => move.position <= departure.position),
    seesAll: false,
  };
  const recent = await readRecent(context, frame, range);
  const members = isFull ? [frame.viewer.userId] : [];
  const { timeline, state } = await addState(context, frame, { range, timeline: recent, isFull, members });
  if (newest.nid === departure.nid) return presentTimeline(context, frame, room, timeline, state);
  const shown = { ...timeline, events: [...timeline.events, newest] };
  return presentTimeline(context, frame, room, shown, isAfter ? [...state, newest] : state);
}
