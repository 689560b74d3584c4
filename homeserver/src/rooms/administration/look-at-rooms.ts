import type { JsonObject } from '../../protocol/canonical-json.ts';
import { forbidden, invalidParam } from '../../protocol/errors.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { creatorsOf } from '../../protocol/power-levels.ts';
import { changeRoom } from '../change-room.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import { inviteUser } from '../commands/invite.ts';
import { joinRoom } from '../commands/join.ts';
import type { RoomsContext } from '../context.ts';
import { type Room, stateKeyOf } from '../room.ts';
import { existingRoom, powerLevelsOfRoom } from '../room-access.ts';

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

/** By what a list of rooms can be put in order: numbers and yes/no begin with the most. */
export const ROOM_ORDERS = [
  'name',
  'canonical_alias',
  'joined_members',
  'joined_local_members',
  'version',
  'creator',
  'encryption',
  'federatable',
  'public',
  'join_rules',
  'guest_access',
  'history_visibility',
  'state_events',
] as const;
export type RoomOrder = (typeof ROOM_ORDERS)[number];

/** Which rooms, and which page of them. */
export interface RoomListRequest {
  /** Part of the name, the alias or the ID. */
  readonly term: string;
  readonly isPublic: boolean | undefined;
  readonly isEmpty: boolean | undefined;
  readonly order: RoomOrder;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** Rooms that are looked at for a list at most, the oldest first. */
const MOST_ROOMS = 20_000;

/**
 * A page of the rooms of this server, and how many there are in all.
 *
 * Source: Synapse's admin API, "List Room API".
 */
export async function listRoomsForAdmins(
  context: RoomsContext,
  request: RoomListRequest,
): Promise<{ readonly rooms: AdministeredRoom[]; readonly total: number }> {
  const term = request.term.toLowerCase();
  const found: AdministeredRoom[] = [];
  for (const nid of await context.storage.rooms.allNids(MOST_ROOMS)) {
    const room = await context.registry.byNid(nid);
    if (room === undefined) continue;
    const described = describeRoom(context, room);
    const { room_id: roomId, name, canonical_alias: alias } = described;
    const isNamed = [name, alias].some((text) => text?.toLowerCase().includes(term));
    if (term !== '' && !isNamed && roomId !== request.term) continue;
    if (request.isPublic !== undefined && request.isPublic !== described.public) continue;
    if (request.isEmpty !== undefined && request.isEmpty !== (described.joined_members === 0)) continue;
    found.push(described);
  }
  found.sort(comparing(request.order));
  if (request.descending) found.reverse();
  return { rooms: found.slice(request.offset, request.offset + request.limit), total: found.length };
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
): Promise<AdministeredRoom & { readonly avatar: string | null; readonly topic: string | null }> {
  const room = await existingRoom(context, roomId);
  return {
    ...describeRoom(context, room),
    avatar: textOf(room, 'm.room.avatar', 'url'),
    topic: textOf(room, 'm.room.topic', 'topic'),
  };
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
  return presentEvents(context, room, [...room.state.values(), ...members], viewer);
}

/**
 * Takes a local user into a room, with the leave of an admin who is in it if the room is not open.
 *
 * Source: Synapse's admin API, "Edit Room Membership API".
 * @returns the room's ID.
 * @throws MatrixError as joining and inviting; 400 `M_INVALID_PARAM` for a user of another server.
 */
export async function joinForAdmins(
  context: RoomsContext,
  admin: string,
  room: Room,
  userId: string,
): Promise<string> {
  if (domainOf(userId) !== context.serverName) throw invalidParam('This is no user of this server');
  const isOpen = room.content('m.room.join_rules')?.join_rule === 'public';
  const isInvited = room.membershipOf(userId) === 'invite' || room.membershipOf(userId) === 'join';
  if (!isOpen && !isInvited) await inviteUser(context, { roomId: room.roomId, sender: admin }, userId);
  await joinRoom(context, userId, room.roomId);
  return room.roomId;
}

/**
 * Gives somebody the highest level of a room, in the name of a local member who has it.
 *
 * Source: Synapse's admin API, "Make Room Admin API".
 * @throws MatrixError 404 `M_NOT_FOUND`; 403 `M_FORBIDDEN` if no local member may.
 */
export async function makeRoomAdmin(context: RoomsContext, roomId: string, userId: string): Promise<void> {
  const room = await existingRoom(context, roomId);
  const levels = powerLevelsOfRoom(room);
  const names = await context.storage.strings.valuesOf([...room.localJoined]);
  const [sender] = [...names.values()].toSorted(
    (one, other) => levels.userLevel(other) - levels.userLevel(one),
  );
  const content = room.content('m.room.power_levels');
  if (sender === undefined || content === undefined) throw forbidden('No local member may do this');
  const highest = Math.min(levels.userLevel(sender), Number.MAX_SAFE_INTEGER);
  const given = Number.isFinite(levels.userLevel(sender)) ? highest : 100;
  const users = { ...(content.users as JsonObject | undefined), [userId]: given };
  await changeRoom(context, room, (chain) =>
    chain.appendState({
      type: 'm.room.power_levels',
      sender,
      stateKey: '',
      content: { ...content, users },
    }),
  );
}

function describeRoom({ serverName }: RoomsContext, room: Room): AdministeredRoom {
  const create = room.state.get(stateKeyOf('m.room.create', ''))?.pdu;
  const [creator = ''] = create === undefined ? [] : [...creatorsOf(create, room.rules), create.sender];
  let local = 0;
  for (const [userId, { membership }] of room.members) {
    if (membership === 'join' && domainOf(userId) === serverName) local += 1;
  }
  return {
    room_id: room.roomId,
    name: textOf(room, 'm.room.name', 'name'),
    canonical_alias: textOf(room, 'm.room.canonical_alias', 'alias'),
    joined_members: room.joinedCount,
    joined_local_members: local,
    version: room.rules.version,
    creator,
    encryption: textOf(room, 'm.room.encryption', 'algorithm'),
    federatable: create?.content['m.federate'] !== false,
    public: room.listed,
    join_rules: textOf(room, 'm.room.join_rules', 'join_rule'),
    guest_access: textOf(room, 'm.room.guest_access', 'guest_access'),
    history_visibility: textOf(room, 'm.room.history_visibility', 'history_visibility'),
    state_events: room.state.size + room.members.size,
    room_type: room.roomType,
  };
}

function textOf(room: Room, type: string, key: string): string | null {
  const value = room.content(type)?.[key];
  return typeof value === 'string' ? value : null;
}

/** Names in their order, numbers and yes/no with the most first; rooms without come last. */
function comparing(order: RoomOrder): (one: AdministeredRoom, other: AdministeredRoom) => number {
  return (one, other) => {
    const [a, b] = [one[order], other[order]];
    if (typeof a === 'number' && typeof b === 'number') return b - a;
    if (typeof a === 'boolean' && typeof b === 'boolean') return Number(b) - Number(a);
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
    return String(a).localeCompare(String(b));
  };
}
