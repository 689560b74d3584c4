import { getThreads } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { enumQuery, integerQuery, textQuery } from '../../request-values.ts';

export const getThreadRoots = endpoint(
  'getThreadRoots',
  { aliases: ['/_matrix/client/unstable/org.matrix.msc3856/rooms/{roomId}/threads'] },
  ({ params: { roomId }, query, requester, services }) =>
    getThreads(services.rooms, roomId, requester, {
      include: enumQuery(query, 'include', ['all', 'participated']) ?? 'all',
      from: textQuery(query, 'from'),
      limit: integerQuery(query, 'limit', { least: 1 }),
    }),
);
