import { lookUpAlias } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const getRoomIdByAlias = endpoint('getRoomIdByAlias', {}, async ({ params, services }) => {
  const { roomId, servers } = await lookUpAlias(services.rooms, params.roomAlias);
  return { room_id: roomId, servers };
});
