import { unbanUser } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const unban = endpoint(
  'unban',
  { limit: 'membership' },
  async ({ params: { roomId }, body, requester, services }) => {
    const target = { roomId, sender: requester.userId };
    await unbanUser(services.rooms, target, body.user_id, body.reason);
    return {};
  },
);
