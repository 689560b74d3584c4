import type { Accounts } from '../accounts/index.ts';
import type { Encryption } from '../encryption/index.ts';
import type { Realtime } from '../realtime/index.ts';
import type { RoomsContext, UserSettingsCache } from '../rooms/index.ts';
import type { Notifier } from '../stream/index.ts';
import { DeviceNewsCache } from './device-news.ts';
import { Sync } from './sync.ts';
import { UnreadCounts } from './unread-counts.ts';

export type { StateKey } from './frame.ts';
/** Sync: what is new for somebody. */
export { beginLikeBefore, type EventStream, type InitialSync, streamEvents } from './legacy.ts';
export type { SyncBody } from './response-shapes.ts';
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
  return new Sync(
    { rooms, accountData, realtime, encryption, notifier, settings, unread, deviceNews },
    filters,
  );
}
