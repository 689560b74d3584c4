import { findEntrance, knockOnRoom } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { viaOf } from './via.ts';

export const knockRoom = endpoint(
  'knockRoom',
  { limit: 'join', body: 'optional-json' },
  async ({ params, query, body, requester, services }) => {
    const { roomId, servers } = await findEntrance(services.rooms, params.roomIdOrAlias, viaOf(query));
    await knockOnRoom(services.rooms, requester.userId, roomId, { reason: body.reason, via: servers });
    return { room_id: roomId };
  },
);
