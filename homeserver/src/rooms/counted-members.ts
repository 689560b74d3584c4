import type { RoomsContext } from './context.ts';
import type { Room } from './room.ts';
import { stewardOf } from './steward.ts';

/** How many people are in a room, and how many are invited: the steward is nobody. */
export function countedMembers(
  { serverName }: Pick<RoomsContext, 'serverName'>,
  room: Room,
): { readonly joined: number; readonly invited: number } {
  const steward = room.membershipOf(stewardOf(serverName));
  return {
    joined: room.joinedCount - (steward === 'join' ? 1 : 0),
    invited: room.invitedCount - (steward === 'invite' ? 1 : 0),
  };
}
