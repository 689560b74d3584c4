import { knockOnRoom, resolveEnterable } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const knockRoom = endpoint(
  'knockRoom',
  { limit: 'join', body: 'optional-json' },
  async ({ params, body, requester, services }) => {
    const { roomId } = await resolveEnterable(services.rooms, params.roomIdOrAlias);
    await knockOnRoom(services.rooms, requester.userId, roomId, body.reason);
    return { room_id: roomId };
  },
);
