import { setImmediate } from 'node:timers/promises';
import type { RoomEventFilter } from '../../accounts/index.ts';
import type { HistoryGap, Placed, StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { filterRelated } from '../relations/related-by.ts';
import type { Room } from '../room.ts';
import { passesFilter } from './event-filter.ts';
import { filterVisible, type Onlooker } from './history-visibility.ts';
import { ignoredUsers } from './ignored-users.ts';

/** A stretch of a room's timeline, in the log's order. */
export interface Stretch {
  /** `b`: newest first; `f`: oldest first. */
  readonly direction: 'b' | 'f';
  /** Where to begin: backwards with the event at or before this position, forwards with the one after it. */
  readonly from: number;
  /** Where to end: backwards only events after this position, forwards only those at or before it. */
  readonly until: number;
  /** How many events at most. */
  readonly limit: number;
  readonly filter: RoomEventFilter;
  /** Whom the viewer ignores, if that is at hand. */
  readonly ignored?: ReadonlySet<string>;
  /** Where the rows come from, as many as are asked for from a position on; the room's timeline unless given. */
  readonly source?: (from: number, count: number) => Promise<Placed[]>;
}

/** The part of a stretch that was read. */
export interface TimelinePage {
  readonly events: readonly StoredEvent[];
  /** Where the next page begins; undefined when there is nothing more. */
  readonly next: number | undefined;
  /** Whether every event from the first to the last is among them: nothing was kept out. */
  readonly isWhole: boolean;
  /** Where the page ends since events are missing there: `next` leads to it. */
  readonly gap?: HistoryGap;
}

/** How many events are looked at for one page: filters and visibility may let few of them through. */
const MOST_LOOKED_AT = 5000;
const LOOKED_AT_ONCE = 200;

/**
 * Reads those events of a stretch that the viewer may see and wants to. It ends where events of the timeline are missing,
 * unless the rows have a source of their own.
 */
export async function readTimeline(
  context: RoomsContext,
  room: Room,
  viewer: Onlooker,
  stretch: Stretch,
): Promise<TimelinePage> {
  const gap = await firstGap(context, room, stretch);
  if (gap === undefined) return readWhole(context, room, viewer, stretch);
  const { direction, from } = stretch;
  const border = direction === 'b' ? Math.min(from, gap.position - 1) : Math.max(from, gap.floor);
  const page = await readWhole(context, room, viewer, { ...stretch, until: border });
  return page.next === undefined ? { ...page, next: border, gap } : page;
}

/** The first place in a stretch where events are missing. */
async function firstGap(
  { storage }: RoomsContext,
  room: Room,
  { direction, from, until, source }: Stretch,
): Promise<HistoryGap | undefined> {
  if (!room.hasGaps || source !== undefined) return undefined;
  const gaps = await storage.historyGaps.ofRoom(room.nid);
  return direction === 'b'
    ? gaps.findLast(({ floor, position }) => floor < from && position - 1 > until)
    : gaps.find(({ floor, position }) => floor < until && position - 1 > from);
}

/** Reads a stretch in which nothing is missing. */
async function readWhole(
  context: RoomsContext,
  room: Room,
  viewer: Onlooker,
  stretch: Stretch,
): Promise<TimelinePage> {
  const { direction, limit } = stretch;
  if (limit === 0) return { events: [], next: stretch.from, isWhole: true };
  const wanted = await wantedEvents(context, room, viewer, stretch);
  let isWhole = true;
  const events: StoredEvent[] = [];
  let { from } = stretch;
  let size = Math.min(limit, LOOKED_AT_ONCE);
  for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += size) {
    if (lookedAt > 0) {
      // Others get their turn while somebody pages through what is not for them.
      await setImmediate();
      size = LOOKED_AT_ONCE;
    }
    // One more than is looked at tells whether there is a next page.
    const rows = await (stretch.source?.(from, size + 1) ??
      readLog(context, room, { ...stretch, from }, size + 1));
    const places = rows.slice(0, size);
    const visible = await wanted(places);
    events.push(...visible.slice(0, limit - events.length));
    isWhole &&= visible.length === places.length;

    const isFull = events.length === limit;
    const last = isFull ? places.find((place) => place.nid === events.at(-1)?.nid) : places.at(-1);
    const isEnd = rows.length <= size && last === places.at(-1);
    if (isEnd || last === undefined) return { events, next: undefined, isWhole };
    from = direction === 'b' ? last.position - 1 : last.position;
    if (isFull) break;
  }
  return { events, next: from, isWhole };
}

function readLog(
  { storage }: RoomsContext,
  room: Room,
  { direction, from, until }: Stretch,
  count: number,
): Promise<Placed[]> {
  return direction === 'b'
    ? storage.log.backward(room.nid, from, until, count)
    : storage.log.forward(room.nid, from, until, count);
}

/** What the filter, the people whom the viewer ignores and the room's history visibility leave of some events. */
async function wantedEvents(
  context: RoomsContext,
  room: Room,
  viewer: Onlooker,
  { filter, ignored: known }: Stretch,
): Promise<(places: readonly Placed[]) => Promise<StoredEvent[]>> {
  const ignored = known ?? (await ignoredUsers(context, viewer));
  return async (places) => {
    const events = await context.storage.events.getAll(places.map((place) => place.nid));
    const passing = events.filter(({ pdu }) => {
      const isIgnored = pdu.state_key === undefined && ignored.has(pdu.sender);
      return !isIgnored && passesFilter(filter, room.roomId, pdu);
    });
    return filterVisible(context, room, await filterRelated(context, filter, passing), viewer);
  };
}
