import { purgeHistory, type RoomsContext } from '../rooms/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Deletes the beginning of a room's history. */
export function purgeHistoryJob(rooms: RoomsContext): JobDefinition {
  return {
    kind: JobKind.PurgeHistory,
    atOnce: 1,
    keepsOutcome: true,
    run: (job) => purgeHistory(rooms, job),
  };
}
