import { MatrixError } from '../../protocol/errors.ts';
import type { EventChain } from '../event-chain.ts';

/**
 * 403 `M_BAD_STATE`: "The state change requested cannot be performed, such as attempting to unban a user who is not
 * banned" (Client-Server API v1.19, "Other error codes"). With the status that Synapse gives it.
 */
export function badState(message: string): MatrixError {
  return new MatrixError(403, 'M_BAD_STATE', message);
}

/**
 * Refuses what a ban is in the way of: joining, knocking, being invited.
 *
 * @throws MatrixError 403 `M_BAD_STATE`, as Synapse.
 */
export async function refuseBanned(chain: EventChain, userId: string): Promise<void> {
  const before = await chain.stateEvent('m.room.member', userId);
  if (before?.pdu.content.membership === 'ban') throw badState(`${userId} is banned from this room`);
}
