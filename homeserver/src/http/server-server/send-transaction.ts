import { invalidParam } from '../../protocol/errors.ts';
import { federationEndpoint } from './federation-endpoint.ts';

/** Fifty of the largest events and as many EDUs. */
const MAX_TRANSACTION_BYTES = 8 * 1_048_576;

/** Takes what another server has to tell. */
export const sendTransaction = federationEndpoint(
  'sendTransaction',
  { maxBodyBytes: MAX_TRANSACTION_BYTES },
  ({ origin, params, body, services }) => {
    if (body.origin !== origin) throw invalidParam('The transaction is of another server than its signature');
    const { pdus, edus = [] } = body;
    return services.receiver.transactions.receive({ origin, txnId: params.txnId, pdus, edus });
  },
);
