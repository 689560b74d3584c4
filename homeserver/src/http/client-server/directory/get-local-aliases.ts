import { getLocalAliases as localAliases } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const getLocalAliases = endpoint(
  'getLocalAliases',
  {},
  async ({ params: { roomId }, requester, services }) => ({
    aliases: await localAliases(services.rooms, roomId, requester.userId),
  }),
);
