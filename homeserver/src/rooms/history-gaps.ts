import type { Pdu } from '../protocol/events.ts';
import { BEFORE_ALL, EventStatus, type StoredEvent } from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import { hasPlace } from './intake/place.ts';
import type { Room } from './room.ts';

/** A part of a room's timeline: the events after one position, up to another. */
interface Part {
  readonly after: number;
  readonly until: number;
}

/** Events that others follow, which are not here. */
export interface OpenEnds {
  /** The events that follow them. */
  readonly edges: readonly StoredEvent[];
  /** Their IDs. */
  readonly missing: ReadonlySet<string>;
}

/** How many of the oldest events of a part are looked at for what they follow. */
const MOST_LOOKED_AT = 20;

/** How far the oldest event of a room's timeline is from the room's beginning; undefined for an empty one. */
export async function depthOfOldest({ storage }: RoomsContext, room: Room): Promise<number | undefined> {
  const [oldest] = await storage.log.forward(room.nid, BEFORE_ALL, Number.MAX_SAFE_INTEGER, 1);
  return oldest && (await storage.events.get(oldest.nid))?.pdu.depth;
}

/**
 * Whether an event is from before what is here of the room's history, as what sticks in a room may be that this server has
 * come into: what it follows is older history, not missing before it.
 */
export async function isBeforeHistory(context: RoomsContext, room: Room, { depth }: Pdu): Promise<boolean> {
  const oldest = await depthOfOldest(context, room);
  return oldest !== undefined && depth < oldest;
}

/** Where the oldest events of a part of a room's timeline follow some that are not here. */
export async function openEndsOf({ storage }: RoomsContext, room: Room, part: Part): Promise<OpenEnds> {
  const places = await storage.log.forward(room.nid, part.after, part.until, MOST_LOOKED_AT);
  const events = (await storage.events.getAll(places.map(({ nid }) => nid))).filter(hasPlace);
  const before = await storage.events.getAllById(events.flatMap(({ pdu }) => pdu.prev_events));
  const isMissing = (eventId: string) => {
    const previous = before.get(eventId);
    return previous === undefined || previous.status === EventStatus.Outlier;
  };
  return {
    edges: events.filter(({ pdu }) => pdu.prev_events.some(isMissing)),
    missing: new Set(events.flatMap(({ pdu }) => pdu.prev_events).filter(isMissing)),
  };
}
