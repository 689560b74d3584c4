import { notFound } from '../../protocol/errors.ts';
import type { Membership } from '../../storage/index.ts';
import { resolveRoom } from '../commands/join.ts';
import type { RoomsContext } from '../context.ts';
import { type FullRoomCard, fullRoomCard, mayPreview } from './room-card.ts';

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
 * @throws MatrixError 404 `M_NOT_FOUND` for a room that is not there, or not for them; 400 `M_INVALID_PARAM`.
 */
export async function getRoomSummary(
  context: RoomsContext,
  roomIdOrAlias: string,
  userId: string | undefined,
): Promise<RoomSummary> {
  const room = await resolveRoom(context, roomIdOrAlias);
  if (!(await mayPreview(context, room, userId))) throw notFound(`There is no room ${roomIdOrAlias} here`);
  const card = fullRoomCard(context, room);
  return userId === undefined ? card : { ...card, membership: room.membershipOf(userId) ?? 'leave' };
}
