import { createSyncContext, type SyncOptions } from './create-context.ts';
import { DirectRooms } from './sliding/direct-rooms.ts';
import { RoomActivity } from './sliding/room-activity.ts';
import { SlidingSync } from './sliding/sliding-sync.ts';
import { ViewerRooms } from './sliding/viewer-rooms.ts';
import { Sync } from './sync.ts';

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

export function createSync(options: SyncOptions): Sync {
  const context = createSyncContext(options);
  const { rooms, accountData, notifier } = context;
  const activity = new RoomActivity(rooms);
  const directRooms = new DirectRooms(accountData);
  notifier.onRows((rows) => {
    activity.follow(rows);
    directRooms.follow(rows);
  });
  const viewerRooms = new ViewerRooms(rooms);
  const sliding = new SlidingSync({ ...context, activity, directRooms, viewerRooms });
  return new Sync(context, options.accounts.filters, sliding);
}
