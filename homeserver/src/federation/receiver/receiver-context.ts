import type { Encryption } from '../../encryption/index.ts';
import type { Realtime } from '../../realtime/index.ts';
import type { FederationContext } from '../context.ts';

/** What receives the transactions of other servers works with. */
export interface ReceiverContext extends FederationContext {
  readonly encryption: Pick<Encryption, 'deviceLists' | 'toDevice'>;
  readonly realtime: Pick<Realtime, 'typing' | 'presence' | 'receipts'>;
  /** Counts what came: `pdu`, or the type of an EDU that is known here, and what became of it. */
  readonly count: (kind: string, outcome: string) => void;
}
