import { forbidden } from '../../protocol/errors.ts';
import { UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { existingRoom, powerLevelsOfRoom } from '../room-access.ts';

/**
 * Puts a room into the public directory or takes it out: whoever may set its canonical alias may, as in Synapse.
 *
 * Source: Client-Server API v1.19, `PUT /directory/list/room/{roomId}`.
 * @throws MatrixError 404 `M_NOT_FOUND`, 403 `M_FORBIDDEN`.
 */
export async function listRoom(
  context: RoomsContext,
  userId: string,
  roomId: string,
  listed: boolean,
): Promise<void> {
  const room = await existingRoom(context, roomId);
  const levels = powerLevelsOfRoom(room);
  const mayList = levels.userLevel(userId) >= levels.eventLevel('m.room.canonical_alias', true);
  if (room.membershipOf(userId) !== 'join' || !mayList) {
    throw forbidden('Only a moderator of the room may change whether it is listed');
  }
  const unit = new UnitOfWork();
  context.storage.rooms.setListed(unit, room.nid, listed);
  unit.onCommit(() => {
    room.listed = listed;
  });
  await context.storage.database.commit(unit);
}
