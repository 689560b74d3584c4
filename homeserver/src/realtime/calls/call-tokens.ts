import { forbidden, MatrixError, notFound } from '../../protocol/errors.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { findRoom, powerLevelsOfRoom, type Room, type RoomsContext } from '../../rooms/index.ts';
import type { CallKeeper } from './call-keeper.ts';
import { callName, memberName, ROOM_CALL } from './call-names.ts';
import type { LiveKit } from './livekit.ts';

/** Who wants to enter which call, in the words of one of the generations of MatrixRTC. */
export type CallMember =
  /** A state event for each device (`org.matrix.msc3401.call.member`), as Element Call has it by default. */
  | { readonly generation: 'state'; readonly deviceId: string }
  /** Sticky events (`org.matrix.msc4143.rtc.member`), with a token of OpenID. */
  | { readonly generation: 'sticky'; readonly deviceId: string; readonly memberId: string }
  /** Sticky events of the newest text (`m.rtc.member`), with a token of the homeserver. */
  | { readonly generation: 'slots'; readonly deviceId?: string | undefined; readonly memberId: string };

/** A call that somebody wants to enter. */
export interface CallRequest {
  readonly userId: string;
  readonly roomId: string;
  /** The room's one call unless given. */
  readonly slotId?: string;
  readonly member: CallMember;
  /** The delayed event that this server is to put off while they are in the call, and to send when they are not. */
  readonly delayId?: string | undefined;
}

/** How to get into a call: with what in hand, and where. */
export interface CallToken {
  readonly url: string;
  readonly jwt: string;
}

/** The event with which a member says that they are in the call. */
const MEMBER_EVENTS = {
  state: { type: 'org.matrix.msc3401.call.member', isState: true },
  sticky: { type: 'org.matrix.msc4143.rtc.member', isState: false },
  slots: { type: 'm.rtc.member', isState: false },
} as const;

/**
 * Lets members of rooms into the calls there. Who may not say that they are in a call does not get in; only people of
 * this server begin one.
 *
 * Source: MSC4195; membership and power levels as in its "Authorisation", for the older generations too.
 */
export class CallTokens {
  readonly #rooms: RoomsContext;
  readonly #liveKit: LiveKit | undefined;
  readonly #keeper: CallKeeper;

  constructor(rooms: RoomsContext, liveKit: LiveKit | undefined, keeper: CallKeeper) {
    this.#rooms = rooms;
    this.#liveKit = liveKit;
    this.#keeper = keeper;
  }

  /** Where clients connect to; undefined if there are no calls here. */
  get url(): string | undefined {
    return this.#liveKit?.url;
  }

  /**
   * A token for a call.
   * @throws MatrixError 404 `M_NOT_FOUND` without LiveKit; 403 `M_FORBIDDEN` for who is not in the room, or may not be in
   * calls there; 502 `M_UNKNOWN` when LiveKit does not answer; what `CallKeeper.expect` throws.
   */
  async issue(request: CallRequest): Promise<CallToken> {
    const { userId, roomId, member } = request;
    const liveKit = this.#requireLiveKit();
    const room = await this.#requireMember(userId, roomId, member);
    const isOurs = domainOf(userId) === this.#rooms.serverName;
    const { call, identity } = namesOf(request);
    if (isOurs) await liveKit.createRoom(call);
    await this.#keeper.expect({ call, identity, userId, room, delayId: request.delayId });
    const jwt = await liveKit.issueToken({
      room: call,
      identity,
      // With the newest generation everybody publishes on their own server; before, on that of whoever came first.
      mayPublish: isOurs || member.generation !== 'slots',
    });
    return { url: liveKit.url, jwt };
  }

  /**
   * Takes over the delayed event with which somebody who is in a call says that they have left: it is put off for as long
   * as LiveKit sees them, and sent when it does not.
   * @throws as `issue`, without asking LiveKit.
   */
  async watchLeaving(request: CallRequest & { readonly delayId: string }): Promise<void> {
    this.#requireLiveKit();
    const { userId, roomId, member, delayId } = request;
    const room = await this.#requireMember(userId, roomId, member);
    await this.#keeper.expect({ ...namesOf(request), userId, room, delayId });
  }

  #requireLiveKit(): LiveKit {
    if (this.#liveKit === undefined) throw notFound('There are no calls on this server');
    return this.#liveKit;
  }

  async #requireMember(userId: string, roomId: string, { generation }: CallMember): Promise<Room> {
    const room = await findRoom(this.#rooms, roomId, (found) => found.membershipOf(userId) === 'join');
    if (room === undefined) throw forbidden('You are not in this room, or it does not exist');
    const { type, isState } = MEMBER_EVENTS[generation];
    const levels = powerLevelsOfRoom(room);
    if (levels.userLevel(userId) < levels.eventLevel(type, isState)) {
      throw forbidden('You may not join calls in this room');
    }
    return room;
  }
}

/** What a call and somebody in it are called on the SFU. */
function namesOf({ userId, roomId, slotId = ROOM_CALL, member }: CallRequest) {
  return { call: callName(roomId, slotId), identity: identityOf(userId, member) };
}

function identityOf(userId: string, member: CallMember): string {
  if (member.generation !== 'state') return memberName(userId, member.memberId, member.deviceId);
  // With a colon in it, it could be read as the name of a user whose server has a port.
  if (member.deviceId.includes(':')) {
    throw new MatrixError(400, 'M_BAD_JSON', 'A device with a colon in its ID cannot be in calls');
  }
  return `${userId}:${member.deviceId}`;
}
