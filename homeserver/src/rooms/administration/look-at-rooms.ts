import type { JsonObject } from '../../protocol/canonical-json.ts';
import { notFound } from '../../protocol/errors.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { EventStatus, type ListedRoom, type RoomOrder } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { existingRoom } from '../room-access.ts';
import { describeChangedRooms, detailsOf, textOf } from './describe-rooms.ts';

/** A room as admins see it, in Synapse's form. */
export interface AdministeredRoom {
  readonly room_id: string;
  readonly name: string | null;
  readonly canonical_alias: string | null;
  readonly joined_members: number;
  readonly joined_local_members: number;
  readonly version: string;
  readonly creator: string;
  readonly encryption: string | null;
  readonly federatable: boolean;
  readonly public: boolean;
  readonly join_rules: string | null;
  readonly guest_access: string | null;
  readonly history_visibility: string | null;
  readonly state_events: number;
  readonly room_type: string | null;
}

/** A room with what a list leaves out. */
export interface AdministeredRoomInFull extends AdministeredRoom {
  readonly avatar: string | null;
  readonly topic: string | null;
  readonly joined_local_devices: number;
  readonly forgotten: boolean;
  readonly tombstoned: boolean;
  readonly replacement_room: string | null;
}

const LARGEST_ROOMS = 10;

/** Which rooms, and which page of them. */
export interface RoomListRequest {
  /** Part of the name or the alias, or the ID. */
  readonly term: string;
  readonly isPublic: boolean | undefined;
  readonly isEmpty: boolean | undefined;
  readonly order: RoomOrder;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/**
 * A page of the rooms of this server, and how many there are in all.
 *
 * Source: Synapse's admin API, "List Room API".
 */
export async function listRoomsForAdmins(
  context: RoomsContext,
  { term, isPublic, isEmpty, ...page }: RoomListRequest,
): Promise<{ readonly rooms: AdministeredRoom[]; readonly total: number }> {
  await describeChangedRooms(context);
  const filter = { term, listed: asFilter(isPublic), empty: asFilter(isEmpty) };
  const { rooms, total } = await context.storage.roomDetails.list(filter, page);
  return { rooms: rooms.map(presentRoom), total };
}

/**
 * A room of this server.
 *
 * Source: Synapse's admin API, "Room Details API".
 * @throws MatrixError 404 `M_NOT_FOUND`.
 */
export async function getRoomForAdmins(
  context: RoomsContext,
  roomId: string,
): Promise<AdministeredRoomInFull> {
  const room = await existingRoom(context, roomId);
  const tombstone = room.content('m.room.tombstone');
  const local = [...room.members].filter(([userId]) => domainOf(userId) === context.serverName);
  const { devices } = context.storage;
  return {
    ...presentRoom({
      ...detailsOf(room),
      roomId: room.roomId,
      version: room.rules.version,
      roomType: room.roomType,
      listed: room.listed ? 1 : 0,
    }),
    avatar: textOf(room, 'm.room.avatar', 'url'),
    topic: textOf(room, 'm.room.topic', 'topic'),
    joined_local_devices: await devices.countOf([...room.localJoined]),
    forgotten: await isForgotten(
      context,
      room,
      local.map(([, { userNid }]) => userNid),
    ),
    tombstoned: tombstone !== undefined,
    replacement_room: typeof tombstone?.replacement_room === 'string' ? tombstone.replacement_room : null,
  };
}

/** As Synapse: whether everybody of this server who ever was in the room has forgotten it. */
async function isForgotten(
  { userRooms }: RoomsContext,
  room: Room,
  userNids: readonly number[],
): Promise<boolean> {
  for (const userNid of userNids) {
    if ((await userRooms.of(userNid)).get(room.nid)?.forgotten !== true) return false;
  }
  return true;
}

/** Who is joined to a room. @throws MatrixError 404 `M_NOT_FOUND`. */
export async function getMembersForAdmins(context: RoomsContext, roomId: string): Promise<string[]> {
  const { members } = await existingRoom(context, roomId);
  return [...members].flatMap(([userId, { membership }]) => (membership === 'join' ? [userId] : []));
}

/** Every state event of a room. @throws MatrixError 404 `M_NOT_FOUND`. */
export async function getStateForAdmins(
  context: RoomsContext,
  roomId: string,
  viewer: Viewer,
): Promise<JsonObject[]> {
  const room = await existingRoom(context, roomId);
  const nids = [...room.members.values()].map(({ eventNid }) => eventNid);
  const members = await context.storage.events.getAll(nids);
  return presentEvents(context, room, [...room.state.values(), ...members], viewer, []);
}

/**
 * An event as it is stored.
 *
 * Source: Synapse's admin API, "Fetch Event API".
 * @throws MatrixError 404 `M_NOT_FOUND`.
 */
export async function getStoredEvent({ storage, clock }: RoomsContext, eventId: string): Promise<JsonObject> {
  const event = await storage.events.getById(eventId);
  if (event === undefined) throw notFound('There is no such event here');
  const { roomNid, pdu, status, redactedBy } = event;
  const roomId = (await storage.rooms.idsOf([roomNid])).get(roomNid) ?? '';
  const redaction = redactedBy === null ? undefined : await storage.events.get(redactedBy);
  return {
    ...(pdu as unknown as JsonObject),
    event_id: eventId,
    room_id: roomId,
    unsigned: {
      age_ts: pdu.origin_server_ts,
      age: clock.now() - pdu.origin_server_ts,
      'io.element.synapse.soft_failed': status === EventStatus.SoftFailed,
      ...(redaction === undefined ? {} : { redacted_by: redaction.eventId }),
    },
  };
}

/** The rooms that take the most place, and about how many bytes. As Synapse, the ten largest. */
export async function largestRooms({
  storage,
}: RoomsContext): Promise<{ readonly room_id: string; readonly estimated_size: number }[]> {
  const rooms = await storage.roomDetails.largest(LARGEST_ROOMS);
  return rooms.map(({ roomId, size }) => ({ room_id: roomId, estimated_size: size }));
}

function asFilter(wanted: boolean | undefined): -1 | 0 | 1 {
  if (wanted === undefined) return -1;
  return wanted ? 1 : 0;
}

function presentRoom(room: ListedRoom): AdministeredRoom {
  return {
    room_id: room.roomId,
    name: room.name,
    canonical_alias: room.canonicalAlias,
    joined_members: room.joinedMembers,
    joined_local_members: room.joinedLocalMembers,
    version: room.version,
    creator: room.creator,
    encryption: room.encryption,
    federatable: room.federatable === 1,
    public: room.listed === 1,
    join_rules: room.joinRules,
    guest_access: room.guestAccess,
    history_visibility: room.historyVisibility,
    state_events: room.stateEvents,
    room_type: room.roomType,
  };
}
