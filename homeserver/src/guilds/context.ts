import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { RoomsContext } from '../rooms/index.ts';
import type { Storage } from '../storage/index.ts';

/** What the guilds work with. */
export interface GuildsContext {
  readonly storage: Storage;
  readonly rooms: RoomsContext;
  readonly serverName: string;
  /** Where people reach this server, without a slash at the end; invite links begin with it. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The user that creates guilds and channels and acts for the server in them. */
  readonly steward: string;
}
