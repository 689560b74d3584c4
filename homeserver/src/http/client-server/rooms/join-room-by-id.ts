import { invalidParam } from '../../../protocol/errors.ts';
import { isRoomId } from '../../../protocol/identifiers.ts';
import { joinRoom } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const joinRoomById = endpoint(
  'joinRoomById',
  { limit: 'join', body: 'optional-json' },
  async ({ params: { roomId }, body, requester, services }) => {
    if (!isRoomId(roomId)) throw invalidParam(`${roomId} is not a room ID`);
    await joinRoom(services.rooms, requester.userId, roomId, { reason: body.reason });
    return { room_id: roomId };
  },
);
