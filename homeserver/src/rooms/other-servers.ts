import type { JsonObject } from '../protocol/canonical-json.ts';
import type { Pdu } from '../protocol/events.ts';
import type { EventId, RoomAlias, RoomId, ServerName, UserId } from '../protocol/identifiers.ts';
import type { HierarchyRoom } from './queries/hierarchy.ts';
import type { FullRoomCard } from './queries/room-card.ts';
import type { Room } from './room.ts';

/** A membership of a user of this server in a room that other servers are asked to take it into. */
export interface MembershipElsewhere {
  readonly roomId: RoomId;
  readonly userId: UserId;
  /** Whom to ask, the best first. */
  readonly servers: readonly ServerName[];
  /** Of the member event, but for what the other server adds. */
  readonly content: JsonObject;
}

/** An invite of a user of another server to a room that this server is in. */
export interface InviteElsewhere {
  readonly roomId: RoomId;
  readonly sender: UserId;
  readonly userId: UserId;
  readonly content: JsonObject;
  readonly originServerTs?: number | undefined;
}

/** Where a room can be found. */
export interface RoomElsewhere {
  readonly roomId: RoomId;
  /** Servers that are in it. */
  readonly servers: readonly ServerName[];
}

/** Which room is to be described, and by whom. */
export interface DescriptionRequest {
  readonly roomId: RoomId;
  /** Servers that may know it. */
  readonly servers: readonly ServerName[];
  /** Whether only suggested rooms of a space matter. */
  readonly suggestedOnly: boolean;
}

/** A room as another server describes it, to people of this one. */
export interface SpaceElsewhere {
  readonly room: HierarchyRoom;
  /** Of the rooms in it, those that the server knows. */
  readonly children: readonly FullRoomCard[];
}

/**
 * What rooms need of other servers; who follows the federation gives it. Each throws a MatrixError for a client when
 * nobody can be asked, or whoever was asked refused.
 */
export interface OtherServers {
  /** Enters a room through a server that is in it. @returns the ID of the join, which is in the room here. */
  join(membership: MembershipElsewhere): Promise<EventId>;
  /** Knocks on a room through a server that is in it. @returns the ID of the knock, which is kept here. */
  knock(membership: MembershipElsewhere): Promise<EventId>;
  /** Turns an invite down, or takes a knock back. @returns the ID of the leave, which is kept here. */
  leave(membership: MembershipElsewhere): Promise<EventId>;
  /** Has the invited user's server sign an invite, and takes it into the room. @returns its ID. */
  invite(invite: InviteElsewhere): Promise<EventId>;
  /**
   * Gets some of what happened in a room before what is here of its history.
   *
   * @returns whether there is more now; false as well when nobody could be asked.
   */
  fetchHistory(roomId: RoomId): Promise<boolean>;
  /**
   * Gets some of what is missing in a room's timeline before an event (`storage.historyGaps`).
   *
   * @returns whether there is more now, or nothing missing any more; false as well when nobody could be asked, or was not
   * long ago.
   */
  fetchMissed(roomId: RoomId, eventNid: number): Promise<boolean>;
  /** How far an event of a room that is not here is from the room's beginning; undefined if no server says that it has it. */
  depthOf(roomId: RoomId, eventId: EventId): Promise<number | undefined>;
  /** What other servers say of a room and of those in it; undefined if nobody says anything. */
  describe(request: DescriptionRequest): Promise<SpaceElsewhere | undefined>;
  /** The room behind an alias of another server; undefined if that has no such alias. */
  findAlias(alias: RoomAlias): Promise<RoomElsewhere | undefined>;
  /** Has the policy server of a room sign an event that has its hashes. @returns the signature, unchecked. */
  askPolicyServer(server: ServerName, room: Room, pdu: Pdu): Promise<string>;
}
