import { purgeLeftovers, purgeRoom, type RoomsContext } from '../rooms/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Deletes a room: its users leave it, it is gone, then its rows go a few hundred at a time. */
export function purgeRoomJob(rooms: RoomsContext): JobDefinition {
  return { kind: JobKind.PurgeRoom, atOnce: 1, keepsOutcome: true, run: (job) => purgeRoom(rooms, job) };
}

/** Deletes what requests that were on their way have written about a room while it went. */
export function purgeLeftoversJob(rooms: RoomsContext): JobDefinition {
  return { kind: JobKind.PurgeLeftovers, atOnce: 1, run: (job) => purgeLeftovers(rooms, job) };
}
