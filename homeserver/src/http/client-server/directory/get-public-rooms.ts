import { getPublicRoomsOf } from '../../../federation/index.ts';
import { getPublicRooms as publicRooms } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { integerQuery, textQuery } from '../../request-values.ts';
import { otherServerOf } from './other-server.ts';

export const getPublicRooms = endpoint('getPublicRooms', { limit: 'search' }, ({ query, services }) => {
  const [limit, since] = [integerQuery(query, 'limit'), textQuery(query, 'since')];
  const server = otherServerOf(query, services);
  if (server === undefined) return publicRooms(services.rooms, { limit, since });
  const request = { ...(limit === undefined ? {} : { limit }), ...(since === undefined ? {} : { since }) };
  return getPublicRoomsOf(services.federation, server, request);
});
