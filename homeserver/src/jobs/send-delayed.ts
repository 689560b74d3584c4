import type { DelayedEvents } from '../realtime/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Sends a delayed event when its time is up. One after the other, so that those overdue go out in their order. */
export function sendDelayedJob(delayedEvents: DelayedEvents): JobDefinition {
  return { kind: JobKind.SendDelayed, atOnce: 1, run: (job) => delayedEvents.fire(job.key) };
}
