import { getPublicRooms as publicRooms } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { integerQuery, textQuery } from '../../request-values.ts';
import { requireThisServer } from './require-this-server.ts';

export const getPublicRooms = endpoint('getPublicRooms', { limit: 'search' }, ({ query, services }) => {
  requireThisServer(query, services);
  return publicRooms(services.rooms, {
    limit: integerQuery(query, 'limit'),
    since: textQuery(query, 'since'),
  });
});
