import type { JsonObject } from '../protocol/canonical-json.ts';

/**
 * The body of an answer to `GET /sync`.
 *
 * Source: Client-Server API v1.19, `GET /_matrix/client/v3/sync`.
 */
export interface SyncBody {
  next_batch: string;
  account_data?: EventList;
  presence?: EventList;
  rooms?: RoomsBody;
  to_device: EventList;
  device_lists: { changed: string[]; left: string[] };
  /** Clients upload keys by these two: both are there even when there is nothing to count. */
  device_one_time_keys_count: Record<string, number>;
  device_unused_fallback_key_types: string[];
}

export interface RoomsBody {
  join?: Record<string, JoinedRoomBody>;
  invite?: Record<string, { invite_state: EventList }>;
  knock?: Record<string, { knock_state: EventList }>;
  leave?: Record<string, TimelineBody>;
}

/** A stretch of a room's timeline, and the state that goes with it under the name that the client asked for. */
export interface TimelineBody {
  timeline: { events: JsonObject[]; limited: boolean; prev_batch: string };
  state?: EventList;
  state_after?: EventList;
  'org.matrix.msc4222.state_after'?: EventList;
}

export interface JoinedRoomBody extends TimelineBody {
  summary?: SummaryBody;
  /** MSC4354; absent if there are none. */
  msc4354_sticky?: EventList;
  ephemeral: EventList;
  account_data: EventList;
  unread_notifications: CountsBody;
  unread_thread_notifications?: Record<string, CountsBody>;
}

export interface SummaryBody {
  'm.heroes'?: string[];
  'm.joined_member_count': number;
  'm.invited_member_count': number;
}

export interface CountsBody {
  notification_count: number;
  highlight_count: number;
}

export interface EventList {
  events: JsonObject[];
}
