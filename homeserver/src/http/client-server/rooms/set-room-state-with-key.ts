import { setState } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { delayOf, scheduleEvent } from '../delayed-events/schedule.ts';
import { saidAt } from './said-at.ts';
import { stickyDurationIn } from './sticky-duration.ts';

/** Without a state key in the path it is the empty one. */
export const setRoomStateWithKey = endpoint(
  'setRoomStateWithKey',
  {
    limit: 'roomState',
    exactNumbers: true,
    aliases: ['/_matrix/client/v3/rooms/{roomId}/state/{eventType}'],
  },
  async (call) => {
    const { params, query, body, requester, services } = call;
    const { roomId, eventType, stateKey } = params;
    const delayMs = delayOf(query);
    if (delayMs !== undefined) {
      return scheduleEvent(call, { roomId, type: eventType, stateKey, content: body }, delayMs);
    }
    const target = {
      roomId,
      sender: requester.userId,
      originServerTs: saidAt(call),
      stickyMs: stickyDurationIn(query),
    };
    const eventId = await setState(services.rooms, target, eventType, stateKey, body);
    return { event_id: eventId };
  },
);
