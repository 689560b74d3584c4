import { domainOf, type RoomId } from '../../protocol/identifiers.ts';
import { openEndsOf, type Room } from '../../rooms/index.ts';
import { ExpectationFailed, type HistoryGap, UnitOfWork } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import { backfillFrom, serversToAsk } from './fetch-history.ts';

/** How soon it is tried again where nothing came: twice as late each time. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Gets what is missing between events of rooms, once for all who ask at the same moment. */
export class MissedHistories {
  /** By the event before which something is missing. */
  readonly #fetching = new Map<number, Promise<boolean>>();

  /** @returns whether there is more now, or nothing missing. */
  fetch(context: FederationContext, roomId: RoomId, eventNid: number): Promise<boolean> {
    const fetching =
      this.#fetching.get(eventNid) ??
      fetchMissed(context, roomId, eventNid).finally(() => this.#fetching.delete(eventNid));
    this.#fetching.set(eventNid, fetching);
    return fetching;
  }
}

async function fetchMissed(context: FederationContext, roomId: RoomId, eventNid: number): Promise<boolean> {
  const { clock, rooms, storage } = context;
  const room = await rooms.registry.byId(roomId);
  const gap = await storage.historyGaps.before(eventNid);
  if (room === undefined || gap === undefined) return gap === undefined;
  if (clock.now() < gap.retryTs) return false;
  try {
    const outcome = await askInTurn(context, room, gap);
    await note(context, gap, outcome);
    return outcome !== 'failed';
  } catch (error) {
    // Another process has asked as well.
    if (error instanceof ExpectationFailed) return true;
    throw error;
  }
}

/** `whole`: nothing is missing; `unknown`: nobody has it. */
type Outcome = 'more' | 'whole' | 'unknown' | 'failed';

async function askInTurn(context: FederationContext, room: Room, gap: HistoryGap): Promise<Outcome> {
  const part = { after: gap.position - 1, until: gap.top };
  const { edges, missing } = await openEndsOf(context.rooms, room, part);
  if (missing.size === 0) return 'whole';
  const isFull = gap.position - gap.floor === 1;
  if (isFull) return 'unknown';
  const senders = new Set(edges.map(({ pdu }) => domainOf(pdu.sender)));
  senders.delete(context.serverName);
  const silent = new Set(senders);
  const servers = await serversToAsk(context, room, senders);
  let outcome: Outcome = servers.length === 0 ? 'failed' : 'unknown';
  for (const server of servers) {
    const came = await backfillFrom(context, server, room, edges, { gap, eventIds: missing });
    if (came === 'more') return 'more';
    if (came === 'none') silent.delete(server);
    else outcome = 'failed';
  }
  // Who has sent what follows should know what was before it.
  return silent.size > 0 ? 'failed' : outcome;
}

async function note(
  { clock, logger, storage }: FederationContext,
  gap: HistoryGap,
  outcome: Outcome,
): Promise<void> {
  if (outcome === 'more') return;
  const unit = new UnitOfWork();
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** gap.failures, LONGEST_PAUSE_MS);
  if (outcome === 'whole') storage.historyGaps.close(unit, gap);
  else if (outcome === 'unknown') storage.historyGaps.giveUp(unit, gap);
  else storage.historyGaps.noteFailure(unit, gap, clock.now() + pauseMs);
  await storage.database.commit(unit);
  logger.info('events that are missing in a room were asked for', { room: gap.roomNid, outcome });
}
