import type { JsonObject } from '../protocol/canonical-json.ts';
import {
  eventsForServers,
  filterRelated,
  filterVisible,
  passesFilter,
  presentEvents,
  type Room,
  readTimeline,
} from '../rooms/index.ts';
import type { Placed, StateMove, StoredEvent } from '../storage/index.ts';
import { formatStreamToken } from '../stream/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import type { TimelineBody } from './response-shapes.ts';

/** Which part of a room's timeline. */
export interface TimelineRange {
  readonly room: Room;
  /** Only events after this position. */
  readonly after: number;
  /** Only events at or before this position. */
  readonly until: number;
  /** Every event of the range, oldest first, if they are at hand. */
  readonly events: readonly Placed[] | undefined;
  /** The moves of the room's state in the range, if its events are at hand. */
  readonly stateMoves: readonly StateMove[];
  /** Whether the viewer was joined all the time, so that there is nothing that they may not see. */
  readonly seesAll: boolean;
}

/** The newest events of a range. */
export interface Timeline {
  /** Oldest first. */
  readonly events: readonly StoredEvent[];
  /** Whether there is more between the beginning of the range and the first event. */
  readonly limited: boolean;
  /** From here `/messages` goes on backwards. */
  readonly start: number;
  /** Whether certainly no event was kept out between the first and the end of the range. */
  readonly isWhole?: boolean;
}

/** As many events at hand are looked through directly; a longer range is read backwards, as far as needed. */
const LOOKED_THROUGH = 200;

/** Reads as many of the newest events of a range as the client asks for, in the order in which they arrived. */
export async function readRecent(
  context: SyncContext,
  frame: Frame,
  range: TimelineRange,
): Promise<Timeline> {
  const { viewer, filter } = frame;
  const { room, after, until, events: placed } = range;
  if (placed?.length === 0) return { events: [], limited: false, start: after };
  if (placed !== undefined && placed.length <= LOOKED_THROUGH) return newestOf(context, frame, range, placed);
  const { ignored } = await context.settings.of(viewer);
  const { events, next, isWhole } = await readTimeline(context.rooms, room, viewer, {
    direction: 'b',
    from: until,
    until: after,
    limit: filter.timelineLimit,
    filter: filter.timeline,
    ignored,
  });
  return { events: events.toReversed(), limited: next !== undefined, start: next ?? after, isWhole };
}

async function newestOf(
  context: SyncContext,
  { viewer, filter }: Frame,
  { room, after, seesAll }: TimelineRange,
  placed: readonly Placed[],
): Promise<Timeline> {
  const { ignored } = await context.settings.of(viewer);
  const all = await context.rooms.storage.events.getAll(placed.map((event) => event.nid));
  const passing = all.filter(({ pdu }) => {
    const isIgnored = pdu.state_key === undefined && ignored.has(pdu.sender);
    return !isIgnored && passesFilter(filter.timeline, room.roomId, pdu);
  });
  const wanted = await filterRelated(context.rooms, filter.timeline, passing);
  const visible = seesAll ? wanted : await filterVisible(context.rooms, room, wanted, viewer);
  const shown = visible.slice(Math.max(0, visible.length - filter.timelineLimit));
  if (shown.length === visible.length) return { events: shown, limited: false, start: after };
  const first = shown[0] ?? visible.at(-1);
  const place = placed.find((event) => event.nid === first?.nid)?.position ?? after;
  return { events: shown, limited: true, start: shown.length === 0 ? place : place - 1 };
}

/** A timeline and the state that goes with it, as the client gets them. */
export async function presentTimeline(
  context: SyncContext,
  { viewer, filter, stateKey, beginsAgain }: Frame,
  room: Room,
  timeline: Timeline,
  state: readonly StoredEvent[],
): Promise<TimelineBody> {
  const wanted = state.filter((event) => filter.wantsState(room.roomId, event.pdu));
  const all = [...wanted, ...timeline.events];
  const presented = await presentEvents(context.rooms, room, all, viewer, timeline.events);
  const exchanged = filter.asServers ? await eventsForServers(context.rooms, room, all) : [];
  const events = presented.map((event, index) =>
    filter.project({ ...exchanged[index], ...withoutRoom(event) }),
  );
  return {
    timeline: {
      events: events.slice(wanted.length),
      // What the client has of the room does not go on here.
      limited: timeline.limited || beginsAgain,
      prev_batch: formatStreamToken({ epoch: context.rooms.epoch, position: timeline.start, ephemeral: 0 }),
    },
    [stateKey]: { events: events.slice(0, wanted.length) },
  };
}

/** The room is what the event is listed under. */
export function withoutRoom(event: JsonObject): JsonObject {
  const { room_id: _room, ...rest } = event;
  return rest;
}
