import type { JsonObject } from '../../protocol/canonical-json.ts';

/** What a response tells of a room; what is absent has not changed. Source: MSC4186, "RoomResult". */
export interface RoomResult {
  /** Everything that the client has of the room is to be replaced. */
  readonly initial?: true;
  readonly membership?: string;
  /** The names of the lists that the room is in. */
  readonly lists?: readonly string[];
  readonly bumpStamp?: number;
  /** Null for a room that has none any more. */
  readonly name?: string | null;
  readonly avatar?: string | null;
  readonly heroes?: readonly Hero[];
  readonly isDirect?: boolean;
  readonly requiredState?: readonly ShownState[];
  readonly timeline?: readonly JsonObject[];
  readonly prevBatch?: string;
  readonly limited?: true;
  /** How many of the last events are new, and not history. */
  readonly live?: number;
  /** Whether there are events in the timeline from before those that the client was sent already. */
  readonly isExpanded?: true;
  readonly joinedCount?: number;
  readonly invitedCount?: number;
  readonly notificationCount?: number;
  readonly highlightCount?: number;
  /** Of rooms that the viewer is not in. */
  readonly strippedState?: readonly JsonObject[];
}

/** Somebody after whom a room without a name is named. */
export interface Hero {
  readonly userId: string;
  readonly displayName: string | undefined;
  readonly avatarUrl: string | undefined;
}

/** A piece of state. */
export interface ShownState {
  readonly event: JsonObject;
  /** There is no such state any more: the event is the one that had set it, without its content. */
  readonly isGone: boolean;
}
