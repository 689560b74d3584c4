import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { badJson, notFound } from '../../../protocol/errors.ts';
import { isRoomId, type ServerName } from '../../../protocol/identifiers.ts';
import { requireServerAllowed } from '../../../rooms/index.ts';
import type { ReceiverContext } from '../receiver-context.ts';
import { requireUserOf } from './remote-user.ts';

/** Servers do not say for how long; it ends by itself if they are not heard from again. As Synapse. */
const TYPING_FOR_MS = 60_000;

/** Somebody of another server types, or has stopped. Source: Server-Server API v1.19, `m.typing`. */
export async function receiveTyping(
  { rooms, realtime }: ReceiverContext,
  origin: ServerName,
  { room_id: roomId, user_id: user, typing }: JsonObject,
): Promise<void> {
  const userId = requireUserOf(origin, user);
  if (!isRoomId(roomId) || typeof typing !== 'boolean') throw badJson('The EDU names no room');
  const room = await rooms.registry.byId(roomId);
  if (room === undefined) throw notFound('This server is not in the room');
  requireServerAllowed(room, origin);
  if (typing) await realtime.typing.start(roomId, userId, TYPING_FOR_MS);
  else await realtime.typing.stop(roomId, userId);
}
