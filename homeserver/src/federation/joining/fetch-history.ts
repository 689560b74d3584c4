import type { RoomId, ServerName } from '../../protocol/identifiers.ts';
import { addHistory, type OlderEvents, openEndsOf, type Room, serversIn } from '../../rooms/index.ts';
import { BEFORE_ALL, type StoredEvent } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { MissingEventsOfRoom } from '../receiver/missing-events.ts';

const EVENTS_AT_ONCE = 100;
const MOST_SERVERS = 3;
const TIME_LIMIT_MS = 20_000;

/** Gets what happened in rooms before this server was in them, once for all who ask at the same moment. */
export class Histories {
  readonly #fetching = new Map<RoomId, Promise<boolean>>();

  /** @returns whether there is more of the room's history now. */
  fetch(context: FederationContext, roomId: RoomId): Promise<boolean> {
    const fetching =
      this.#fetching.get(roomId) ??
      fetchHistory(context, roomId).finally(() => this.#fetching.delete(roomId));
    this.#fetching.set(roomId, fetching);
    return fetching;
  }
}

async function fetchHistory(context: FederationContext, roomId: RoomId): Promise<boolean> {
  const room = await context.rooms.registry.byId(roomId);
  if (room === undefined) return false;
  // What is missing between is fetched to where it belongs.
  const until = (await context.storage.historyGaps.firstFloor(room.nid)) ?? Number.MAX_SAFE_INTEGER;
  const { edges } = await openEndsOf(context.rooms, room, { after: BEFORE_ALL, until });
  if (edges.length === 0) return false;
  for (const server of await serversToAsk(context, room)) {
    if ((await backfillFrom(context, server, room, edges)) === 'more') return true;
  }
  return false;
}

/** What came of asking a server for older events: some, none that are not here, or nothing that can be used. */
export type Backfilled = 'more' | 'none' | 'failed';

/**
 * Gets events before some others from a server.
 *
 * Source: Server-Server API v1.19, "Backfilling".
 */
export async function backfillFrom(
  context: FederationContext,
  server: ServerName,
  room: Room,
  edges: readonly StoredEvent[],
  missingIn?: OlderEvents['missingIn'],
): Promise<Backfilled> {
  const { roomId } = room;
  try {
    const events = await askFor(context, server, room, edges);
    const { added, isKnown } = await addHistory({ ...context.rooms, signingKeys: context.keyring }, room, {
      events,
      stateBefore: (oldest) =>
        new MissingEventsOfRoom(context, room, server, oldest).stateBefore(roomId, oldest.eventId),
      ...(missingIn === undefined ? {} : { missingIn }),
    });
    if (added > 0) return 'more';
    return isKnown ? 'none' : 'failed';
  } catch (error) {
    if (!(error instanceof FederationError)) throw error;
    context.logger.info('a server did not give older events', { roomId, server, error });
    return 'failed';
  }
}

async function askFor(
  { client }: FederationContext,
  server: ServerName,
  { roomId }: Room,
  edges: readonly StoredEvent[],
): Promise<readonly unknown[]> {
  const from = edges.map(({ eventId }) => `v=${encodeURIComponent(eventId)}`).join('&');
  const { pdus } = await client.request({
    destination: server,
    method: 'GET',
    path: `/_matrix/federation/v1/backfill/${encodeURIComponent(roomId)}?${from}&limit=${EVENTS_AT_ONCE}`,
    timeLimitMs: TIME_LIMIT_MS,
    isUrgent: true,
  });
  if (!Array.isArray(pdus)) throw new FederationError(server, 'malformed', 'it lists no events');
  return pdus;
}

/**
 * The servers of a room that can be asked for what is not here: three at most.
 *
 * @param first those that should know.
 */
export async function serversToAsk(
  { destinations, policy, serverName }: FederationContext,
  room: Room,
  first: Iterable<ServerName> = [],
): Promise<ServerName[]> {
  const chosen: ServerName[] = [];
  for (const server of new Set([...first, ...serversIn(room)])) {
    if (chosen.length === MOST_SERVERS) break;
    if (server === serverName || !policy.isAllowed(server)) continue;
    if (await destinations.isReachable(server)) chosen.push(server);
  }
  return chosen;
}
