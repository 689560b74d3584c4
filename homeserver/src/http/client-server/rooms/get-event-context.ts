import { parseRoomEventFilter } from '../../../accounts/index.ts';
import { getContext } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { integerQuery, jsonQuery } from '../../request-values.ts';

export const getEventContext = endpoint(
  'getEventContext',
  {},
  ({ params: { roomId, eventId }, query, requester, services }) =>
    getContext(services.rooms, roomId, eventId, requester, {
      limit: integerQuery(query, 'limit'),
      filter: parseRoomEventFilter(jsonQuery(query, 'filter') ?? {}),
    }),
);
