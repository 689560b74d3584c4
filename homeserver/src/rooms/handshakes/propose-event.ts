import type { Pdu } from '../../protocol/events.ts';
import { changeInTurn } from '../change-in-turn.ts';
import type { RoomsContext } from '../context.ts';
import { EventChain, type EventDraft } from '../event-chain.ts';
import type { Room } from '../room.ts';

/**
 * The next event of a room as it would be built, without hash, ID and signature, for what another server has to sign
 * before it is a part of the room.
 *
 * @throws MatrixError 403 `M_FORBIDDEN` with the rule that refuses it.
 */
export function proposeEvent(context: RoomsContext, room: Room, draft: EventDraft): Promise<Pdu> {
  return changeInTurn(context, room, async () => {
    // What it follows has to be on the disk before others hear of it.
    await room.lastCommit;
    return new EventChain(context, room).propose(draft);
  });
}
