import { forbidden, MatrixError, notFound } from '../protocol/errors.ts';
import { powerLevelsOfRoom, type Room, stateKeyOf } from '../rooms/index.ts';
import type { GuildsContext } from './context.ts';

/** A room of a guild: a channel, or a category. */
export interface GuildRoom {
  readonly room: Room;
  readonly order: string | undefined;
}

/**
 * A guild of this server.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a room that is no guild made here, or that the user is not in.
 */
export async function guildOf(context: GuildsContext, guildId: string, userId: string): Promise<Room> {
  const room = await context.rooms.registry.byId(guildId);
  if (room === undefined || !isGuild(context, room) || room.membershipOf(userId) !== 'join') {
    throw notFound('You are not in this guild, or it does not exist');
  }
  return room;
}

/** Whether a room is a guild that this server made: a space of the steward's that is in no other. */
export function isGuild(context: GuildsContext, room: Room): boolean {
  if (room.roomType !== 'm.space') return false;
  if (room.state.get(stateKeyOf('m.room.create', ''))?.pdu.sender !== context.steward) return false;
  return ![...room.state.values()].some(
    ({ pdu }) => pdu.type === 'm.space.parent' && Array.isArray(pdu.content.via),
  );
}

/**
 * The channels and categories of a guild, in the order of the specification ("Ordering of children within a space").
 *
 * Any space can list any room. So where the steward may act, a room is of the guild only if the steward has said so there.
 */
export async function roomsOfGuild(context: GuildsContext, guild: Room): Promise<GuildRoom[]> {
  const listed = (await childrenOf(context, guild)).filter(({ room }) => room !== guild);
  const isCategory = ({ room }: GuildRoom) => room.roomType === 'm.space' && isIn(context, room, [guild]);
  const categories = listed.filter(isCategory).map(({ room }) => room);
  // On its way from one of them to another, a channel names either.
  const places = [guild, ...categories];
  const found: GuildRoom[] = [];
  for (const child of listed) {
    if (!isIn(context, child.room, places)) continue;
    found.push(child);
    if (!categories.includes(child.room)) continue;
    const inside = await childrenOf(context, child.room);
    found.push(...inside.filter(({ room }) => !places.includes(room) && isIn(context, room, places)));
  }
  return found;
}

/** Whether a room is in one of some spaces by the steward's word; a room that the steward is not in needs none. */
function isIn(context: GuildsContext, room: Room, places: readonly Room[]): boolean {
  if (room.membershipOf(context.steward) !== 'join') return true;
  return places.some(({ roomId }) => {
    const pdu = room.state.get(stateKeyOf('m.space.parent', roomId))?.pdu;
    return pdu?.sender === context.steward && Array.isArray(pdu.content.via);
  });
}

/** The rooms that a space lists and that are here. */
export async function childrenOf(context: GuildsContext, space: Room): Promise<GuildRoom[]> {
  const children: (GuildRoom & { readonly since: number })[] = [];
  for (const { pdu } of space.state.values()) {
    if (pdu.type !== 'm.space.child' || !Array.isArray(pdu.content.via)) continue;
    const room = await context.rooms.registry.byId(pdu.state_key ?? '');
    if (room === undefined) continue;
    const order = typeof pdu.content.order === 'string' ? pdu.content.order : undefined;
    children.push({ room, order, since: pdu.origin_server_ts });
  }
  return children.sort(
    (one, other) =>
      compare(one.order ?? '\x7f', other.order ?? '\x7f') ||
      one.since - other.since ||
      compare(one.room.roomId, other.room.roomId),
  );
}

/** @throws MatrixError 403 `M_FORBIDDEN` unless the user may send this state event in the room. */
export function requireLevelFor(room: Room, userId: string, type: string, what: string): void {
  const levels = powerLevelsOfRoom(room);
  if (levels.userLevel(userId) < levels.eventLevel(type, true)) throw forbidden(`You may not ${what} here`);
}

/** 404 `M_NOT_FOUND` for a channel that is none of the guild's. */
export function noSuchChannel(): MatrixError {
  return notFound('This guild has no such channel');
}

/** 400 `M_INVALID_PARAM` for a category that is none of the guild's. */
export function noSuchCategory(): MatrixError {
  return new MatrixError(400, 'M_INVALID_PARAM', 'category must be the ID of a category of this guild');
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
