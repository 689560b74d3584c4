import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Tells an application service its news. @param tell takes the job's key, which is the application service's ID. */
export function tellAppServiceJob(
  tell: (serviceId: string, signal: AbortSignal) => Promise<void>,
): JobDefinition {
  return { kind: JobKind.TellAppService, atOnce: 16, run: (job) => tell(job.key, job.signal) };
}
