import { findEntrance, joinRoom as join } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { viaOf } from './via.ts';

export const joinRoom = endpoint(
  'joinRoom',
  { limit: 'join', body: 'optional-json' },
  async ({ params, query, body, requester, services }) => {
    const { roomId, servers } = await findEntrance(services.rooms, params.roomIdOrAlias, viaOf(query));
    await join(services.rooms, requester.userId, roomId, { reason: body.reason, via: servers });
    return { room_id: roomId };
  },
);
