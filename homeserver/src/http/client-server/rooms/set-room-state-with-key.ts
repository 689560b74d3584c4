import { setState } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

/** Without a state key in the path it is the empty one. */
export const setRoomStateWithKey = endpoint(
  'setRoomStateWithKey',
  { limit: 'roomState', aliases: ['/_matrix/client/v3/rooms/{roomId}/state/{eventType}'] },
  async ({ params: { roomId, eventType, stateKey }, body, requester, services }) => {
    const target = { roomId, sender: requester.userId };
    const eventId = await setState(services.rooms, target, eventType, stateKey, body);
    return { event_id: eventId };
  },
);
