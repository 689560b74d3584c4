import { getPublicRooms } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { requireThisServer } from './require-this-server.ts';

export const queryPublicRooms = endpoint(
  'queryPublicRooms',
  { limit: 'search', body: 'optional-json' },
  ({ query, body, services }) => {
    requireThisServer(query, services);
    return getPublicRooms(services.rooms, {
      limit: body.limit,
      since: body.since,
      searchTerm: body.filter?.generic_search_term,
      roomTypes: body.filter?.room_types,
    });
  },
);
