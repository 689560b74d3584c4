import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** As many as may wait for slow servers without holding up other rooms. */
const ROOMS_AT_ONCE = 64;

/** Takes events that other servers have sent into their room. */
export function receiveEventsJob(
  receiveStaged: (roomId: string, signal: AbortSignal) => Promise<void>,
): JobDefinition {
  return {
    kind: JobKind.ReceiveEvents,
    atOnce: ROOMS_AT_ONCE,
    run: ({ key: roomId, signal }) => receiveStaged(roomId, signal),
  };
}
