import { getEventAnywhere, getMessages, getRoomSnapshot } from '../../../rooms/index.ts';
import { beginLikeBefore, streamEvents } from '../../../sync/index.ts';
import { type Endpoint, endpoint } from '../../endpoint.ts';
import { booleanQuery, integerQuery, textQuery } from '../../request-values.ts';

/**
 * It waits as long as it is told to, like `/sync`. With a room it is for who looks into one without being there: what
 * has happened, without waiting for more.
 */
const getEvents = endpoint('getEvents', {}, ({ query, requester, services, signal }) => {
  const roomId = textQuery(query, 'room_id');
  const from = textQuery(query, 'from');
  if (roomId !== undefined) {
    return getMessages(services.rooms, roomId, requester, { direction: 'f', from, limit: 100, filter: {} });
  }
  const timeoutMs = integerQuery(query, 'timeout') ?? 0;
  return streamEvents(services.sync, { viewer: requester, from, timeoutMs, signal });
});

const getOneEvent = endpoint('getOneEvent', {}, ({ params, requester, services }) =>
  getEventAnywhere(services.rooms, params.eventId, requester),
);

const initialSync = endpoint('initialSync', {}, ({ query, requester, services, signal }) =>
  beginLikeBefore(services.sync, requester, {
    limit: integerQuery(query, 'limit'),
    archived: booleanQuery(query, 'archived') ?? false,
    signal,
  }),
);

const roomInitialSync = endpoint('roomInitialSync', {}, ({ params, requester, services }) =>
  getRoomSnapshot(services.rooms, params.roomId, requester),
);

/** What clients used before there was `/sync`. Deprecated, and in the specification still. */
export const legacyEndpoints: readonly Endpoint[] = [getEvents, getOneEvent, initialSync, roomInitialSync];
