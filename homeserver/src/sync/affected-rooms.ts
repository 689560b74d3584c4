import { departureOf, type Room } from '../rooms/index.ts';
import type { Placed, RoomOfUser, StoredEvent } from '../storage/index.ts';
import { type Changes, NO_CHANGES, type RoomChanges } from './changes.ts';
import type { Frame, SyncContext } from './frame.ts';
import { mapInSlices } from './slices.ts';

/** A room that the viewer is joined to, as far as the response may speak of it. */
export interface JoinedEntry {
  readonly room: Room;
  readonly changes: RoomChanges;
  /** Shown from its beginning: in an initial sync, or since the viewer has come in. */
  readonly isNew: boolean;
}

/** A room that the viewer has left, rejected, or been thrown out of. */
export interface LeftEntry {
  readonly room: Room;
  readonly changes: RoomChanges;
  /** The event with which they left: they see nothing of the room beyond it. */
  readonly departure: Placed;
  /** Their membership now, which may be another one: somebody who has gone can be banned. */
  readonly newest: StoredEvent;
  /**
   * `member`: was joined at the beginning of the response, or before an initial sync; `guest`: came and went
   * meanwhile; `stranger`: was never in, and sees nothing but that.
   */
  readonly role: 'member' | 'guest' | 'stranger';
}

/** The rooms that a response may speak of, by what the viewer is in them. */
export interface AffectedRooms {
  readonly joined: readonly JoinedEntry[];
  readonly left: readonly LeftEntry[];
  readonly invited: readonly Room[];
  readonly knocked: readonly Room[];
}

/** A viewer's rooms as they were when the response began: later changes belong to the next one. */
export type Memberships = ReadonlyMap<number, RoomOfUser>;

/**
 * Sorts the rooms in which something has happened by what the viewer is in them.
 *
 * @param typing joined rooms where the list of those who type has changed.
 */
export async function affectedRooms(
  context: SyncContext,
  frame: Frame,
  changes: Changes,
  memberships: Memberships,
  typing: readonly RoomOfUser[],
): Promise<AffectedRooms> {
  const isInitial = frame.since === undefined;
  const found: Found = { joined: [], left: [], invited: [], knocked: [] };
  const nids = new Set([...changes.rooms.keys(), ...typing.map((room) => room.roomNid)]);
  for (const mine of isInitial || frame.fullState ? memberships.values() : []) {
    const isShown = isInitial ? !isPast(mine) || showsPast(frame, mine) : mine.membership === 'join';
    if (isShown) nids.add(mine.roomNid);
  }
  await mapInSlices([...nids], async (nid) => {
    const mine = memberships.get(nid);
    const room = await context.rooms.registry.byNid(nid);
    if (mine === undefined || room === undefined || !frame.filter.wantsRoom(room.roomId)) return;
    await sortIn(found, context, frame, { room, mine, changes: changes.rooms.get(nid) ?? NO_CHANGES });
  });
  return found;
}

interface Found {
  readonly joined: JoinedEntry[];
  readonly left: LeftEntry[];
  readonly invited: Room[];
  readonly knocked: Room[];
}

interface FoundRoom {
  readonly room: Room;
  /** The viewer's membership. */
  readonly mine: RoomOfUser;
  readonly changes: RoomChanges;
}

async function sortIn(found: Found, context: SyncContext, frame: Frame, affected: FoundRoom): Promise<void> {
  const { room, mine, changes } = affected;
  const isNews = frame.since === undefined || changes.ownMemberships.length > 0;
  if (mine.membership === 'join') found.joined.push(await joinedEntry(context, frame, affected));
  else if (!isNews) return;
  else if (mine.membership === 'invite') found.invited.push(room);
  else if (mine.membership === 'knock') found.knocked.push(room);
  else {
    const entry = await leftEntry(context, frame, affected);
    if (entry !== undefined) found.left.push(entry);
  }
}

function isPast({ membership }: RoomOfUser): boolean {
  return membership === 'leave' || membership === 'ban';
}

function showsPast({ filter }: Frame, { forgotten }: RoomOfUser): boolean {
  return filter.includeLeave && !forgotten;
}

async function joinedEntry(
  context: SyncContext,
  { since }: Frame,
  { room, changes }: FoundRoom,
): Promise<JoinedEntry> {
  const own = await ownMemberships(context, changes);
  return { room, changes, isNew: since === undefined || (own.now.length > 0 && own.before !== 'join') };
}

async function leftEntry(
  context: SyncContext,
  { viewer, since }: Frame,
  { room, mine, changes }: FoundRoom,
): Promise<LeftEntry | undefined> {
  const { log, events } = context.rooms.storage;
  const newest = await events.get(mine.eventNid);
  if (newest === undefined) return undefined;
  if (since === undefined) {
    // A room that was left without having been in it (a rejected invite) is nothing to look back at.
    const departure = await departureOf(context.rooms, room, viewer.userId);
    const position = departure === undefined ? undefined : await log.positionOf(departure.nid);
    if (departure === undefined || position === undefined) return undefined;
    return { room, changes, departure: { nid: departure.nid, position }, newest, role: 'member' };
  }
  const own = await ownMemberships(context, changes);
  const lastJoin = own.now.lastIndexOf('join');
  const departure = changes.ownMemberships[lastJoin + 1];
  if (departure === undefined) return undefined;
  const role = own.before === 'join' ? 'member' : lastJoin >= 0 ? 'guest' : 'stranger';
  return { room, changes, departure, newest, role };
}

/** The viewer's memberships that are news, and the one before them. */
async function ownMemberships(
  { rooms: { storage } }: SyncContext,
  changes: RoomChanges,
): Promise<{ before: unknown; now: unknown[] }> {
  const now = await storage.events.getAll(changes.ownMemberships.map((placed) => placed.nid));
  const replaced = now[0]?.replacesNid;
  const before = typeof replaced === 'number' ? await storage.events.get(replaced) : undefined;
  return {
    before: before?.pdu.content.membership,
    now: now.map((event) => event.pdu.content.membership),
  };
}
