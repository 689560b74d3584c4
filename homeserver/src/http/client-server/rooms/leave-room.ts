import { leaveByUser } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const leaveRoom = endpoint(
  'leaveRoom',
  { limit: 'membership', body: 'optional-json' },
  async ({ params: { roomId }, body, requester, services }) => {
    await leaveByUser(services.rooms, { roomId, sender: requester.userId }, body.reason);
    return {};
  },
);
