import type { HistoryGap } from '../../storage/index.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { untilComplete } from '../full-state.ts';
import type { RoomView } from './room-view.ts';
import { readTimeline, type Stretch, type TimelinePage } from './timeline.ts';

/** How often other servers are asked for one answer. */
const MOST_ROUNDS = 10;
/** How long a client waits for them altogether, and how long if there is nothing else to answer with. */
export const PATIENCE_MS = 8_000;
const LONGEST_PATIENCE_MS = 30_000;

/**
 * As `readTimeline`; what is missing in the stretch is asked of other servers, as far as they answer within some seconds.
 *
 * A page ends where they do not, and the next one, which begins there, tries again. If nothing comes then either, it goes
 * on beyond, so that nobody who scrolls is held up for ever: what is missing there is asked for again when somebody reads
 * from above. Synapse leaves it out at once.
 */
export async function readWithMissed(
  context: RoomsContext,
  view: RoomView,
  viewer: Viewer,
  stretch: Stretch,
): Promise<TimelinePage> {
  const { clock } = context;
  const begunAt = clock.now();
  let { from } = stretch;
  for (let round = 1; ; round += 1) {
    const page = await readTimeline(context, view.room, viewer, { ...stretch, from });
    const { gap } = page;
    if (gap === undefined || page.events.length === stretch.limit) return page;
    const patienceMs = page.events.length > 0 ? PATIENCE_MS : LONGEST_PATIENCE_MS;
    const leftMs = begunAt + patienceMs - clock.now();
    if (round <= MOST_ROUNDS && (await fetchMissed(context, view, gap, leftMs))) continue;
    if (page.events.length > 0 || page.next !== from) return page;
    from = stretch.direction === 'b' ? gap.floor : gap.position - 1;
  }
}

/**
 * Asks other servers for some of what is missing in a gap.
 *
 * @param leftMs how long the client still waits.
 * @returns whether there is more than before, or nothing missing.
 */
export async function fetchMissed(
  context: RoomsContext,
  { room, departure }: RoomView,
  gap: HistoryGap,
  leftMs: number,
): Promise<boolean> {
  const { clock, logger, otherServers } = context;
  if (otherServers === undefined || departure !== undefined || leftMs <= 0) return false;
  const fetching = untilComplete(context, room).then(() =>
    otherServers.fetchMissed(room.roomId, gap.eventNid),
  );
  // Who no longer waits leaves it to go on.
  const fetched = fetching.catch((error: unknown) => {
    logger.warn('missed events of a room could not be fetched', { roomId: room.roomId, error });
    return false;
  });
  const { promise: timeUp, resolve } = Promise.withResolvers<boolean>();
  const timer = clock.setTimeout(() => resolve(false), leftMs);
  try {
    return await Promise.race([fetched, timeUp]);
  } finally {
    timer.cancel();
  }
}
