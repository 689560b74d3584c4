import type { Accounts } from '../accounts/index.ts';
import type { Encryption } from '../encryption/index.ts';
import type { Realtime } from '../realtime/index.ts';
import type { RoomsContext, UserSettingsCache } from '../rooms/index.ts';
import type { Notifier } from '../stream/index.ts';
import { DeviceNewsCache } from './device-news.ts';
import { DirectRooms } from './sliding/direct-rooms.ts';
import { RoomActivity } from './sliding/room-activity.ts';
import { SlidingSync } from './sliding/sliding-sync.ts';
import { ViewerRooms } from './sliding/viewer-rooms.ts';
import { Sync } from './sync.ts';
import { UnreadCounts } from './unread-counts.ts';

export type { StateKey } from './frame.ts';
/** Sync: what is new for somebody. */
export { beginLikeBefore, type EventStream, type InitialSync, streamEvents } from './legacy.ts';
export type { SyncBody } from './response-shapes.ts';
export { RequiredState, type StatePattern } from './sliding/required-state.ts';
export type { Hero, RoomResult, ShownState } from './sliding/room-result.ts';
export type {
  ExtensionScope,
  ExtensionsRequest,
  ListFilters,
  ListRequest,
  RoomConfig,
  SlidingRequest,
} from './sliding/sliding-request.ts';
export type { ListAnswer, SlidingAnswer } from './sliding/sliding-response.ts';
export type { Sync, SyncRequest } from './sync.ts';

export interface SyncOptions {
  readonly rooms: RoomsContext;
  readonly accounts: Pick<Accounts, 'accountData' | 'filters'>;
  readonly realtime: Realtime;
  readonly encryption: Pick<Encryption, 'deviceKeys' | 'toDevice'>;
  readonly notifier: Notifier;
  readonly settings: UserSettingsCache;
}

export function createSync(options: SyncOptions): Sync {
  const { rooms, accounts, realtime, encryption, notifier, settings } = options;
  const unread = new UnreadCounts(rooms, realtime.receipts, settings);
  const deviceNews = new DeviceNewsCache(encryption);
  notifier.onRows((rows) => {
    unread.follow(rows);
    deviceNews.follow(rows);
  });
  const { accountData, filters } = accounts;
  const context = { rooms, accountData, realtime, encryption, notifier, settings, unread, deviceNews };
  const activity = new RoomActivity(rooms);
  const directRooms = new DirectRooms(accountData);
  notifier.onRows((rows) => {
    activity.follow(rows);
    directRooms.follow(rows);
  });
  const viewerRooms = new ViewerRooms(rooms);
  return new Sync(context, filters, new SlidingSync({ ...context, activity, directRooms, viewerRooms }));
}
