import { parseRoomEventFilter } from '../../../accounts/index.ts';
import { missingParam } from '../../../protocol/errors.ts';
import { getMessages } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { enumQuery, integerQuery, jsonQuery, textQuery } from '../../request-values.ts';

export const getRoomEvents = endpoint(
  'getRoomEvents',
  {},
  async ({ params: { roomId }, query, requester, services }) => {
    const direction = enumQuery(query, 'dir', ['b', 'f']);
    if (direction === undefined) throw missingParam('The query parameter dir is missing: b or f');
    return getMessages(services.rooms, roomId, requester, {
      direction,
      from: textQuery(query, 'from'),
      to: textQuery(query, 'to'),
      limit: integerQuery(query, 'limit'),
      filter: parseRoomEventFilter(jsonQuery(query, 'filter') ?? {}),
    });
  },
);
