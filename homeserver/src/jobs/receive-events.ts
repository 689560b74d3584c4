import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** As many as may wait for slow servers without holding up others. */
const SERVERS_AT_ONCE = 64;

/** Takes events that another server has sent into their rooms. */
export function receiveEventsJob(
  receiveStaged: (origin: string, signal: AbortSignal) => Promise<void>,
): JobDefinition {
  return {
    kind: JobKind.ReceiveEvents,
    atOnce: SERVERS_AT_ONCE,
    run: ({ key, signal }) => receiveStaged(key, signal),
  };
}
