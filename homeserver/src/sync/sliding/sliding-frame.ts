import type { Viewer } from '../../rooms/index.ts';
import type { RoomOfUser } from '../../storage/index.ts';
import type { Place, SyncContext } from '../frame.ts';
import type { Connection } from './connections.ts';
import type { DirectRooms } from './direct-rooms.ts';
import type { RoomActivity } from './room-activity.ts';
import type { RoomConfig, SlidingRequest } from './sliding-request.ts';
import type { ViewerRooms } from './viewer-rooms.ts';

/** What the parts of a response work with. */
export interface SlidingContext extends SyncContext {
  readonly activity: RoomActivity;
  readonly viewerRooms: ViewerRooms;
  readonly directRooms: DirectRooms;
}

/** One response on its way. */
export interface SlidingFrame {
  readonly request: SlidingRequest;
  readonly viewer: Viewer;
  readonly connection: Connection;
  /** Where the client is; undefined in the first response of a connection. */
  readonly since: Place | undefined;
  readonly until: Place;
}

/** A room of the viewer's that is to be shown. */
export interface ListedRoom {
  readonly mine: RoomOfUser;
  /** Of its newest event, as far as the viewer may know. */
  readonly position: number;
}

/** A room that a request asks for. */
export interface WantedRoom extends ListedRoom {
  /** What all that asks for it wants together. */
  readonly config: RoomConfig;
  /** The names of the lists that it is in the window of. */
  readonly lists: readonly string[];
}
