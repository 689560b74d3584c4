import type { RoomsContext } from './context.ts';
import type { Room } from './room.ts';

/**
 * Runs a change of a room when it is its turn: one at a time in this process, and in a turn of this process while others
 * change the room as well. The room's head is up to date when it begins.
 */
export function changeInTurn<T>(
  { registry, storage }: Pick<RoomsContext, 'registry' | 'storage'>,
  room: Room,
  change: () => Promise<T>,
): Promise<T> {
  room.contention.expect();
  return room.queue.run(async () => {
    try {
      await room.contention.begin(storage.database.neighbours);
      if (room.stale) await registry.refresh(room);
      return await change();
    } finally {
      await room.contention.end();
    }
  });
}
