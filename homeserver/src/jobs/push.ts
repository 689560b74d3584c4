import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Does what a pusher has to do. @param deliver takes the job's key, which names the pusher. */
export function pushJob(deliver: (key: string) => Promise<void>): JobDefinition {
  return { kind: JobKind.Push, atOnce: 16, run: (job) => deliver(job.key) };
}
