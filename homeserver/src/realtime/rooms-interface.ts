import type { EventId, RoomId, UserId } from '../protocol/identifiers.ts';

/** What this room of the house asks the rooms of Matrix; whoever starts the server hands in the answers. */
export interface RoomMembership {
  /** Whether the user is joined to the room now. False for a room that does not exist. */
  isJoined(roomId: RoomId, userId: UserId): Promise<boolean>;
}

/** How one event refers to another (`m.relates_to`). */
export interface EventRelation {
  readonly relType: string;
  readonly eventId: EventId;
}

/** Where events stand, so that a receipt can be told from an older one. */
export interface EventPositions {
  /** The integer id of the room. */
  roomNidOf(roomId: RoomId): Promise<number | undefined>;
  /** The event's position in the log (for history that was fetched later: any order below it), if the room has it. */
  positionOf(roomId: RoomId, eventId: EventId): Promise<number | undefined>;
  /** The event's relation, if the room has the event and it has one. */
  relationOf(roomId: RoomId, eventId: EventId): Promise<EventRelation | undefined>;
}

/** Who may see whom. */
export interface SharedRooms {
  /** Those of `others` that are joined to a room that `viewer` is joined to as well. */
  whoShareRoomWith(viewer: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>>;
}
