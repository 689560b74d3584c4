import { MatrixError } from '../protocol/errors.ts';
import type { RoomsContext } from './context.ts';
import type { Room } from './room.ts';

/** As long as clients and proxies wait; whoever asks again goes on waiting. */
const LONGEST_WAIT_MS = 30_000;
/** The process that completes a room may be another one. */
const LOOK_EVERY_MS = 100;

/**
 * Waits until all members of a room are known, and all else of its state, if it was joined with partial state. For whoever
 * must not take a missing member for none.
 *
 * Source: MSC3902, "Faster remote room joins"; Synapse waits likewise, without an end.
 * @throws MatrixError 504 `M_UNKNOWN` after half a minute.
 */
export async function untilComplete(context: RoomsContext, room: Room): Promise<void> {
  for (let waited = 0; room.isPartial; waited += LOOK_EVERY_MS) {
    if (waited >= LONGEST_WAIT_MS) {
      throw new MatrixError(504, 'M_UNKNOWN', 'The state of this room is not all known yet: try again');
    }
    await new Promise<void>((resolve) => context.clock.setTimeout(resolve, LOOK_EVERY_MS));
  }
}
