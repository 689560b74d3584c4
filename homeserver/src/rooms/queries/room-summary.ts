import { notFound } from '../../protocol/errors.ts';
import type { Membership } from '../../storage/index.ts';
import { findEntrance } from '../commands/join.ts';
import type { RoomsContext } from '../context.ts';
import { type FullRoomCard, fullRoomCard, mayEnter, mayPreview } from './room-card.ts';

/** What somebody may know about a room before joining it. */
export interface RoomSummary extends FullRoomCard {
  /** Of who asks, `leave` for somebody who never had one, as with Synapse; absent for somebody without an account. */
  readonly membership?: Membership;
}

/**
 * What a room is, for somebody who thinks of joining it.
 *
 * Source: Client-Server API v1.19, `GET /room_summary/{roomIdOrAlias}`.
 * @param userId undefined for somebody without an account.
 * @param via servers that may know the room.
 * @throws MatrixError 404 `M_NOT_FOUND` for a room that is not there, or not for them; 400 `M_INVALID_PARAM`.
 */
export async function getRoomSummary(
  context: RoomsContext,
  roomIdOrAlias: string,
  userId: string | undefined,
  via: readonly string[] = [],
): Promise<RoomSummary> {
  const { roomId, servers } = await findEntrance(context, roomIdOrAlias, via);
  const room = await context.registry.byId(roomId);
  if (room?.createEvent === undefined) return summaryElsewhere(context, roomId, servers, userId);
  if (!(await mayPreview(context, room, userId))) throw notFound(`There is no room ${roomIdOrAlias} here`);
  const card = fullRoomCard(context, room);
  return userId === undefined ? card : { ...card, membership: room.membershipOf(userId) ?? 'leave' };
}

async function summaryElsewhere(
  context: RoomsContext,
  roomId: string,
  servers: readonly string[],
  userId: string | undefined,
): Promise<RoomSummary> {
  const found = await context.otherServers?.describe({ roomId, servers, suggestedOnly: false });
  if (found === undefined || !(await mayEnter(context, found.room, userId))) {
    throw notFound(`There is no room ${roomId} here`);
  }
  const { children_state: _rooms, ...card } = found.room;
  if (userId === undefined) return card;
  const known = await context.registry.byId(roomId);
  return { ...card, membership: known?.membershipOf(userId) ?? 'leave' };
}
