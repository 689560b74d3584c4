import { kickUser } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const kick = endpoint(
  'kick',
  { limit: 'membership' },
  async ({ params: { roomId }, body, requester, services }) => {
    const target = { roomId, sender: requester.userId };
    await kickUser(services.rooms, target, body.user_id, body.reason);
    return {};
  },
);
