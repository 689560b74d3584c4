import { invalidParam } from '../../../protocol/errors.ts';
import { FULLY_READ, RECEIPT_TYPES } from '../../../realtime/index.ts';
import { endpoint } from '../../endpoint.ts';

const TYPES = [...RECEIPT_TYPES, FULLY_READ] as const;

export const postReceipt = endpoint(
  'postReceipt',
  { limit: 'receipt', body: 'optional-json' },
  async ({ services, requester, params, body }) => {
    const type = TYPES.find((known) => known === params.receiptType);
    if (type === undefined) throw invalidParam(`A receipt is one of ${TYPES.join(', ')}`);
    const { receipts, presence } = services.realtime;
    presence.userIsActive(requester.userId);
    await receipts.post(requester, params.roomId, type, params.eventId, body.thread_id);
    return {};
  },
);
