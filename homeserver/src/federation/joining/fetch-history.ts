import type { RoomId, ServerName } from '../../protocol/identifiers.ts';
import { addHistory, hasPlace, type Room, serversIn } from '../../rooms/index.ts';
import { BEFORE_ALL, EventStatus, type StoredEvent } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { MissingEventsOfRoom } from '../receiver/missing-events.ts';

const EVENTS_AT_ONCE = 100;
/** How many of the oldest events are looked at for what they follow. */
const MOST_EDGES = 20;
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

/** Source: Server-Server API v1.19, "Backfilling". */
async function fetchHistory(context: FederationContext, roomId: RoomId): Promise<boolean> {
  const room = await context.rooms.registry.byId(roomId);
  if (room === undefined) return false;
  const edges = await openEdges(context, room);
  const [edge] = edges;
  if (edge === undefined) return false;
  for (const server of await serversToAsk(context, room)) {
    try {
      const events = await askFor(context, server, room, edges);
      const added = await addHistory({ ...context.rooms, signingKeys: context.keyring }, room, {
        events,
        stateBefore: (oldest) =>
          new MissingEventsOfRoom(context, room, server, oldest).stateBefore(roomId, oldest.eventId),
      });
      if (added > 0) return true;
    } catch (error) {
      if (!(error instanceof FederationError)) throw error;
      context.logger.info('a server did not give older events', { roomId, server, error });
    }
  }
  return false;
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

/** The oldest events that are here of a room's history and follow some that are not. */
async function openEdges({ storage }: FederationContext, room: Room): Promise<StoredEvent[]> {
  const places = await storage.log.forward(room.nid, BEFORE_ALL, Number.MAX_SAFE_INTEGER, MOST_EDGES);
  const events = await storage.events.getAll(places.map(({ nid }) => nid));
  const placed = events.filter(hasPlace);
  const before = await storage.events.getAllById(placed.flatMap(({ pdu }) => pdu.prev_events));
  return placed.filter(({ pdu }) =>
    pdu.prev_events.some((eventId) => {
      const previous = before.get(eventId);
      return previous === undefined || previous.status === EventStatus.Outlier;
    }),
  );
}

/** The servers of a room that can be asked for what is not here: three at most. */
export async function serversToAsk(
  { destinations, policy, serverName }: FederationContext,
  room: Room,
): Promise<ServerName[]> {
  const chosen: ServerName[] = [];
  for (const server of serversIn(room)) {
    if (chosen.length === MOST_SERVERS) break;
    if (server === serverName || !policy.isAllowed(server)) continue;
    if (await destinations.isReachable(server)) chosen.push(server);
  }
  return chosen;
}
