import type { EventId } from '../../protocol/identifiers.ts';
import { BEFORE_ALL, EventStatus, type Placed, type StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { untilComplete } from '../full-state.ts';
import { depthOfOldest } from '../history-gaps.ts';
import type { Room } from '../room.ts';
import { fetchMissed, PATIENCE_MS } from './missed-events.ts';
import type { RoomView } from './room-view.ts';

/** How often other servers are asked for one answer. */
const MOST_ROUNDS = 10;

/** Gets older events of a room from other servers, if the viewer may see such. @returns whether there are more now. */
export async function fetchOlder(context: RoomsContext, view: RoomView): Promise<boolean> {
  if (context.otherServers === undefined || !mayFetch(view)) return false;
  await untilComplete(context, view.room);
  return context.otherServers.fetchHistory(view.room.roomId);
}

/** As `fetchOlder`, again and again until what is wanted is there: ten times at most. */
export async function fetchOlderUntil(
  context: RoomsContext,
  view: RoomView,
  isThere: () => Promise<boolean>,
): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if ((await isThere()) || !(await fetchOlder(context, view))) return;
  }
}

/**
 * Gets the history of a room back to an event, if that is older than what is here, and other servers know it. Synapse
 * does not: with it, a link to something said before anybody came leads nowhere until somebody has scrolled there.
 */
export async function fetchBackTo(context: RoomsContext, view: RoomView, eventId: EventId): Promise<void> {
  const { otherServers, storage } = context;
  const { room } = view;
  if (otherServers === undefined || !mayFetch(view)) return;
  const missing = await storage.events.getById(eventId);
  if (missing !== undefined && !isBeside(missing, room)) return;
  const depth = missing?.pdu.depth ?? (await otherServers.depthOf(room.roomId, eventId));
  const oldest = await depthOfOldest(context, room);
  if (depth === undefined || oldest === undefined) return;
  const isThere = async () => {
    const event = await storage.events.getById(eventId);
    return event !== undefined && !isBeside(event, room);
  };
  if (depth <= oldest) await fetchOlderUntil(context, view, isThere);
  else await fetchMissedUntil(context, view, depth, isThere);
}

/**
 * Fills the gap in which events of a depth are missing, until one is there. What is missing in none is on its way, or in a
 * branch that never came here.
 */
async function fetchMissedUntil(
  context: RoomsContext,
  view: RoomView,
  depth: number,
  isThere: () => Promise<boolean>,
): Promise<void> {
  const { clock, storage } = context;
  const endsAt = clock.now() + PATIENCE_MS;
  const depthAt = async ([place]: readonly Placed[]) =>
    place && (await storage.events.get(place.nid))?.pdu.depth;
  for (const gap of await storage.historyGaps.ofRoom(view.room.nid)) {
    const above = await depthAt(await storage.log.forward(view.room.nid, gap.position - 1, gap.top, 1));
    const below = await depthAt(await storage.log.backward(view.room.nid, gap.floor, BEFORE_ALL, 1));
    if (above === undefined || depth >= above || depth <= (below ?? 0)) continue;
    for (let round = 0; round < MOST_ROUNDS && !(await isThere()); round += 1) {
      if (!(await fetchMissed(context, view, gap, endsAt - clock.now()))) return;
    }
    return;
  }
}

/** Whether other servers may have something older that the viewer may see. */
function mayFetch({ room, departure }: RoomView): boolean {
  const visibility = room.content('m.room.history_visibility')?.history_visibility ?? 'shared';
  // What happened before anybody of this server came in is for nobody here.
  return departure === undefined && visibility !== 'joined' && visibility !== 'invited';
}

/** Whether an event of the room is here, but not in its timeline. */
function isBeside({ status, roomNid }: StoredEvent, room: Room): boolean {
  return status === EventStatus.Outlier && roomNid === room.nid;
}
