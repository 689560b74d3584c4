import { MatrixError } from '../../protocol/errors.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';

/**
 * Carries a changed profile into every room that its user is joined to, as new member events.
 *
 * Source: Client-Server API v1.19, "Profiles", "Events on Change of Profile Information".
 * @param signal ends it early.
 */
export async function updateProfileInRooms(
  context: RoomsContext,
  userId: string,
  signal: AbortSignal,
): Promise<void> {
  const userNid = await context.storage.strings.intern(userId);
  const { displayname, avatar_url: avatarUrl } = await context.profiles.profileOf(userId);
  for (const roomNid of await context.userRooms.joined(userNid)) {
    signal.throwIfAborted();
    const room = await context.registry.byNid(roomNid);
    if (room === undefined) continue;
    try {
      await changeRoom(context, room, async (chain) => {
        const before = await chain.stateEvent('m.room.member', userId);
        if (before?.pdu.content.membership !== 'join') return;
        const { displayname: oldName, avatar_url: oldAvatar, ...rest } = before.pdu.content;
        if (oldName === displayname && oldAvatar === avatarUrl) return;
        const content = {
          ...rest,
          ...(displayname === undefined ? {} : { displayname }),
          ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
        };
        await chain.append({ type: 'm.room.member', sender: userId, stateKey: userId, content });
      });
    } catch (error) {
      // A room whose rules refuse the change keeps the old name; the other rooms follow all the same.
      if (!(error instanceof MatrixError)) throw error;
      context.logger.info('profile not carried into room', { room: room.roomId, reason: error.message });
    }
  }
}
