import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { forbidden, invalidParam, MatrixError, notFound } from '../../protocol/errors.ts';
import { isRoomAlias, isRoomId } from '../../protocol/identifiers.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import { allowsGuests } from '../queries/guest-access.ts';
import type { Room } from '../room.ts';
import { existingRoom, powerLevelsOfRoom } from '../room-access.ts';
import { roomOfAlias } from './aliases.ts';
import { refuseBanned } from './bans.ts';
import { requireEnterable } from './block-room.ts';
import { takeSettingsAlong } from './take-settings-along.ts';

/** What a join may carry. */
export interface JoinOptions {
  readonly reason?: string | undefined;
  /** The content of a `PUT` of the state, or a profile for this room alone; its keys win. */
  readonly content?: JsonObject;
  /** As in `SendTarget`. */
  readonly originServerTs?: number | undefined;
}

/**
 * The room behind an ID or an alias.
 *
 * @throws MatrixError 404 `M_NOT_FOUND`; 400 `M_INVALID_PARAM` for something that is neither.
 */
export async function resolveRoom(context: RoomsContext, roomIdOrAlias: string): Promise<Room> {
  if (isRoomId(roomIdOrAlias)) return existingRoom(context, roomIdOrAlias);
  if (!isRoomAlias(roomIdOrAlias)) throw invalidParam(`${roomIdOrAlias} is neither a room ID nor an alias`);
  const room = await roomOfAlias(context, roomIdOrAlias);
  if (room === undefined) throw notFound(`There is no room ${roomIdOrAlias} here`);
  return room;
}

/**
 * As `resolveRoom`, for somebody who wants to enter.
 *
 * @throws MatrixError also 403 `M_FORBIDDEN` for a blocked room, whether it is here or not.
 */
export async function resolveEnterable(context: RoomsContext, roomIdOrAlias: string): Promise<Room> {
  if (isRoomId(roomIdOrAlias)) await requireEnterable(context, roomIdOrAlias);
  const room = await resolveRoom(context, roomIdOrAlias);
  if (room.roomId !== roomIdOrAlias) await requireEnterable(context, room.roomId);
  return room;
}

/**
 * Joins a room. Somebody who is joined stays so, unless the content differs.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/join`, `POST /join/{roomIdOrAlias}`.
 * @returns the ID of the member event.
 * @throws MatrixError 404 `M_NOT_FOUND`, 403 `M_FORBIDDEN`, `M_BAD_STATE` for somebody who is banned.
 */
export async function joinRoom(
  context: RoomsContext,
  userId: string,
  roomIdOrAlias: string,
  options: JoinOptions = {},
): Promise<string> {
  const room = await resolveEnterable(context, roomIdOrAlias);
  const profile = await context.profiles.profileOf(userId);
  // Who authorises a join is for the server to say.
  const { join_authorised_via_users_server: _claimed, ...given } = options.content ?? {};
  let wasIn = false;
  const eventId = await changeRoom(context, room, async (chain) => {
    const before = await chain.stateEvent('m.room.member', userId);
    await refuseBanned(chain, userId);
    wasIn = before?.pdu.content.membership === 'join';
    if (before !== undefined && wasIn && options.content === undefined) return before.eventId;
    if (!wasIn) await requireGuestsAllowed(context, room, userId);
    const authorised = await authorisingUser(context, room, userId);
    const content: JsonObject = {
      ...(profile.displayname === undefined ? {} : { displayname: profile.displayname }),
      ...(profile.avatar_url === undefined ? {} : { avatar_url: profile.avatar_url }),
      ...given,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      ...(authorised === undefined ? {} : { join_authorised_via_users_server: authorised }),
      membership: 'join',
    };
    const { originServerTs } = options;
    const draft = { type: 'm.room.member', sender: userId, stateKey: userId, content, originServerTs };
    const event = await chain.appendState(draft);
    return event.eventId;
  });
  if (!wasIn) await takeSettingsAlong(context, userId, room);
  return eventId;
}

/** Guests come only where they are expected. Source: Client-Server API v1.19, "Guest Access". */
async function requireGuestsAllowed({ storage }: RoomsContext, room: Room, userId: string): Promise<void> {
  if (allowsGuests(room) || (await storage.users.byUserId(userId))?.guest !== true) return;
  throw new MatrixError(403, 'M_GUEST_ACCESS_FORBIDDEN', 'This room does not allow guests');
}

/**
 * Whom a restricted join names: a member of this server who may invite. Undefined when the join needs nobody: another
 * join rule, or the user is invited or joined already.
 *
 * Source: Client-Server API v1.19, "Restricted rooms".
 */
async function authorisingUser(
  context: RoomsContext,
  room: Room,
  userId: string,
): Promise<string | undefined> {
  if (!needsAuthorisation(room, userId)) return undefined;
  if (!(await isInAllowedRoom(context, room.content('m.room.join_rules')?.allow, userId))) {
    throw forbidden('You have to be a member of the guild that this channel belongs to, or be invited');
  }
  const name = await localInviter(context, room);
  if (name !== undefined) return name;
  throw forbidden('Nobody here on this server may let you in');
}

/** Whether somebody's join to a restricted room has to name who authorises it. */
export function needsAuthorisation(room: Room, userId: string): boolean {
  const rule = room.content('m.room.join_rules')?.join_rule;
  const isRestricted =
    (rule === 'restricted' && room.rules.restricted) ||
    (rule === 'knock_restricted' && room.rules.knockRestricted);
  const membership = room.membershipOf(userId);
  return isRestricted && membership !== 'join' && membership !== 'invite';
}

/** A member of this server who may invite to a room. */
export async function localInviter({ storage }: RoomsContext, room: Room): Promise<string | undefined> {
  const levels = powerLevelsOfRoom(room);
  const names = await storage.strings.valuesOf([...room.localJoined]);
  return [...names.values()].find((name) => levels.userLevel(name) >= levels.invite);
}

/** Whether a user is joined to one of the rooms that an `allow` of join rules names. */
export async function isInAllowedRoom(
  context: RoomsContext,
  allow: JsonValue | undefined,
  userId: string,
): Promise<boolean> {
  if (!Array.isArray(allow)) return false;
  for (const condition of allow) {
    if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) continue;
    if (condition.type !== 'm.room_membership' || typeof condition.room_id !== 'string') continue;
    const room = await context.registry.byId(condition.room_id);
    if (room?.membershipOf(userId) === 'join') return true;
  }
  return false;
}
