import { purgeUnneededEvents, type RoomsContext } from '../rooms/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** Deletes events beside the timelines that nothing has needed for a week. */
export function purgeUnneededJob(rooms: RoomsContext): JobDefinition {
  return {
    kind: JobKind.PurgeUnneeded,
    atOnce: 1,
    everyMs: WEEK_MS,
    run: (job) => purgeUnneededEvents(rooms, job),
  };
}
