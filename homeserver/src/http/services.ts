import type { Accounts, Requester } from '../accounts/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type {
  AppServiceCalls,
  AppServiceQueries,
  NotificationsPage,
  NotificationsRequest,
  PushGateway,
  WebPush,
} from '../delivery/index.ts';
import type { Encryption } from '../encryption/index.ts';
import type { Federation, Receiver } from '../federation/index.ts';
import type { GuildsContext } from '../guilds/index.ts';
import type { ScheduledTask, TaskFilter } from '../jobs/index.ts';
import type { Media } from '../media/index.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { CallKeeper, CallTokens, DelayedEvents, Realtime } from '../realtime/index.ts';
import type { RoomsContext, ServerNotices } from '../rooms/index.ts';
import type { Sync } from '../sync/index.ts';

/**
 * What handlers call: the rooms of the server, each under its name. `server` puts it together. Whoever adds a room
 * adds its line; a handler calls one function of it and presents the result.
 */
export interface Services {
  readonly accounts: Accounts;
  readonly media: Media;
  readonly realtime: Realtime;
  readonly delayedEvents: DelayedEvents;
  readonly callTokens: CallTokens;
  readonly callKeeper: CallKeeper;
  readonly encryption: Encryption;
  readonly guilds: GuildsContext;
  readonly federation: Federation;
  readonly receiver: Receiver;
  readonly rooms: RoomsContext;
  readonly sync: Sync;
  readonly appServiceCalls: AppServiceCalls;
  readonly appServiceQueries: AppServiceQueries;
  readonly pushGateway: PushGateway;
  readonly webPush: WebPush;
  readonly listNotifications: (
    viewer: Requester,
    request: NotificationsRequest,
  ) => Promise<NotificationsPage>;
  readonly serverNotices: ServerNotices;
  readonly listTasks: (filter: TaskFilter) => Promise<ScheduledTask[]>;
  /** TURN servers, if there are any. */
  readonly turn: { readonly uris: readonly string[]; readonly secret: string } | undefined;
  /** Where users of this server find help. */
  readonly support: { readonly page: string | undefined; readonly email: string | undefined };
  readonly forServers: {
    /** Where other servers reach this one: a name, perhaps with a port. Undefined if its own name leads there. */
    readonly name: string | undefined;
    /** Whether they see the public directory. */
    readonly seeDirectory: boolean;
  };
  readonly serverName: ServerName;
  /** Where clients reach this server, without a slash at the end: `https://chat.example.org`. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}
