import { closeRooms, type GuildsContext } from '../guilds/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Closes a guild or one of its channels. */
export function closeRoomsJob(guilds: GuildsContext): JobDefinition {
  return { kind: JobKind.CloseRooms, run: (job) => closeRooms(guilds, job) };
}
