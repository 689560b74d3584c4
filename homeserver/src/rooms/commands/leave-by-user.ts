import { MatrixError } from '../../protocol/errors.ts';
import type { RoomsContext } from '../context.ts';
import { leaveRoom } from './leave.ts';
import type { SendTarget } from './send-event.ts';

/**
 * As `leaveRoom`, for a user who asks for it: what the server has to say cannot be turned down.
 *
 * Source: Client-Server API v1.19, "Server Notices"; as in Synapse, the room can be left once it was joined.
 * @throws MatrixError as `leaveRoom`; 403 `M_CANNOT_LEAVE_SERVER_NOTICE_ROOM`.
 */
export async function leaveByUser(
  context: RoomsContext,
  target: SendTarget,
  reason?: string,
): Promise<string> {
  const room = await context.registry.byId(target.roomId);
  const member = room?.members.get(target.sender);
  if (
    member?.membership === 'invite' &&
    (await context.storage.noticeRooms.roomOf(member.userNid)) === room?.nid
  ) {
    throw new MatrixError(
      403,
      'M_CANNOT_LEAVE_SERVER_NOTICE_ROOM',
      'An invite to the notices of this server cannot be turned down',
    );
  }
  return leaveRoom(context, target, reason);
}
