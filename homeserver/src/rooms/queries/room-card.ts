import type { JsonValue } from '../../protocol/canonical-json.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { isInAllowedRoom } from '../commands/join.ts';
import type { RoomsContext } from '../context.ts';
import { countedMembers } from '../counted-members.ts';
import type { Room } from '../room.ts';
import { isWorldReadable } from './history-visibility.ts';

/** What people see of a room before they join it: `PublishedRoomsChunk` in the specification. */
export interface RoomCard {
  readonly room_id: string;
  readonly name?: string;
  readonly topic?: string;
  readonly canonical_alias?: string;
  readonly avatar_url?: string;
  /** Without the steward, who is nobody. */
  readonly num_joined_members: number;
  readonly world_readable: boolean;
  readonly guest_can_join: boolean;
  readonly join_rule: string;
  readonly room_type?: string;
}

/** What a summary and a hierarchy say besides. */
export interface FullRoomCard extends RoomCard {
  readonly room_version: string;
  readonly encryption?: string;
  /** Whose members may join a restricted room. */
  readonly allowed_room_ids?: string[];
}

/** A room as the directory shows it. */
export function roomCard(context: RoomsContext, room: Room): RoomCard {
  return {
    room_id: room.roomId,
    ...text('name', room.content('m.room.name')?.name),
    ...text('topic', room.content('m.room.topic')?.topic),
    ...text('canonical_alias', room.content('m.room.canonical_alias')?.alias),
    ...text('avatar_url', room.content('m.room.avatar')?.url),
    num_joined_members: countedMembers(context, room).joined,
    world_readable: isWorldReadable(room),
    guest_can_join: room.content('m.room.guest_access')?.guest_access === 'can_join',
    join_rule: joinRuleOf(room),
    ...text('room_type', room.roomType),
  };
}

/** A room as a hierarchy and a summary show it. */
export function fullRoomCard(context: RoomsContext, room: Room): FullRoomCard {
  const allowed = allowedRooms(room);
  return {
    ...roomCard(context, room),
    room_version: room.rules.version,
    ...text('encryption', room.content('m.room.encryption')?.algorithm),
    ...(allowed.length === 0 ? {} : { allowed_room_ids: allowed }),
  };
}

/**
 * Whether somebody may know what a room is called and who it is for: who is in it or invited, whoever could join or
 * knock, and everybody if the room is world-readable.
 *
 * Source: Client-Server API v1.19, `GET /room_summary/{roomIdOrAlias}`, `GET /rooms/{roomId}/hierarchy`.
 * @param userId undefined for somebody without an account.
 */
export async function mayPreview(
  context: RoomsContext,
  room: Room,
  userId: string | undefined,
): Promise<boolean> {
  // Of a room that this server never was in, it knows nothing that it could show.
  if (room.createEvent === undefined) return false;
  const joinRule = joinRuleOf(room);
  if (isWorldReadable(room) || ['public', 'knock', 'knock_restricted'].includes(joinRule)) return true;
  if (userId === undefined) return false;
  const membership = room.membershipOf(userId);
  if (membership === 'join' || membership === 'invite') return true;
  return (
    joinRule === 'restricted' && isInAllowedRoom(context, room.content('m.room.join_rules')?.allow, userId)
  );
}

/** As `mayPreview`, for a room of other servers, as one of them describes it. */
export async function mayEnter(
  context: RoomsContext,
  card: FullRoomCard,
  userId: string | undefined,
): Promise<boolean> {
  if (card.world_readable || ['public', 'knock', 'knock_restricted'].includes(card.join_rule)) return true;
  if (userId === undefined) return false;
  const known = await context.registry.byId(card.room_id);
  if (known?.membershipOf(userId) === 'invite') return true;
  for (const roomId of card.allowed_room_ids ?? []) {
    if ((await context.registry.byId(roomId))?.membershipOf(userId) === 'join') return true;
  }
  return false;
}

function joinRuleOf(room: Room): string {
  const rule = room.content('m.room.join_rules')?.join_rule;
  return typeof rule === 'string' ? rule : 'invite';
}

function allowedRooms(room: Room): string[] {
  const { join_rule: rule, allow } = room.content('m.room.join_rules') ?? {};
  if ((rule !== 'restricted' && rule !== 'knock_restricted') || !Array.isArray(allow)) return [];
  return allow.flatMap((condition) =>
    isJsonObject(condition) && condition.type === 'm.room_membership' && typeof condition.room_id === 'string'
      ? condition.room_id
      : [],
  );
}

function text<Key extends string>(key: Key, value: JsonValue | undefined): { [K in Key]?: string } {
  return typeof value === 'string' && value !== '' ? ({ [key]: value } as { [K in Key]: string }) : {};
}
