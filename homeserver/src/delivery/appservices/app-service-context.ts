import type { AppServices } from '../../accounts/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Encryption } from '../../encryption/index.ts';
import type { Realtime } from '../../realtime/index.ts';
import type { RoomsContext } from '../../rooms/index.ts';
import type { Storage } from '../../storage/index.ts';
import type { AppServiceCalls } from './app-service-calls.ts';

/** What telling application services works with. */
export interface AppServiceContext {
  readonly storage: Storage;
  readonly services: AppServices;
  readonly calls: AppServiceCalls;
  readonly rooms: RoomsContext;
  readonly realtime: Pick<Realtime, 'typing' | 'presence' | 'receipts'>;
  readonly encryption: Pick<Encryption, 'toDevice' | 'deviceKeys'>;
  readonly clock: Clock;
  readonly logger: Logger;
}
