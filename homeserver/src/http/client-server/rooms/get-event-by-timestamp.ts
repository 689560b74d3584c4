import { missingParam } from '../../../protocol/errors.ts';
import { getEventByTimestamp as eventByTimestamp } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { enumQuery, integerQuery } from '../../request-values.ts';

export const getEventByTimestamp = endpoint(
  'getEventByTimestamp',
  { limit: 'search' },
  async ({ params: { roomId }, query, requester, services }) => {
    const ts = integerQuery(query, 'ts');
    const direction = enumQuery(query, 'dir', ['b', 'f']);
    if (ts === undefined || direction === undefined) {
      throw missingParam('The query parameters ts (milliseconds) and dir (b or f) are needed');
    }
    return eventByTimestamp(services.rooms, roomId, requester, { ts, direction });
  },
);
