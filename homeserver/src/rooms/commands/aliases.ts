import type { JsonObject } from '../../protocol/canonical-json.ts';
import { forbidden, invalidParam, MatrixError, notFound } from '../../protocol/errors.ts';
import { isRoomAlias, parseRoomAlias } from '../../protocol/identifiers.ts';
import { ExpectationFailed, UnitOfWork } from '../../storage/index.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import type { RoomElsewhere } from '../other-servers.ts';
import { serversIn } from '../queries/server-acl.ts';
import type { Room } from '../room.ts';
import { joinedRoom, powerLevelsOfRoom } from '../room-access.ts';

/** How many servers of a room are named to those who ask where it is. */
const MOST_SERVERS = 50;

/** @throws MatrixError 400 `M_INVALID_PARAM` for something that is no alias, or one of another server. */
export function aliasOnThisServer(context: RoomsContext, alias: string): string {
  if (!isRoomAlias(alias)) throw invalidParam(`${alias} is not a room alias`);
  if (parseRoomAlias(alias)?.domain !== context.serverName) {
    throw invalidParam(`Aliases made here end with :${context.serverName}`);
  }
  return alias;
}

/** @throws MatrixError 400 `M_EXCLUSIVE`, as Synapse, for an alias that belongs to an application service. */
export function refuseKeptAlias({ appServices }: RoomsContext, alias: string, userId: string): void {
  if (!appServices.isAliasKept(alias, userId)) return;
  throw new MatrixError(400, 'M_EXCLUSIVE', `${alias} belongs to an application service`);
}

/**
 * Gives a room an alias.
 *
 * Source: Client-Server API v1.19, `PUT /directory/room/{roomAlias}`.
 * @throws MatrixError 409 `M_UNKNOWN` for an alias that is taken; 403 `M_FORBIDDEN` for somebody outside the room; 400 `M_EXCLUSIVE`.
 */
export async function createAlias(
  context: RoomsContext,
  userId: string,
  alias: string,
  roomId: string,
): Promise<void> {
  aliasOnThisServer(context, alias);
  refuseKeptAlias(context, alias, userId);
  const room = await joinedRoom(context, roomId, userId);
  const unit = new UnitOfWork();
  context.storage.rooms.addAlias(unit, alias, room.nid, await context.storage.strings.intern(userId));
  try {
    await context.storage.database.commit(unit);
  } catch (error) {
    if (!(error instanceof ExpectationFailed)) throw error;
    throw new MatrixError(409, 'M_UNKNOWN', `${alias} leads to a room already`);
  }
}

/**
 * Takes an alias away: who made it may, and who may set the room's canonical alias.
 *
 * Source: Client-Server API v1.19, `DELETE /directory/room/{roomAlias}`; who may is left to the server, so as Synapse
 * does.
 * @throws MatrixError 404 `M_NOT_FOUND`, 403 `M_FORBIDDEN`.
 */
export async function deleteAlias(context: RoomsContext, userId: string, alias: string): Promise<void> {
  aliasOnThisServer(context, alias);
  refuseKeptAlias(context, alias, userId);
  const found = await context.storage.rooms.alias(alias);
  if (found === undefined) throw notFound(`There is no ${alias}`);
  const room = await context.registry.byNid(found.roomNid);
  const isMaker = found.creatorNid === (await context.storage.strings.find(userId));
  if (!isMaker && room !== undefined) {
    const levels = powerLevelsOfRoom(room);
    const isJoined = room.membershipOf(userId) === 'join';
    if (!isJoined || levels.userLevel(userId) < levels.eventLevel('m.room.canonical_alias', true)) {
      throw forbidden('Only who made the alias, or a moderator of the room, may delete it');
    }
  }
  const unit = new UnitOfWork();
  context.storage.rooms.deleteAlias(unit, alias);
  await context.storage.database.commit(unit);
  if (room !== undefined) await dropFromState(context, room, userId, alias);
}

/**
 * Takes an alias that is gone out of the room's `m.room.canonical_alias`, if the user may set that. Source: as above,
 * by which "servers may choose to update" it, and answer the same if the user may not.
 */
async function dropFromState(context: RoomsContext, room: Room, userId: string, gone: string): Promise<void> {
  const { alias, alt_aliases: others, ...rest } = room.content('m.room.canonical_alias') ?? {};
  const kept = Array.isArray(others) ? others.filter((other) => other !== gone) : others;
  if (alias !== gone && (!Array.isArray(others) || !others.includes(gone))) return;
  const content: JsonObject = {
    ...rest,
    ...(alias === undefined || alias === gone ? {} : { alias }),
    ...(kept === undefined || (Array.isArray(kept) && kept.length === 0) ? {} : { alt_aliases: kept }),
  };
  await changeRoom(context, room, (chain) =>
    chain.appendState({ type: 'm.room.canonical_alias', sender: userId, stateKey: '', content }),
  ).catch((error: unknown) => {
    if (!(error instanceof MatrixError) || error.errcode !== 'M_FORBIDDEN') throw error;
  });
}

/**
 * The room behind an alias.
 *
 * Source: Client-Server API v1.19, `GET /directory/room/{roomAlias}`.
 * @throws MatrixError 404 `M_NOT_FOUND`, 400 `M_INVALID_PARAM`.
 */
export async function lookUpAlias(context: RoomsContext, alias: string): Promise<RoomElsewhere> {
  if (!isRoomAlias(alias)) throw invalidParam(`${alias} is not a room alias`);
  const room = await roomOfAlias(context, alias);
  if (room !== undefined) {
    const servers = new Set([context.serverName, ...serversIn(room)]);
    return { roomId: room.roomId, servers: [...servers].slice(0, MOST_SERVERS) };
  }
  const isOfOther = parseRoomAlias(alias)?.domain !== context.serverName;
  const found = isOfOther ? await context.otherServers?.findAlias(alias) : undefined;
  if (found === undefined) throw notFound(`There is no ${alias}`);
  return found;
}

/** The room behind an alias, which an application service may make now that somebody asks for it. */
export async function roomOfAlias(context: RoomsContext, alias: string): Promise<Room | undefined> {
  const { storage, registry, appServices } = context;
  const found = await storage.rooms.alias(alias);
  if (found !== undefined) return registry.byNid(found.roomNid);
  if (!(await appServices.makeAlias(alias))) return undefined;
  const made = await storage.rooms.alias(alias);
  return made === undefined ? undefined : registry.byNid(made.roomNid);
}
