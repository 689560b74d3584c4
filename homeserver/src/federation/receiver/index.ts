import type { Encryption } from '../../encryption/index.ts';
import type { Realtime } from '../../realtime/index.ts';
import type { FederationContext } from '../context.ts';
import { StagedEvents } from './receive-staged.ts';
import { TransactionReceiver } from './receive-transaction.ts';
import type { ReceiverContext } from './receiver-context.ts';

/** Receives what other servers send. */
export interface Receiver {
  readonly transactions: TransactionReceiver;
  /** Takes the events in that were stored with them, as a job does it. */
  readonly staged: StagedEvents;
}

/** Puts together what receives the transactions of other servers. */
export function createReceiver(
  federation: FederationContext,
  parts: { readonly encryption: Encryption; readonly realtime: Realtime },
): Receiver {
  const received = federation.metrics.counter({
    name: 'guildhall_federation_received_total',
    help: 'What other servers have sent: events (`pdu`) and EDUs by type, and what became of them',
    labels: ['kind', 'outcome'],
  });
  const context: ReceiverContext = {
    ...federation,
    ...parts,
    count: (kind, outcome) => received.inc({ kind, outcome }),
  };
  const staged = new StagedEvents(context);
  return { transactions: new TransactionReceiver(context, staged), staged };
}
