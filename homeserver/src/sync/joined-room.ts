import type { JsonObject } from '../protocol/canonical-json.ts';
import type { StoredEvent } from '../storage/index.ts';
import type { JoinedEntry } from './affected-rooms.ts';
import type { Frame, SyncContext } from './frame.ts';
import type { CountsBody, JoinedRoomBody } from './response-shapes.ts';
import { addState } from './room-state.ts';
import { summaryOf } from './room-summary.ts';
import { stickyEventsOf } from './sticky-events.ts';
import { presentTimeline, readRecent, type TimelineRange } from './timeline.ts';
import type { Tally, UnreadTallies } from './unread-counts.ts';

/** What goes with the timeline and the state of a room. */
export interface RoomExtras {
  readonly ephemeral: JsonObject[];
  readonly accountData: JsonObject[];
}

/** A room that the viewer is joined to; undefined if there is nothing to tell of it. */
export async function joinedRoom(
  context: SyncContext,
  frame: Frame,
  { room, changes, isNew }: JoinedEntry,
  { ephemeral, accountData }: RoomExtras,
): Promise<JoinedRoomBody | undefined> {
  const { viewer, filter, since, until } = frame;
  const isFull = isNew || frame.fullState;
  const range: TimelineRange = {
    room,
    after: isNew ? 0 : (since?.position ?? 0),
    until: until.position,
    events: isNew ? undefined : changes.events,
    stateMoves: isNew ? [] : changes.stateMoves,
    seesAll: changes.ownMemberships.length === 0,
  };
  const recent = await readRecent(context, frame, range);
  // A client that has the room from an earlier stay must not take the new events for the ones that follow.
  const shown = isNew && since !== undefined ? { ...recent, limited: true } : recent;
  const mayRename = isFull || changes.membersChanged || changesName(shown.events);
  const summary = mayRename ? summaryOf(context.rooms, room, viewer) : undefined;
  const members = [...(isFull ? [viewer.userId] : []), ...(summary?.['m.heroes'] ?? [])];
  const { timeline, state } = await addState(context, frame, { range, timeline: shown, isFull, members });
  const sticky = await stickyEventsOf(context, frame, range, timeline.events);
  const hasRead = changes.receipts.some((receipt) => receipt.user === viewer.userNid);
  const isNews =
    isFull ||
    hasRead ||
    [timeline.events, state, sticky, ephemeral, accountData].some((events) => events.length > 0) ||
    timeline.limited;
  if (!isNews) return undefined;
  const atHand = range.events === undefined ? undefined : { after: range.after, events: range.events };
  const unread = await context.unread.of(viewer, room, until.position, atHand);
  return {
    ...(await presentTimeline(context, frame, room, timeline, state)),
    ...(summary === undefined ? {} : { summary }),
    ...(sticky.length === 0 ? {} : { msc4354_sticky: { events: sticky } }),
    ephemeral: { events: ephemeral },
    account_data: { events: accountData },
    ...presentCounts(unread, filter.threadCounts),
  };
}

/** Whether an event may say how the room is called. */
export function changesName(events: readonly StoredEvent[]): boolean {
  return events.some(({ pdu }) => pdu.type === 'm.room.name' || pdu.type === 'm.room.canonical_alias');
}

/** The counts of the room: with those of threads beside them, if the client asks; else all in one. */
export function presentCounts(
  { main, threads }: UnreadTallies,
  byThread: boolean,
): Pick<JoinedRoomBody, 'unread_notifications' | 'unread_thread_notifications'> {
  if (byThread) {
    const counts = [...threads].map(([root, tally]) => [root, presentTally(tally)] as const);
    return {
      unread_notifications: presentTally(main),
      ...(counts.length === 0 ? {} : { unread_thread_notifications: Object.fromEntries(counts) }),
    };
  }
  const all = [main, ...threads.values()];
  return {
    unread_notifications: presentTally({
      notifications: all.reduce((sum, tally) => sum + tally.notifications, 0),
      highlights: all.reduce((sum, tally) => sum + tally.highlights, 0),
    }),
  };
}

function presentTally({ notifications, highlights }: Tally): CountsBody {
  return { notification_count: notifications, highlight_count: highlights };
}
