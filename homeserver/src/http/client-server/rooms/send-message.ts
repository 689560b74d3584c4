import { sendEvent } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import type { RateLimitName } from '../../rate-limits.ts';
import { delayOf, scheduleEvent } from '../delayed-events/schedule.ts';
import { saidAt } from './said-at.ts';
import { stickyDurationIn } from './sticky-duration.ts';

/** The types that have a limit of their own. */
const LIMITS = new Map<string, RateLimitName>([
  ['m.reaction', 'reaction'],
  ['m.room.redaction', 'redaction'],
]);

export const sendMessage = endpoint('sendMessage', { exactNumbers: true }, async (call) => {
  const { params, query, body, requester, services, takeFromLimit } = call;
  const { roomId, eventType, txnId } = params;
  const { userId, userNid, deviceId } = requester;
  takeFromLimit(LIMITS.get(eventType) ?? 'message', userId);
  const delayMs = delayOf(query);
  if (delayMs !== undefined) {
    return scheduleEvent(call, { roomId, type: eventType, content: body, txnId }, delayMs);
  }
  const transaction = { userNid, deviceId, scope: `send ${roomId} ${eventType}`, txnId };
  services.realtime.presence.userIsActive(userId);
  const target = {
    roomId,
    sender: userId,
    originServerTs: saidAt(call),
    stickyMs: stickyDurationIn(query),
    isRelayed: requester.appService !== undefined,
  };
  const eventId = await sendEvent(services.rooms, target, eventType, body, transaction);
  return { event_id: eventId };
});
