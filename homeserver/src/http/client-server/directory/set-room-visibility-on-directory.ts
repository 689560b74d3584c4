import { listRoom } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const setRoomVisibilityOnDirectory = endpoint(
  'setRoomVisibilityOnDirectory',
  { limit: 'roomState' },
  async ({ params: { roomId }, body: { visibility = 'public' }, requester, services }) => {
    await listRoom(services.rooms, requester.userId, roomId, visibility === 'public');
    return {};
  },
);
