import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Completes a room that was joined with partial state. @param complete takes the job's key, which is the room's ID. */
export function completeRoomJob(
  complete: (roomId: string, signal: AbortSignal) => Promise<void>,
): JobDefinition {
  return { kind: JobKind.CompleteRoom, run: (job) => complete(job.key, job.signal) };
}
