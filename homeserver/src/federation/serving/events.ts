import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam, notFound } from '../../protocol/errors.ts';
import { type EventId, isEventId, type RoomId, type ServerName } from '../../protocol/identifiers.ts';
import { authChainOf, eventsForServers } from '../../rooms/index.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';
import {
  eventOfRoom,
  eventsOfRoom,
  requireReader,
  roomOfReader,
  type ServingContext,
  tellEvents,
} from './reader.ts';

/** How many events are told at once. */
const MOST_BACKFILLED = 100;
/** As Synapse. */
const MOST_MISSING = 20;
const DEFAULT_MISSING = 10;
/** How many events a server may name: a room has no more extremities that matter. */
const MOST_NAMED = 100;

/**
 * One event.
 *
 * Source: Server-Server API v1.19, `GET /event/{eventId}`.
 * @throws MatrixError 404 `M_NOT_FOUND` for one that is not here, 403 `M_FORBIDDEN` for a room that the server is not in.
 */
export async function serveEvent(
  context: ServingContext,
  server: ServerName,
  eventId: EventId,
): Promise<JsonObject> {
  const { storage, registry } = context.rooms;
  const event = await storage.events.getById(eventId);
  const room =
    event === undefined || event.status === EventStatus.Rejected
      ? undefined
      : await registry.byNid(event.roomNid);
  if (event === undefined || room === undefined) throw notFound(`There is no event ${eventId} here`);
  requireReader(room, server);
  const [told] = await tellEvents(context, room, [event], server);
  if (told === undefined) throw notFound(`There is no event ${eventId} here`);
  return told;
}

/**
 * The events that an event is based on, along `auth_events`, without itself.
 *
 * Source: Server-Server API v1.19, `GET /event_auth/{roomId}/{eventId}`.
 * @throws MatrixError as `roomOfReader` and `eventOfRoom`.
 */
export async function serveEventAuth(
  context: ServingContext,
  server: ServerName,
  roomId: RoomId,
  eventId: EventId,
): Promise<JsonObject[]> {
  const room = await roomOfReader(context, roomId, server);
  const event = await eventOfRoom(context, room, eventId);
  return eventsForServers(context.rooms, room, await authChainOf(context.rooms, [event]));
}

/**
 * What happened before some events of a room, and these themselves: the newest first.
 *
 * Source: Server-Server API v1.19, `GET /backfill/{roomId}`.
 * @param limit a hundred at most.
 * @throws MatrixError as `roomOfReader`; 400 `M_INVALID_PARAM` for what is no event ID.
 */
export async function serveBackfill(
  context: ServingContext,
  server: ServerName,
  roomId: RoomId,
  { from, limit }: { readonly from: readonly EventId[]; readonly limit: number },
): Promise<JsonObject[]> {
  checkNamed(from);
  const room = await roomOfReader(context, roomId, server);
  const most = Math.min(limit, MOST_BACKFILLED);
  const seen = new Set(from);
  const waiting = await eventsOfRoom(context, room, from);
  const found: StoredEvent[] = [];
  while (found.length < most) {
    const next = takeDeepest(waiting);
    if (next === undefined) break;
    found.push(next);
    const before = next.pdu.prev_events.filter((eventId) => !seen.has(eventId));
    for (const eventId of before) seen.add(eventId);
    if (before.length > 0) waiting.push(...(await eventsOfRoom(context, room, before)));
  }
  return tellEvents(context, room, found, server);
}

function takeDeepest(waiting: StoredEvent[]): StoredEvent | undefined {
  let deepest = 0;
  for (const [index, { pdu, nid }] of waiting.entries()) {
    const best = waiting[deepest];
    const isDeeper = best === undefined || pdu.depth > best.pdu.depth;
    if (isDeeper || (pdu.depth === best.pdu.depth && nid > best.nid)) deepest = index;
  }
  const [taken] = waiting.splice(deepest, 1);
  return taken;
}

/** What a server is missing between events that it has and newer ones. */
export interface MissingRequest {
  readonly earliest: readonly EventId[];
  readonly latest: readonly EventId[];
  /** Ten unless given, twenty at most. */
  readonly limit?: number | undefined;
  readonly minDepth?: number | undefined;
}

/**
 * The events of a room before some that a server has got, up to those that it had: the oldest first.
 *
 * Source: Server-Server API v1.19, `POST /get_missing_events/{roomId}`; the order is Synapse's.
 * @throws MatrixError as `roomOfReader`; 400 `M_INVALID_PARAM` for what is no event ID.
 */
export async function serveMissingEvents(
  context: ServingContext,
  server: ServerName,
  roomId: RoomId,
  { earliest, latest, limit = DEFAULT_MISSING, minDepth = 0 }: MissingRequest,
): Promise<JsonObject[]> {
  checkNamed([...earliest, ...latest]);
  const room = await roomOfReader(context, roomId, server);
  const most = Math.max(0, Math.min(limit, MOST_MISSING));
  const seen = new Set([...earliest, ...latest]);
  const found: StoredEvent[] = [];
  for (let from = await eventsOfRoom(context, room, latest); from.length > 0 && found.length < most; ) {
    const before = new Set(from.flatMap(({ pdu }) => pdu.prev_events).filter((id) => !seen.has(id)));
    for (const eventId of before) seen.add(eventId);
    const events = await eventsOfRoom(context, room, [...before]);
    from = events.filter(({ pdu }) => pdu.depth >= minDepth).slice(0, most - found.length);
    found.push(...from);
  }
  return tellEvents(context, room, found.reverse(), server);
}

function checkNamed(eventIds: readonly string[]): void {
  if (eventIds.length > MOST_NAMED) throw invalidParam(`At most ${MOST_NAMED} events may be named`);
  const wrong = eventIds.find((eventId) => !isEventId(eventId));
  if (wrong !== undefined) throw invalidParam(`${wrong} is not an event ID`);
}
