import { forbidden, invalidParam, notFound } from '../../protocol/errors.ts';
import { isRoomId } from '../../protocol/identifiers.ts';
import { UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';

/**
 * Lets nobody of this server enter a room any more, or ends that. The room need not be here.
 *
 * Source: Synapse's admin API, "Block Room API".
 * @param userId the admin who asks.
 * @throws MatrixError 400 `M_INVALID_PARAM` for something that is no room ID.
 */
export async function setRoomBlocked(
  { clock, storage }: RoomsContext,
  userId: string,
  roomId: string,
  blocked: boolean,
): Promise<void> {
  if (!isRoomId(roomId)) throw invalidParam(`${roomId} is not a room ID`);
  const unit = new UnitOfWork();
  if (blocked) storage.blockedRooms.block(unit, roomId, await storage.strings.intern(userId), clock.now());
  else storage.blockedRooms.unblock(unit, roomId);
  await storage.database.commit(unit);
}

/**
 * Who has blocked a room; undefined if nobody has.
 *
 * @throws MatrixError 400 `M_INVALID_PARAM` for something that is no room ID.
 */
export async function blockerOfRoom({ storage }: RoomsContext, roomId: string): Promise<string | undefined> {
  if (!isRoomId(roomId)) throw invalidParam(`${roomId} is not a room ID`);
  const userNid = await storage.blockedRooms.blockerOf(roomId);
  return userNid === undefined ? undefined : storage.strings.valueOf(userNid);
}

/**
 * For whoever is about to enter a room, or to be invited to it.
 *
 * @throws MatrixError 403 `M_FORBIDDEN` for a blocked room; 404 `M_NOT_FOUND` for one that is being deleted.
 */
export async function requireEnterable({ storage }: RoomsContext, roomId: string): Promise<void> {
  if ((await storage.blockedRooms.blockerOf(roomId)) !== undefined) {
    throw forbidden('This room has been blocked on this server');
  }
  if (await storage.roomPurge.isUnderWay(roomId)) throw notFound('This room is being deleted');
}
