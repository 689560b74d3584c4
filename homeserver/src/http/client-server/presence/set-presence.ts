import { forbidden, invalidParam } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';

/** As much as anybody reads; the message is sent to everybody who shares a room. */
const LONGEST_STATUS_MESSAGE = 1_000;

export const setPresence = endpoint(
  'setPresence',
  { limit: 'presence' },
  ({ services, requester, params, body }) => {
    if (params.userId !== requester.userId) throw forbidden('You can only set your own presence');
    const { presence, status_msg: statusMessage } = body;
    if (statusMessage !== undefined && statusMessage.length > LONGEST_STATUS_MESSAGE) {
      throw invalidParam(`A status message has at most ${LONGEST_STATUS_MESSAGE} characters`);
    }
    services.realtime.presence.set(requester.userId, presence, statusMessage || undefined);
    return {};
  },
);
