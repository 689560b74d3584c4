import { refuseSuspended } from '../../../accounts/index.ts';
import { getEvent, redactEvent as redact } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

/** Redacts an event. Suspended users take back what they have said themselves, and nothing else. */
export const redactEvent = endpoint('redactEvent', { limit: 'redaction' }, async (call) => {
  const { params, body, requester, services } = call;
  const { roomId, eventId, txnId } = params;
  const { userId, userNid, deviceId, restriction } = requester;
  if (restriction === 'suspended') {
    const { sender } = await getEvent(services.rooms, roomId, eventId, requester);
    if (sender !== userId) refuseSuspended(requester);
  }
  const content = body.reason === undefined ? {} : { reason: body.reason };
  const transaction = { userNid, deviceId, scope: `redact ${roomId} ${eventId}`, txnId };
  const redaction = await redact(services.rooms, { roomId, sender: userId }, eventId, content, transaction);
  return { event_id: redaction };
});
