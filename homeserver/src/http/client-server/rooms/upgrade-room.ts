import { upgradeRoom as upgrade } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const upgradeRoom = endpoint(
  'upgradeRoom',
  { limit: 'roomCreation' },
  async ({ params: { roomId }, body, requester, services }) => {
    const replacement = await upgrade(
      services.rooms,
      { roomId, sender: requester.userId },
      { roomVersion: body.new_version, additionalCreators: body.additional_creators },
    );
    return { replacement_room: replacement };
  },
);
