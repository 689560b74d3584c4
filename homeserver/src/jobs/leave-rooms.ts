import { leaveEveryRoom, type RoomsContext } from '../rooms/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

/** Makes somebody whose account was deactivated leave every room. */
export function leaveRoomsJob(rooms: RoomsContext): JobDefinition {
  return {
    kind: JobKind.LeaveRooms,
    run: ({ key: userId, signal }) => leaveEveryRoom(rooms, userId, 'Account deactivated', signal),
  };
}
