import { getRoomSummary as summary } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { viaOf } from './via.ts';

/** The older paths are MSC3266's, which clients of before v1.15 use. */
export const getRoomSummary = endpoint(
  'getRoomSummary',
  {
    auth: 'optional',
    limit: 'search',
    aliases: [
      '/_matrix/client/unstable/im.nheko.summary/summary/{roomIdOrAlias}',
      '/_matrix/client/unstable/im.nheko.summary/rooms/{roomIdOrAlias}/summary',
    ],
  },
  ({ params, query, requester, services }) =>
    summary(services.rooms, params.roomIdOrAlias, requester?.userId, viaOf(query)),
);
