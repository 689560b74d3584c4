import { forgetRoom as forget } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const forgetRoom = endpoint(
  'forgetRoom',
  { limit: 'membership' },
  async ({ params: { roomId }, requester, services }) => {
    await forget(services.rooms, { roomId, sender: requester.userId });
    return {};
  },
);
