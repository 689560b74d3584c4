import { forbidden, notFound } from '../protocol/errors.ts';
import { creatorsOf, type PowerLevels, powerLevelsOf } from '../protocol/power-levels.ts';
import type { RoomsContext } from './context.ts';
import { type Room, stateKeyOf } from './room.ts';

/** Not a member, no such room: the same answer, so that nobody learns which rooms exist. */
export function notInRoom(): Error {
  return forbidden('You are not in this room, or it does not exist');
}

/**
 * The room, if it is in memory as wanted; another process may have made it so, so what memory denies is looked at again
 * when everything is in it that was committed by now.
 */
export async function findRoom(
  context: RoomsContext,
  roomId: string,
  isAsWanted: (room: Room) => boolean,
): Promise<Room | undefined> {
  const known = await context.registry.byId(roomId);
  if (known !== undefined && isAsWanted(known)) return known;
  await context.storage.database.neighbours.caughtUp();
  const room = await context.registry.byId(roomId);
  return room !== undefined && isAsWanted(room) ? room : undefined;
}

/** @throws MatrixError 403 `M_FORBIDDEN` unless the room is here and the user is joined to it. */
export async function joinedRoom(context: RoomsContext, roomId: string, userId: string): Promise<Room> {
  const room = await findRoom(context, roomId, (found) => found.membershipOf(userId) === 'join');
  if (room === undefined) throw notInRoom();
  return room;
}

/** @throws MatrixError 403 `M_FORBIDDEN` unless the room is here and the user has or had a membership in it. */
export async function knownRoom(context: RoomsContext, roomId: string, userId: string): Promise<Room> {
  const room = await findRoom(context, roomId, (found) => found.membershipOf(userId) !== undefined);
  if (room === undefined) throw notInRoom();
  return room;
}

/** @throws MatrixError 404 `M_NOT_FOUND` unless this server is in the room. */
export async function existingRoom(context: RoomsContext, roomId: string): Promise<Room> {
  const room = await context.registry.byId(roomId);
  if (room?.createEvent === undefined) throw notFound(`There is no room ${roomId} here`);
  return room;
}

/** The power levels of a room as they are now. */
export function powerLevelsOfRoom(room: Room): PowerLevels {
  const create = room.state.get(stateKeyOf('m.room.create', ''))?.pdu;
  const creators = create === undefined ? [] : creatorsOf(create, room.rules);
  return powerLevelsOf(room.content('m.room.power_levels'), creators, room.rules);
}
