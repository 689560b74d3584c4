import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** As many as may wait for slow servers without holding up others. */
const LANES_AT_ONCE = 64;

/** Takes events that other servers have sent into their room. */
export function receiveEventsJob(
  receiveStaged: (key: string, signal: AbortSignal) => Promise<void>,
): JobDefinition {
  return {
    kind: JobKind.ReceiveEvents,
    atOnce: LANES_AT_ONCE,
    run: ({ key, signal }) => receiveStaged(key, signal),
  };
}
