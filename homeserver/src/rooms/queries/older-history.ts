import type { EventId } from '../../protocol/identifiers.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { untilComplete } from '../full-state.ts';
import { depthOfOldest } from '../history-gaps.ts';
import type { Room } from '../room.ts';
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
  // What is newer than that is on its way, or in a branch that never came here.
  if (depth === undefined || oldest === undefined || depth > oldest) return;
  await fetchOlderUntil(context, view, async () => {
    const event = await storage.events.getById(eventId);
    return event !== undefined && !isBeside(event, room);
  });
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
