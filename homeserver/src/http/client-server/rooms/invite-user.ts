import { inviteUser as invite } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const inviteUser = endpoint(
  'inviteUser',
  { limit: 'invite' },
  async ({ params: { roomId }, body, requester, services, takeFromLimit }) => {
    takeFromLimit('invitee', body.user_id);
    await invite(services.rooms, { roomId, sender: requester.userId }, body.user_id, { reason: body.reason });
    return {};
  },
);
