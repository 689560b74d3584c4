import { domainOf, type ServerName } from '../../protocol/identifiers.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { VISIBILITIES, visibilityIn, wasAlwaysShared } from './history-visibility.ts';

/** Whether somebody of a server is in the room. */
export function isServerJoined(room: Pick<Room, 'members'>, server: ServerName): boolean {
  for (const [userId, { membership }] of room.members) {
    if (membership === 'join' && domainOf(userId) === server) return true;
  }
  return false;
}

/**
 * Those of a room's events, by number, that a server in the room may not see, and gets redacted: what happened before
 * anybody of it came in, where the room keeps its history to who was there, and what was said by people who wanted to be
 * forgotten.
 *
 * Source: Server-Server API v1.19, "Retrieving events"; Client-Server API, "Room history visibility"; Synapse for people
 * who are forgotten and for outliers: state is told, as servers need it, other events are not.
 */
export async function hiddenFromServer(
  context: RoomsContext,
  room: Room,
  events: readonly StoredEvent[],
  server: ServerName,
): Promise<Set<number>> {
  const hidden = new Set<number>();
  const erased = await context.storage.users.erased();
  const sight = wasAlwaysShared(room) ? undefined : await openSight(context, room, server);
  for (const event of events) {
    const { pdu, status } = event;
    if (erased.has(pdu.sender)) hidden.add(event.nid);
    else if (status === EventStatus.Outlier) {
      if (pdu.state_key === undefined) hidden.add(event.nid);
    } else if (sight !== undefined && !(await sight(event))) hidden.add(event.nid);
  }
  return hidden;
}

type Sight = (event: StoredEvent) => Promise<boolean>;

/** Tells what a server may see of a room; remembers what it looked up, since most events share their state. */
async function openSight({ storage }: RoomsContext, room: Room, server: ServerName): Promise<Sight> {
  const nids = await storage.strings.findAll(['m.room.history_visibility', 'm.room.member', '']);
  const visibilityNid = nids.get('m.room.history_visibility') ?? 0;
  const memberNid = nids.get('m.room.member') ?? 0;
  const people = new Set<number>();
  for (const [userId, { userNid }] of room.members) if (domainOf(userId) === server) people.add(userNid);

  /** The narrowest visibility, by its place in the list, in which the server sees what happens in this state. */
  async function narrowestSeen(snapshotNid: number): Promise<number> {
    const entries = await storage.states.entriesOf(snapshotNid);
    const own = entries.filter(
      ({ typeNid, stateKeyNid }) => typeNid === memberNid && people.has(stateKeyNid),
    );
    const members = await storage.events.getAll(own.map(({ eventNid }) => eventNid));
    const memberships = new Set(members.map(({ pdu }) => pdu.content.membership));
    if (memberships.has('join')) return VISIBILITIES.indexOf('joined');
    return VISIBILITIES.indexOf(memberships.has('invite') ? 'invited' : 'shared');
  }

  async function isSeenAt(snapshotNid: number): Promise<boolean> {
    const nid = await storage.states.entryOf(snapshotNid, visibilityNid, nids.get('') ?? 0);
    const event = nid === undefined ? undefined : await storage.events.get(nid);
    const visibility = VISIBILITIES.indexOf(visibilityIn(event?.pdu));
    if (visibility <= VISIBILITIES.indexOf('shared')) return true;
    return visibility <= (await narrowestSeen(snapshotNid));
  }

  const seenAt = new Map<number, boolean>();
  return async ({ pdu, snapshotNid }) => {
    const isOwnMember = pdu.type === 'm.room.member' && domainOf(pdu.state_key ?? '') === server;
    if (isOwnMember) return true;
    const known = seenAt.get(snapshotNid) ?? (await isSeenAt(snapshotNid));
    seenAt.set(snapshotNid, known);
    return known;
  };
}
