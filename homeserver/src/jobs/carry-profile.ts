import { type RoomsContext, updateProfileInRooms } from '../rooms/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Carries a changed display name or avatar into every room of its user. */
export function carryProfileJob(rooms: RoomsContext): JobDefinition {
  return {
    kind: JobKind.CarryProfile,
    // People wait for it, and each is mostly waiting itself.
    atOnce: 32,
    run: ({ key: userId, signal }) => updateProfileInRooms(rooms, userId, signal),
  };
}
