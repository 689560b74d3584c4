import { joinRoom as join, resolveEnterable } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const joinRoom = endpoint(
  'joinRoom',
  { limit: 'join', body: 'optional-json' },
  async ({ params, body, requester, services }) => {
    const { roomId } = await resolveEnterable(services.rooms, params.roomIdOrAlias);
    await join(services.rooms, requester.userId, roomId, { reason: body.reason });
    return { room_id: roomId };
  },
);
