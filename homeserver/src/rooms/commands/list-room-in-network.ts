import { type NetworkOfService, UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { existingRoom } from '../room-access.ts';

/**
 * Puts a room into the directory of a network, which is for its application service to say, or takes it out.
 *
 * Source: Client-Server API v1.19, `PUT /directory/list/appservice/{networkId}/{roomId}`.
 * @throws MatrixError 404 `M_NOT_FOUND`.
 */
export async function listRoomInNetwork(
  context: RoomsContext,
  network: NetworkOfService,
  roomId: string,
  listed: boolean,
): Promise<void> {
  const room = await existingRoom(context, roomId);
  const unit = new UnitOfWork();
  context.storage.appServices.setListed(unit, room.nid, network, listed);
  await context.storage.database.commit(unit);
}
