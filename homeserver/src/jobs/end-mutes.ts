import type { Accounts } from '../accounts/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Ends mutes of rooms whose time is over. */
export function endMutesJob({ timedMutes }: Pick<Accounts, 'timedMutes'>): JobDefinition {
  return { kind: JobKind.EndMutes, run: ({ key: userId }) => timedMutes.endDue(userId) };
}
