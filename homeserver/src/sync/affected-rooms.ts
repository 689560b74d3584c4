import { departureOf, type Room } from '../rooms/index.ts';
import type { Placed, RoomOfUser, StateMove, StoredEvent } from '../storage/index.ts';
import { absentState } from './absent-state.ts';
import { type Changes, NO_CHANGES, type OwnChange, type RoomChanges } from './changes.ts';
import type { Frame, SyncContext } from './frame.ts';
import { mapInSlices } from './slices.ts';
import { holderAt } from './state-history.ts';

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
  /** The event with which they left, and from when on it held: they see nothing of the room beyond that. */
  readonly departure: Placed;
  /** Their membership now, which may be another one: somebody who has gone can be banned. It may be an empty one. */
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
    if (room === undefined || !frame.filter.wantsRoom(room.roomId)) return;
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
  /** The viewer's membership; undefined for one that is gone. */
  readonly mine: RoomOfUser | undefined;
  readonly changes: RoomChanges;
}

async function sortIn(found: Found, context: SyncContext, frame: Frame, affected: FoundRoom): Promise<void> {
  const { room, mine, changes } = affected;
  const isNews = frame.since === undefined || changes.ownMemberships.length > 0;
  if (mine?.membership === 'join') {
    // Clients that want every member hear of a room once all are known, as from Synapse.
    if (room.isPartial && !frame.filter.lazyMembers) return;
    found.joined.push(await joinedEntry(context, frame, affected));
  } else if (!isNews) return;
  else if (mine?.membership === 'invite') found.invited.push(room);
  else if (mine?.membership === 'knock') found.knocked.push(room);
  else {
    const entry = await leftEntry(context, frame, affected);
    if (entry !== undefined) found.left.push(entry);
  }
}

function isPast({ membership }: RoomOfUser): boolean {
  return membership === 'leave' || membership === 'ban';
}

function showsPast({ filter, beginsAgain }: Frame, { forgotten }: RoomOfUser): boolean {
  // Who begins again may think to be in it.
  return (filter.includeLeave || beginsAgain) && !forgotten;
}

async function joinedEntry(
  context: SyncContext,
  { viewer, since, filter }: Frame,
  { room, changes }: FoundRoom,
): Promise<JoinedEntry> {
  const own = await ownMemberships(context, viewer, changes);
  const wasIn = own.now.length === 0 || membershipOf(own.before) === 'join';
  const wasHidden = isCompletion(changes) && !filter.lazyMembers;
  return { room, changes, isNew: since === undefined || !wasIn || wasHidden };
}

async function leftEntry(
  context: SyncContext,
  { viewer, since }: Frame,
  { room, mine, changes }: FoundRoom,
): Promise<LeftEntry | undefined> {
  if (since === undefined) return mine && pastEntry(context, viewer, { room, mine, changes });
  const own = await ownMemberships(context, viewer, changes);
  const lastJoin = own.now.findLastIndex(({ event }) => membershipOf(event) === 'join');
  const departure = own.now[lastJoin + 1];
  const newest = mine && (await context.rooms.storage.events.get(mine.eventNid));
  // A membership that is gone has no event that tells of it.
  const shown = newest ?? (own.before && absentState(own.before));
  if (departure === undefined || shown === undefined) return undefined;
  const wasIn = membershipOf(own.before) === 'join';
  const role = wasIn ? 'member' : lastJoin >= 0 ? 'guest' : 'stranger';
  const { position, event } = departure;
  return { room, changes, departure: { position, nid: event?.nid ?? 0 }, newest: shown, role };
}

/** A room that was left before an initial sync. */
async function pastEntry(
  context: SyncContext,
  { userId, userNid }: Frame['viewer'],
  { room, mine, changes }: FoundRoom & { readonly mine: RoomOfUser },
): Promise<LeftEntry | undefined> {
  const { log, events } = context.rooms.storage;
  const newest = await events.get(mine.eventNid);
  // A room that was left without having been in it (a rejected invite) is nothing to look back at.
  const departure = await departureOf(context.rooms, room, userId);
  if (newest === undefined || departure === undefined) return undefined;
  const position = await log.positionOfMembership(departure.nid, room.nid, userNid);
  if (position === undefined) return undefined;
  return { room, changes, departure: { nid: departure.nid, position }, newest, role: 'member' };
}

/** A membership of the viewer's, and from when on it held. */
interface OwnMembership {
  readonly position: number;
  /** Undefined if they had none from then on. */
  readonly event: StoredEvent | undefined;
}

/** The viewer's memberships that are news, and the one before them. */
async function ownMemberships(
  context: SyncContext,
  viewer: Frame['viewer'],
  { ownMemberships: own, stateMoves }: RoomChanges,
): Promise<{ before: StoredEvent | undefined; now: OwnMembership[] }> {
  const { events } = context.rooms.storage;
  const memberIn = async (snapshotNid: number) => {
    const point = { snapshotNid, top: undefined };
    const nid = await holderAt(context, point, 'm.room.member', viewer.userId);
    return nid === undefined ? undefined : events.get(nid);
  };
  const now: OwnMembership[] = [];
  for (const change of own) {
    const event = isMove(change) ? await memberIn(change.after) : await events.get(change.nid);
    now.push({ position: change.position, event });
  }
  const [first] = own;
  if (first === undefined) return { before: undefined, now };
  const move = isMove(first) ? first : stateMoves.find(({ cause }) => cause === first.nid);
  if (move !== undefined) return { before: await memberIn(move.before), now };
  const replaced = now[0]?.event?.replacesNid;
  return { before: typeof replaced === 'number' ? await events.get(replaced) : undefined, now };
}

/** Whether a room's partial state was completed: no event is the cause. */
export function isCompletion({ stateMoves }: Pick<RoomChanges, 'stateMoves'>): boolean {
  return stateMoves.some(({ cause }) => cause === undefined);
}

function isMove(change: OwnChange): change is StateMove {
  return 'after' in change;
}

function membershipOf(event: StoredEvent | undefined): unknown {
  return event?.pdu.content.membership;
}
