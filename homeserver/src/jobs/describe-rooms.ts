import { describeChangedRooms, type RoomsContext } from '../rooms/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

const EVERY_MS = 60_000;

/** Notes what has changed in rooms, so that few are left to look at when an admin lists them. */
export function describeRoomsJob(rooms: RoomsContext): JobDefinition {
  return {
    kind: JobKind.DescribeRooms,
    atOnce: 1,
    everyMs: EVERY_MS,
    run: ({ signal }) => describeChangedRooms(rooms, { most: Number.POSITIVE_INFINITY, signal }),
  };
}
