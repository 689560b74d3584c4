import type { StoredEvent } from '../../storage/index.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { type Room, stateKeyOf } from '../room.ts';
import { notInRoom } from '../room-access.ts';
import { departureOf } from './departure.ts';
import { isWorldReadable } from './history-visibility.ts';

/** A room as somebody may look at it. */
export interface RoomView {
  readonly room: Room;
  /** The event with which the viewer left: they see the room as it was then. Undefined: as it is now. */
  readonly departure: StoredEvent | undefined;
  readonly viewerNid: number;
}

/**
 * Opens a room to somebody who reads it.
 *
 * @throws MatrixError 403 `M_FORBIDDEN` for somebody to whom it is closed, and for a room that does not exist.
 */
export async function viewRoom(context: RoomsContext, roomId: string, viewer: Viewer): Promise<RoomView> {
  const view = await lookAtRoom(context, roomId, viewer);
  if (view !== undefined) return view;
  // Another process may have let them in.
  await context.storage.database.neighbours.caughtUp();
  const now = await lookAtRoom(context, roomId, viewer);
  if (now === undefined) throw notInRoom();
  return now;
}

/**
 * What somebody sees of a room: members see it as it is, and so does everybody if it is world-readable; who left, or
 * was banned, sees it as it was then, until they forget it. Undefined for everybody else.
 */
export async function lookAtRoom(
  context: RoomsContext,
  roomId: string,
  viewer: Viewer,
): Promise<RoomView | undefined> {
  const room = await context.registry.byId(roomId);
  if (room === undefined) return undefined;
  const isOpen = viewer.seesAll === true ? room.createEvent !== undefined : isWorldReadable(room);
  if (isOpen || room.membershipOf(viewer.userId) === 'join') {
    return { room, departure: undefined, viewerNid: viewer.userNid };
  }
  const departure = await departureOf(context, room, viewer.userId);
  const mine = await context.userRooms.of(viewer.userNid);
  if (departure === undefined || mine.get(room.nid)?.forgotten !== false) return undefined;
  return { room, departure, viewerNid: viewer.userNid };
}

/** The position up to which a viewer reads; undefined for no end. */
export async function endOfView(
  { storage }: RoomsContext,
  { room, departure, viewerNid }: RoomView,
): Promise<number | undefined> {
  if (departure === undefined) return undefined;
  return (await storage.log.positionOfMembership(departure.nid, room.nid, viewerNid)) ?? 0;
}

/** Every state event that the viewer sees, members included. */
export async function stateOfView(
  context: RoomsContext,
  { room, departure }: RoomView,
): Promise<StoredEvent[]> {
  if (departure !== undefined) return stateAfter(context, departure);
  const nids = [...room.members.values()].map((member) => member.eventNid);
  return [...room.state.values(), ...(await context.storage.events.getAll(nids))];
}

/** One state event of those that the viewer sees. */
export async function stateEventOfView(
  context: RoomsContext,
  { room, departure }: RoomView,
  type: string,
  stateKey: string,
): Promise<StoredEvent | undefined> {
  if (departure !== undefined) {
    const { pdu, snapshotNid } = departure;
    if (type === pdu.type && stateKey === pdu.state_key) return departure;
    return stateEventBefore(context, snapshotNid, type, stateKey);
  }
  if (type !== 'm.room.member') return room.state.get(stateKeyOf(type, stateKey));
  const member = room.members.get(stateKey);
  return member === undefined ? undefined : context.storage.events.get(member.eventNid);
}

/**
 * The state of a room right after an event.
 *
 * @param userIds of members: only these; all of them unless given.
 */
export async function stateAfter(
  context: RoomsContext,
  event: StoredEvent,
  userIds?: ReadonlySet<string>,
): Promise<StoredEvent[]> {
  const { storage } = context;
  const memberNid = userIds === undefined ? undefined : await storage.strings.find('m.room.member');
  const entries = await storage.states.entriesOf(event.snapshotNid, memberNid);
  const before = await storage.events.getAll(entries.map((entry) => entry.eventNid));
  const members = userIds === undefined ? [] : await membersAfter(context, event, userIds);
  const { type, state_key: stateKey } = event.pdu;
  if (stateKey === undefined || (userIds !== undefined && type === 'm.room.member'))
    return [...before, ...members];
  const others = before.filter(({ pdu }) => pdu.type !== type || pdu.state_key !== stateKey);
  return [...others, event, ...members];
}

/** The event that holds a type and state key in a snapshot. */
async function stateEventBefore(
  { storage }: RoomsContext,
  snapshotNid: number,
  type: string,
  stateKey: string,
): Promise<StoredEvent | undefined> {
  const nids = await storage.strings.findAll([type, stateKey]);
  const [typeNid, stateKeyNid] = [nids.get(type), nids.get(stateKey)];
  if (typeNid === undefined || stateKeyNid === undefined) return undefined;
  const nid = await storage.states.entryOf(snapshotNid, typeNid, stateKeyNid);
  return nid === undefined ? undefined : storage.events.get(nid);
}

/** The member events of some users in the state right after an event. */
export async function membersAfter(
  context: RoomsContext,
  event: StoredEvent,
  userIds: Iterable<string>,
): Promise<StoredEvent[]> {
  const members: StoredEvent[] = [];
  for (const userId of userIds) {
    const isOwn = event.pdu.type === 'm.room.member' && event.pdu.state_key === userId;
    const member = isOwn
      ? event
      : await stateEventBefore(context, event.snapshotNid, 'm.room.member', userId);
    if (member !== undefined) members.push(member);
  }
  return members;
}
