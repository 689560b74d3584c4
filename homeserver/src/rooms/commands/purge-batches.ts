import { setTimeout as delay } from 'node:timers/promises';
import { PURGED_AT_ONCE, type RunningJob, UnitOfWork } from '../../storage/index.ts';
import { changeInTurn } from '../change-in-turn.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';

/**
 * Does something to a room in small units until there is nothing left to do: each in a turn of its own, so that no event
 * is on its way meanwhile, in no process, and each followed by a pause as long as it took, so that others come first.
 * Changes that were being built then are built once more.
 *
 * @param fill looks at one batch, adds to a unit what is to be done to it, and says whether there may be more.
 */
export async function inBatches(
  context: RoomsContext,
  job: RunningJob,
  roomNid: number,
  fill: (unit: UnitOfWork, size: number) => Promise<boolean>,
): Promise<void> {
  for (let isMore = true; isMore; ) {
    job.signal.throwIfAborted();
    const begun = performance.now();
    const room = await context.registry.byNid(roomNid);
    const work = async (): Promise<boolean> => {
      const unit = new UnitOfWork();
      const isMore = await fill(unit, PURGED_AT_ONCE);
      if (unit.statements.length + unit.log.length === 0) return isMore;
      // Fails when another process has taken the job over.
      job.saveIn(unit, job.payload);
      if (room !== undefined) outdateChanges(context, unit, room);
      await context.storage.database.commit(unit);
      return isMore;
    };
    isMore = await (room === undefined ? work() : inTurn(context, room, work));
    if (isMore) await delay(performance.now() - begun, undefined, { signal: job.signal });
  }
}

/** Runs a task while nobody changes a room, in whatever process, and nothing of it is on its way. */
export function inTurn<T>(context: RoomsContext, room: Room, task: () => Promise<T>): Promise<T> {
  // Also other processes that have not been in the way so far.
  room.contention.note();
  return changeInTurn(context, room, async () => {
    await room.lastCommit.catch(() => undefined);
    return task();
  });
}

/** Has every change that is being built look at the room again, as a unit deletes what it may be built upon. */
export function outdateChanges({ storage }: RoomsContext, unit: UnitOfWork, room: Room): void {
  storage.rooms.outdateChanges(unit, room.nid);
  unit.onCommit(() => {
    room.stale = true;
  });
}
