import { MatrixError } from '../../protocol/errors.ts';
import { DUMMY_EVENT } from '../../protocol/events.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';

/** As many branches as an event or two of everyday life will merge; every further one makes each event more to check. */
const MOST_BRANCHES = 10;
/** Who may not send it, tries in vain: not the whole room has to. */
const MOST_SENDERS = 10;

/**
 * Merges the branches of a room that has too many, with an event that says nothing and that no client sees. Nothing
 * happens if nobody of this server may send it.
 *
 * Source: Synapse, "dummy events"; the specification leaves it to servers.
 */
export async function mergeBranches(context: RoomsContext, room: Room): Promise<void> {
  if (room.head.extremities.length <= MOST_BRANCHES) return;
  const senders = await context.storage.strings.valuesOf([...room.localJoined].slice(0, MOST_SENDERS));
  for (const sender of senders.values()) {
    try {
      await changeRoom(context, room, (chain) => chain.append({ type: DUMMY_EVENT, sender, content: {} }));
      return;
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
    }
  }
}
