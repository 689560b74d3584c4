import { type RunningJob, UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { References } from '../references.ts';
import { inBatches } from './purge-batches.ts';

/** How far the store had come at some time. */
interface Mark {
  /** The largest number of an event. */
  readonly event: number;
  /** Of the newest row of the log. */
  readonly position: number;
}

const BEGINNING: Mark = { event: 0, position: 0 };

/**
 * Deletes what servers sent here and nothing needs: outliers, rejected and soft-failed events that no other event names
 * and no state has. Each run looks at those that were stored between the last run and the one before, so that whatever
 * may still come to need them has had at least the time between two runs to do so; what is needed then stays.
 */
export async function purgeUnneededEvents(context: RoomsContext, job: RunningJob): Promise<void> {
  const { historyPurge, log, database, rooms } = context.storage;
  const { marks = [] } = job.payload as { marks?: Mark[] };
  const [earlier = BEGINNING, from = BEGINNING, to = BEGINNING] = marks;
  const now: Mark = { event: await historyPurge.newestEvent(), position: await log.newest() };
  for (let nid = await historyPurge.roomOffTimeline(0); nid !== undefined; ) {
    // A state that is still on its way may need anything.
    const isComplete = (await rooms.byNid(nid))?.isPartial === false;
    if (isComplete && (await historyPurge.offTimeline(nid, from.event, to.event)).length > 0) {
      const references = new References(context, nid);
      await references.begin({
        afterNid: from.event,
        untilNid: to.event,
        // Events get their states up to some days after they were received, while a room is being completed.
        afterPosition: earlier.position,
        keepsLocal: false,
      });
      await deleteUnneededEvents(context, job, nid, references);
    }
    nid = await historyPurge.roomOffTimeline(nid);
  }
  const unit = new UnitOfWork();
  job.saveIn(unit, { marks: [{ ...from }, { ...to }, { ...now }] });
  await database.commit(unit);
}

/** Deletes the events of a room that nothing has turned out to need. */
export async function deleteUnneededEvents(
  context: RoomsContext,
  job: RunningJob,
  roomNid: number,
  references: References,
): Promise<void> {
  await inBatches(context, job, roomNid, async (unit, size) => {
    await references.catchUp();
    const { nids, successors } = references.takeUnneeded(size);
    context.storage.historyPurge.clearReplaced(unit, successors);
    context.storage.historyPurge.deleteEvents(unit, nids);
    return nids.length > 0;
  });
}
