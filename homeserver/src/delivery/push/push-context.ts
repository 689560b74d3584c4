import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { OutboundClient } from '../../outbound/index.ts';
import type { Realtime } from '../../realtime/index.ts';
import type { PushEvaluator, RoomsContext, UserSettingsCache } from '../../rooms/index.ts';
import type { Storage } from '../../storage/index.ts';

/** A user whom something is pushed to. */
export interface PushedUser {
  readonly userId: string;
  readonly userNid: number;
}

/** What pushing works with. */
export interface PushContext {
  readonly storage: Storage;
  readonly rooms: RoomsContext;
  readonly receipts: Realtime['receipts'];
  readonly settings: UserSettingsCache;
  readonly evaluator: PushEvaluator;
  readonly outbound: OutboundClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where clients reach this server: pushes to its own gateway do not leave it. */
  readonly publicUrl: () => string;
  /** How many rooms have something for a user that they have not read. */
  readonly badgeOf: (user: PushedUser) => Promise<number>;
}
