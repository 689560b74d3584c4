import { getVisibility } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const getRoomVisibilityOnDirectory = endpoint(
  'getRoomVisibilityOnDirectory',
  {},
  async ({ params, services }) => ({ visibility: await getVisibility(services.rooms, params.roomId) }),
);
