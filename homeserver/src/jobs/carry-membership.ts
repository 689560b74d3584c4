import { type ChangedMembership, carryMembership, type GuildsContext } from '../guilds/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Carries a changed membership of a guild into its channels. */
export function carryMembershipJob(guilds: GuildsContext): JobDefinition {
  return {
    kind: JobKind.CarryMembership,
    // People wait for it, and each is mostly waiting itself.
    atOnce: 32,
    // The guild's reader alone writes such payloads.
    run: ({ payload }) => carryMembership(guilds, payload as unknown as ChangedMembership),
  };
}
