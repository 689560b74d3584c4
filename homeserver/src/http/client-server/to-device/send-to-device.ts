import { endpoint } from '../../endpoint.ts';

/** Sends messages to devices. A repeated request sends nothing again. */
export const sendToDevice = endpoint(
  'sendToDevice',
  { limit: 'toDevice' },
  async ({ params, body, requester, services }) => {
    const { eventType: type, txnId } = params;
    const { userNid, deviceId } = requester;
    await services.encryption.toDevice.send({
      sender: requester.userId,
      type,
      messages: body.messages,
      transaction: { userNid, deviceId, scope: `to-device ${type}`, txnId },
    });
    return {};
  },
);
