import { getHierarchy } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { booleanQuery, integerQuery, textQuery } from '../../request-values.ts';

export const getSpaceHierarchy = endpoint(
  'getSpaceHierarchy',
  {},
  ({ params: { roomId }, query, requester, services }) =>
    getHierarchy(services.rooms, roomId, requester.userId, {
      suggestedOnly: booleanQuery(query, 'suggested_only'),
      maxDepth: integerQuery(query, 'max_depth'),
      limit: integerQuery(query, 'limit', { least: 1 }),
      from: textQuery(query, 'from'),
    }),
);
