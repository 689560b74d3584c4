import { getRelations } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { readRelationsQuery } from './relations-request.ts';

export const getRelatingEvents = endpoint(
  'getRelatingEvents',
  { aliases: ['/_matrix/client/unstable/rooms/{roomId}/relations/{eventId}'] },
  ({ params: { roomId, eventId }, query, requester, services }) =>
    getRelations(services.rooms, roomId, eventId, requester, readRelationsQuery(query)),
);

export const getRelatingEventsWithRelType = endpoint(
  'getRelatingEventsWithRelType',
  { aliases: ['/_matrix/client/unstable/rooms/{roomId}/relations/{eventId}/{relType}'] },
  ({ params: { roomId, eventId, relType }, query, requester, services }) =>
    getRelations(services.rooms, roomId, eventId, requester, { ...readRelationsQuery(query), relType }),
);

export const getRelatingEventsWithRelTypeAndEventType = endpoint(
  'getRelatingEventsWithRelTypeAndEventType',
  { aliases: ['/_matrix/client/unstable/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}'] },
  ({ params: { roomId, eventId, relType, eventType }, query, requester, services }) =>
    getRelations(services.rooms, roomId, eventId, requester, {
      ...readRelationsQuery(query),
      relType,
      type: eventType,
    }),
);
