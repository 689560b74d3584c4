import { MatrixError } from '../../protocol/errors.ts';
import type { RoomsContext } from '../context.ts';
import { forgetRoom, leaveRoom } from './leave.ts';

/**
 * Makes a user leave every room, and reject every invite; the rooms are forgotten. Is safe to repeat.
 *
 * @param signal ends it early.
 */
export async function leaveEveryRoom(
  context: RoomsContext,
  userId: string,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  const userNid = await context.storage.strings.intern(userId);
  for (const { roomNid, membership } of [...(await context.userRooms.of(userNid)).values()]) {
    signal.throwIfAborted();
    const room = await context.registry.byNid(roomNid);
    if (room === undefined || !['join', 'invite', 'knock'].includes(membership)) continue;
    const target = { roomId: room.roomId, sender: userId };
    try {
      await leaveRoom(context, target, reason);
      await forgetRoom(context, target);
    } catch (error) {
      // A room whose rules refuse keeps its member; the others are left all the same.
      if (!(error instanceof MatrixError)) throw error;
      context.logger.warn('somebody could not leave a room', { room: room.roomId, userId, error });
    }
  }
}
