import { createAlias } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const setRoomAlias = endpoint(
  'setRoomAlias',
  { limit: 'roomState' },
  async ({ params: { roomAlias }, body, requester, services }) => {
    await createAlias(services.rooms, requester.userId, roomAlias, body.room_id);
    return {};
  },
);
