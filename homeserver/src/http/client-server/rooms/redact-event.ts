import { redactEvent as redact } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const redactEvent = endpoint('redactEvent', { limit: 'redaction' }, async (call) => {
  const { params, body, requester, services } = call;
  const { roomId, eventId, txnId } = params;
  const { userId, userNid, deviceId } = requester;
  const content = body.reason === undefined ? {} : { reason: body.reason };
  const transaction = { userNid, deviceId, scope: `redact ${roomId} ${eventId}`, txnId };
  const redaction = await redact(services.rooms, { roomId, sender: userId }, eventId, content, transaction);
  return { event_id: redaction };
});
