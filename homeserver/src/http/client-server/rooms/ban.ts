import { banUser } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const ban = endpoint(
  'ban',
  { limit: 'membership' },
  async ({ params: { roomId }, body, requester, services }) => {
    const target = { roomId, sender: requester.userId };
    await banUser(services.rooms, target, body.user_id, body.reason);
    return {};
  },
);
