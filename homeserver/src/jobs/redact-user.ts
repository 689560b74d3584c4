import { type RoomsContext, redactUser } from '../rooms/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Redacts what somebody has sent. */
export function redactUserJob(rooms: RoomsContext): JobDefinition {
  return { kind: JobKind.RedactUser, keepsOutcome: true, run: (job) => redactUser(rooms, job) };
}
