import type { CallKeeper } from '../realtime/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Brings together what LiveKit and the room say of who is in a call. */
export function tendCallJob(keeper: CallKeeper): JobDefinition {
  return { kind: JobKind.TendCall, run: ({ key }) => keeper.tend(key) };
}
