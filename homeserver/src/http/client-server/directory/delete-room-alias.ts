import { deleteAlias } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const deleteRoomAlias = endpoint(
  'deleteRoomAlias',
  { limit: 'roomState' },
  async ({ params: { roomAlias }, requester, services }) => {
    await deleteAlias(services.rooms, requester.userId, roomAlias);
    return {};
  },
);
