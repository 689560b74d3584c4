import type { Accounts } from '../accounts/index.ts';
import type { Encryption } from '../encryption/index.ts';
import type { Realtime } from '../realtime/index.ts';
import type { RoomsContext, UserSettingsCache } from '../rooms/index.ts';
import type { Notifier } from '../stream/index.ts';
import { DeviceNewsCache } from './device-news.ts';
import type { SyncContext } from './frame.ts';
import { PlainMessagesCache } from './plain-messages.ts';
import { UnreadCounts } from './unread-counts.ts';

export interface SyncOptions {
  readonly rooms: RoomsContext;
  readonly accounts: Pick<Accounts, 'accountData' | 'filters'>;
  readonly realtime: Realtime;
  readonly encryption: Pick<Encryption, 'deviceKeys' | 'toDevice'>;
  readonly notifier: Notifier;
  readonly settings: UserSettingsCache;
}

/** What sync keeps in memory, following the log from now on, and what it works with beside that. */
export function createSyncContext(options: SyncOptions): SyncContext {
  const { rooms, accounts, realtime, encryption, notifier, settings } = options;
  const unread = new UnreadCounts(rooms, realtime.receipts, settings);
  const deviceNews = new DeviceNewsCache(encryption);
  notifier.onRows((rows) => {
    unread.follow(rows);
    deviceNews.follow(rows);
  });
  const { accountData } = accounts;
  const plainMessages = new PlainMessagesCache();
  return { rooms, accountData, realtime, encryption, notifier, settings, unread, deviceNews, plainMessages };
}
