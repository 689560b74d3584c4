import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { forbidden, invalidParam, MatrixError, notFound } from '../../protocol/errors.ts';
import { domainOf, isRoomAlias, isRoomId, isServerName, isUserId } from '../../protocol/identifiers.ts';
import { changeRoom } from '../change-room.ts';
import type { MemberProfile, RoomsContext } from '../context.ts';
import { isServerIn } from '../intake/enter-room.ts';
import { strippedStateOf } from '../intake/out-of-band.ts';
import { allowsGuests } from '../queries/guest-access.ts';
import type { Room } from '../room.ts';
import { existingRoom, powerLevelsOfRoom } from '../room-access.ts';
import { lookUpAlias, roomOfAlias } from './aliases.ts';
import { refuseBanned } from './bans.ts';
import { requireEnterable } from './block-room.ts';
import { takeSettingsAlong } from './take-settings-along.ts';

/** How many servers are asked for one room. */
const MOST_ASKED = 10;

/** What a join may carry. */
export interface JoinOptions {
  readonly reason?: string | undefined;
  /** The content of a `PUT` of the state, or a profile for this room alone; its keys win. */
  readonly content?: JsonObject;
  /** Servers that may know the room. */
  readonly via?: readonly string[] | undefined;
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

/** Where somebody enters who has named a room. */
export interface Entrance {
  readonly roomId: string;
  /** Servers that may know the room, for a room that this one is not in; the best first. */
  readonly servers: readonly string[];
}

/**
 * The room that somebody wants to enter: here, or on other servers.
 *
 * @param via servers that the client names.
 * @throws MatrixError 404 `M_NOT_FOUND` for an alias that nobody knows; 400 `M_INVALID_PARAM`; 403 `M_FORBIDDEN` for a
 * blocked room.
 */
export async function findEntrance(
  context: RoomsContext,
  roomIdOrAlias: string,
  via: readonly string[] = [],
): Promise<Entrance> {
  const { serverName } = context;
  let found: Entrance = { roomId: roomIdOrAlias, servers: [] };
  if (isRoomAlias(roomIdOrAlias)) found = await lookUpAlias(context, roomIdOrAlias);
  else if (!isRoomId(roomIdOrAlias)) throw invalidParam(`${roomIdOrAlias} is neither a room ID nor an alias`);
  await requireEnterable(context, found.roomId);
  const servers = new Set([...via.filter(isServerName), ...found.servers]);
  servers.delete(serverName);
  return { roomId: found.roomId, servers: [...servers] };
}

/** Whether a room is to be entered here: this server is in it, or nobody is any more. */
function isEnteredHere(room: Room | undefined): room is Room {
  return room?.createEvent !== undefined && (isServerIn(room) || room.joinedCount === 0);
}

/**
 * Whom to ask for a room that this server is not in: those that the client names, whose user has invited, and after
 * whom the room is named. Version 12 names rooms after nobody.
 */
export async function serversToAsk(
  { serverName, storage }: RoomsContext,
  room: Room | undefined,
  userId: string,
  { roomId, servers }: Entrance,
): Promise<string[]> {
  const nid = room?.members.get(userId)?.eventNid;
  const own = nid === undefined ? undefined : await storage.events.get(nid);
  const told = own === undefined ? [] : (strippedStateOf(own) ?? []);
  const senders = [own?.pdu.sender, ...told.map(({ sender }) => sender)].filter(isUserId);
  const named = roomId.includes(':') ? [domainOf(roomId)] : [];
  const found = new Set([...servers, ...senders.map((sender) => domainOf(sender)), ...named]);
  found.delete(serverName);
  return [...found].filter(isServerName).slice(0, MOST_ASKED);
}

/**
 * Joins a room. Somebody who is joined stays so, unless the content differs.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/join`, `POST /join/{roomIdOrAlias}`.
 * @returns the ID of the member event.
 * @throws MatrixError 404 `M_NOT_FOUND`, 403 `M_FORBIDDEN`, `M_BAD_STATE` for somebody who is banned; for a room that
 * this server is not in, also what the servers say that are.
 */
export async function joinRoom(
  context: RoomsContext,
  userId: string,
  roomIdOrAlias: string,
  options: JoinOptions = {},
): Promise<string> {
  const entrance = await findEntrance(context, roomIdOrAlias, options.via);
  const room = await context.registry.byId(entrance.roomId);
  if (!isEnteredHere(room)) {
    const servers = await serversToAsk(context, room, userId, entrance);
    return joinElsewhere(context, userId, { ...entrance, servers }, options);
  }
  const helpers = (await needsHelp(context, room, userId)) ? serversWithInviters(context, room) : [];
  if (helpers.length === 0) return joinHere(context, userId, room, options);
  return joinElsewhere(context, userId, { roomId: room.roomId, servers: helpers }, options);
}

/** Whether only another server can let somebody into a restricted room that this one is in. */
async function needsHelp(context: RoomsContext, room: Room, userId: string): Promise<boolean> {
  if (context.otherServers === undefined || !needsAuthorisation(room, userId)) return false;
  if (room.membershipOf(userId) === 'ban') return false;
  return (await localInviter(context, room)) === undefined;
}

function serversWithInviters({ serverName }: RoomsContext, room: Room): string[] {
  const levels = powerLevelsOfRoom(room);
  const servers = new Set<string>();
  for (const [userId, { membership }] of room.members) {
    if (membership === 'join' && levels.userLevel(userId) >= levels.invite) servers.add(domainOf(userId));
  }
  servers.delete(serverName);
  return [...servers].slice(0, MOST_ASKED);
}

async function joinElsewhere(
  context: RoomsContext,
  userId: string,
  { roomId, servers }: Entrance,
  options: JoinOptions,
): Promise<string> {
  const { otherServers, profiles, registry, storage } = context;
  if (otherServers === undefined || servers.length === 0) throw notFound(`There is no room ${roomId} here`);
  // Whether the room lets guests in is only known inside.
  if ((await storage.users.byUserId(userId))?.guest === true) throw noGuests();
  const content = joinContent(await profiles.profileOf(userId), options);
  const eventId = await otherServers.join({ roomId, userId, servers, content });
  const room = await registry.byId(roomId);
  if (room !== undefined) await takeSettingsAlong(context, userId, room);
  return eventId;
}

function joinContent(
  { displayname, avatar_url }: MemberProfile,
  { content = {}, reason }: JoinOptions,
): JsonObject {
  // Who authorises a join is for the server to say.
  const { join_authorised_via_users_server: _claimed, ...given } = content;
  return {
    ...(displayname === undefined ? {} : { displayname }),
    ...(avatar_url === undefined ? {} : { avatar_url }),
    ...given,
    ...(reason === undefined ? {} : { reason }),
    membership: 'join',
  };
}

/**
 * Joins a room that needs no other server for it: this one is in it, or nobody is.
 *
 * @throws MatrixError as `joinRoom`.
 */
export async function joinHere(
  context: RoomsContext,
  userId: string,
  room: Room,
  options: JoinOptions,
): Promise<string> {
  const profile = await context.profiles.profileOf(userId);
  let wasIn = false;
  const eventId = await changeRoom(context, room, async (chain) => {
    const before = await chain.stateEvent('m.room.member', userId);
    await refuseBanned(chain, userId);
    wasIn = before?.pdu.content.membership === 'join';
    if (before !== undefined && wasIn && options.content === undefined) return before.eventId;
    if (!wasIn) await requireGuestsAllowed(context, room, userId);
    const authorised = await authorisingUser(context, room, userId);
    const content: JsonObject = {
      ...joinContent(profile, options),
      ...(authorised === undefined ? {} : { join_authorised_via_users_server: authorised }),
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
  throw noGuests();
}

function noGuests(): MatrixError {
  return new MatrixError(403, 'M_GUEST_ACCESS_FORBIDDEN', 'This room does not allow guests');
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
