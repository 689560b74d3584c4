import { setTimeout as delay } from 'node:timers/promises';
import { PURGED_AT_ONCE, type RunningJob, UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';

/**
 * Does something to a room in small units until there is nothing left to do: each in the room's queue, so that no event
 * is on its way meanwhile, and each followed by a pause as long as it took, so that others come first.
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
      await room?.lastCommit.catch(() => undefined);
      const unit = new UnitOfWork();
      const isMore = await fill(unit, PURGED_AT_ONCE);
      if (unit.statements.length + unit.log.length === 0) return isMore;
      // Fails when another process has taken the job over.
      job.saveIn(unit, job.payload);
      await context.storage.database.commit(unit);
      return isMore;
    };
    isMore = await (room === undefined ? work() : room.queue.run(work));
    if (isMore) await delay(performance.now() - begun, undefined, { signal: job.signal });
  }
}
