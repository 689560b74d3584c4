import { getStateEvent } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { enumQuery } from '../../request-values.ts';

/** Without a state key in the path it is the empty one. */
export const getRoomStateWithKey = endpoint(
  'getRoomStateWithKey',
  { aliases: ['/_matrix/client/v3/rooms/{roomId}/state/{eventType}'] },
  async ({ params: { roomId, eventType, stateKey }, query, requester, services }) => {
    const format = enumQuery(query, 'format', ['content', 'event']) ?? 'content';
    const event = await getStateEvent(services.rooms, roomId, { type: eventType, stateKey }, requester);
    return format === 'event' ? event : (event.content as object);
  },
);
