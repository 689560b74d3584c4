import type { Accounts } from '../accounts/index.ts';
import type { Encryption } from '../encryption/index.ts';
import type { Realtime } from '../realtime/index.ts';
import type { RoomsContext, UserSettingsCache, Viewer } from '../rooms/index.ts';
import type { Notifier } from '../stream/index.ts';
import type { DeviceNewsCache } from './device-news.ts';
import type { PlainMessagesCache } from './plain-messages.ts';
import type { SentMembers } from './sent-members.ts';
import type { SyncFilter } from './sync-filter.ts';
import type { UnreadCounts } from './unread-counts.ts';

/** What every provider of a part of the response works with. */
export interface SyncContext {
  readonly rooms: RoomsContext;
  readonly accountData: Accounts['accountData'];
  readonly realtime: Realtime;
  readonly encryption: Pick<Encryption, 'toDevice'>;
  readonly notifier: Notifier;
  readonly settings: UserSettingsCache;
  readonly unread: UnreadCounts;
  readonly deviceNews: DeviceNewsCache;
  readonly plainMessages: PlainMessagesCache;
}

/** A place in the log and in what lives in memory only. */
export interface Place {
  readonly position: number;
  readonly ephemeral: number;
  /** In the log: how far messages to the device are delivered, if that is not as far as `position`. */
  readonly toDevice?: number | undefined;
}

/** Under which name the response has the room's state, and with that: at the start of the timeline, or at its end. */
export type StateKey = 'state' | 'state_after' | 'org.matrix.msc4222.state_after';

/** One response on its way: for whom, what they want, and which part of everything it covers. */
export interface Frame {
  readonly viewer: Viewer;
  readonly filter: SyncFilter;
  /** Undefined for an initial sync. */
  readonly since: Place | undefined;
  /**
   * Whether the client had a token of another life of the database: what it knows may never have happened here, or is
   * long over.
   */
  readonly beginsAgain: boolean;
  readonly until: Place;
  /** Every joined room with all of its state, changed or not. */
  readonly fullState: boolean;
  readonly stateKey: StateKey;
  readonly sentMembers: SentMembers;
}
