import type { JsonObject } from '../../protocol/canonical-json.ts';
import { domainOf, type ServerName } from '../../protocol/identifiers.ts';
import { stickyUntil } from '../../protocol/sticky.ts';
import { ENTERED, eventsForServers, HANDED_OVER, hasPlace } from '../../rooms/index.ts';
import {
  EventStatus,
  LogKind,
  type LogRow,
  type OutgoingRoom,
  type StoredEvent,
  type UnitOfWork,
} from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import type { ServersInRooms } from './servers-in-rooms.ts';

/** How many rows of a room are looked at for one transaction. */
const LOOKED_AT_ONCE = 200;

/**
 * Notes, in a unit, which servers have to get the events of some rows of the log: those that were in the room at the
 * event, and whoever was invited and is no more, or had knocked. A server that comes into a room gets what sticks there.
 *
 * @returns these servers.
 */
export async function noteOutgoing(
  context: FederationContext,
  servers: ServersInRooms,
  rows: readonly LogRow[],
  unit: UnitOfWork,
): Promise<Set<ServerName>> {
  const noted = new Map<ServerName, Map<number, OutgoingRoom>>();
  for (const row of rows) {
    const roomNid = row.kind === LogKind.RoomGone ? row.ref : row.room;
    if (roomNid === undefined) continue;
    if (row.kind === LogKind.StateMove || row.kind === LogKind.RoomGone) servers.forget(roomNid);
    if (row.kind !== LogKind.Event) continue;
    for (const [server, from] of await destinationsOf(context, servers, row, roomNid)) {
      const rooms = noted.get(server) ?? new Map<number, OutgoingRoom>();
      noted.set(server, rooms);
      const first = Math.min(rooms.get(roomNid)?.first ?? from, from);
      rooms.set(roomNid, { roomNid, first, last: row.position });
    }
  }
  for (const [server, rooms] of noted) {
    for (const room of rooms.values()) context.storage.outgoing.noteEvents(unit, server, room);
  }
  return new Set(noted.keys());
}

/** @returns who has to get something because of an event, and from which position on. */
async function destinationsOf(
  context: FederationContext,
  servers: ServersInRooms,
  row: LogRow,
  roomNid: number,
): Promise<(readonly [ServerName, number])[]> {
  const { rooms, storage, serverName, policy } = context;
  const room = await rooms.registry.byNid(roomNid);
  const event = row.ref === undefined ? undefined : await storage.events.get(row.ref);
  if (room === undefined || event === undefined || !hasPlace(event)) return [];
  const isOurs = isOutgoing(event, row, serverName);
  const comingServer = serverOfJoin(event);
  const before =
    isOurs || comingServer !== undefined ? await servers.before(room, event) : new Set<ServerName>();
  await servers.follow(roomNid, event);
  const found = new Map<ServerName, number>();
  if (isOurs) {
    for (const server of before) found.set(server, row.position);
    const uninvited = uninvitedServer(event);
    if (uninvited !== undefined) found.set(uninvited, row.position);
    found.delete(domainOf(event.pdu.sender));
  }
  if (comingServer !== undefined && comingServer !== serverName && !before.has(comingServer)) {
    const sticking = await firstSticking(context, roomNid, row.position);
    if (sticking !== undefined) found.set(comingServer, sticking);
  }
  found.delete(serverName);
  return [...found].filter(([server]) => policy.isAllowed(server));
}

/** The server whose user an event brings into a room. */
function serverOfJoin({ pdu }: StoredEvent): ServerName | undefined {
  const isJoin = pdu.type === 'm.room.member' && pdu.content.membership === 'join';
  return isJoin ? domainOf(pdu.state_key ?? '') : undefined;
}

/**
 * Where the oldest of this server's events is that stick in a room.
 *
 * Source: MSC4354, by which each server gives what sticks of its users to the servers that come.
 */
async function firstSticking(
  { clock, storage, serverName }: FederationContext,
  roomNid: number,
  until: number,
): Promise<number | undefined> {
  const places = await storage.stickyEvents.ofRoom(roomNid, { after: 0, until, now: clock.now() });
  const events = await storage.events.getAll(places.map(({ nid }) => nid));
  const ours = new Set(events.filter(({ pdu }) => domainOf(pdu.sender) === serverName).map(({ nid }) => nid));
  return places.find(({ nid }) => ours.has(nid))?.position;
}

/** Whether other servers get an event from here: it was made here, or given to this server for them. */
function isOutgoing(event: StoredEvent, { key }: LogRow, serverName: ServerName): boolean {
  if (event.status !== EventStatus.Accepted) return false;
  return key === HANDED_OVER || (domainOf(event.pdu.sender) === serverName && key !== ENTERED);
}

/** The server of somebody who is not in the room, and whose invite or knock an event may end. */
function uninvitedServer({ pdu }: StoredEvent): ServerName | undefined {
  const { membership } = pdu.content;
  const isEnd = pdu.type === 'm.room.member' && (membership === 'leave' || membership === 'ban');
  return isEnd ? domainOf(pdu.state_key ?? '') : undefined;
}

/** Some of the events of a room for a server, and from where on there may be more. */
export interface OutgoingEvents {
  readonly pdus: readonly JsonObject[];
  readonly next: number;
}

/** Reads the first events of a room that a server has to get, as they are sent; at most `limit` of them. */
export async function readOutgoing(
  { clock, rooms, storage, serverName }: FederationContext,
  servers: ServersInRooms,
  server: ServerName,
  { roomNid, first, last }: OutgoingRoom,
  limit: number,
): Promise<OutgoingEvents> {
  const room = await rooms.registry.byNid(roomNid);
  if (room === undefined) return { pdus: [], next: last + 1 };
  const rows = await storage.log.eventsFrom(roomNid, first, last, LOOKED_AT_ONCE);
  const events = new Map((await storage.events.getAll(refsOf(rows))).map((event) => [event.nid, event]));
  const since = await servers.inSince(room, server);
  const isInRoom = since < Infinity;
  const now = clock.now();
  const chosen: StoredEvent[] = [];
  let next = rows.length < LOOKED_AT_ONCE ? last + 1 : (rows.at(-1)?.position ?? last) + 1;
  for (const row of rows) {
    const event = events.get(row.ref ?? 0);
    if (event === undefined || !hasPlace(event) || !isOutgoing(event, row, serverName)) continue;
    if (domainOf(event.pdu.sender) === server) continue;
    const isFor =
      row.position > since ||
      (isInRoom && sticks(event, now)) ||
      uninvitedServer(event) === server ||
      (await servers.wasIn(event, server));
    if (!isFor) continue;
    if (chosen.length === limit) {
      next = row.position;
      break;
    }
    chosen.push(event);
  }
  return { pdus: await eventsForServers(rooms, room, chosen), next };
}

function sticks({ pdu, redactedBy }: StoredEvent, now: number): boolean {
  return redactedBy === null && (stickyUntil(pdu, pdu.origin_server_ts) ?? 0) > now;
}

function refsOf(rows: readonly LogRow[]): number[] {
  return rows.flatMap(({ ref }) => (ref === undefined ? [] : [ref]));
}
