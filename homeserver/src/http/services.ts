import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { GuildsContext } from '../guilds/index.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { RoomsContext } from '../rooms/index.ts';
import type { Requester } from './endpoint.ts';

/**
 * What handlers call: the rooms of the server, each under its name. `server` puts it together. Whoever adds a room
 * adds its line; a handler calls one function of it and presents the result.
 */
export interface Services {
  readonly accounts: {
    readonly sessions: {
      /**
       * Who the access token belongs to; undefined if nobody. Rejects with a `MatrixError` to say more.
       * @param ip where the request comes from.
       */
      authenticate(token: string, ip: string): Promise<Requester | undefined>;
    };
  };
  readonly guilds: GuildsContext;
  readonly rooms: RoomsContext;
  readonly serverName: ServerName;
  /** Where clients reach this server, without a slash at the end: `https://chat.example.org`. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}
