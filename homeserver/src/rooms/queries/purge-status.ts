import { JobKind, type JobOutcome, type StoredJob } from '../../storage/index.ts';
import type { Emptied } from '../commands/empty-room.ts';
import type { RoomsContext } from '../context.ts';
import { isSteward } from '../steward.ts';

/** How far a purge is. */
export interface PurgeStatus {
  readonly id: string;
  readonly status: 'active' | 'complete' | 'failed';
  /** Why it failed. */
  readonly error?: string;
}

/** How far the deletion of a room is. */
export interface RoomPurgeStatus extends PurgeStatus {
  /** The local users who had to leave, and did. */
  readonly removed: readonly string[];
  /** Those who could not be made to. */
  readonly failedToRemove: readonly string[];
  /** Aliases that lead to the new room now. */
  readonly aliases: readonly string[];
  readonly successorId: string | undefined;
}

/** How far a purge of a room's history is; undefined for one that is unknown, or ended more than a week ago. */
export async function getHistoryPurge(
  { storage }: RoomsContext,
  id: string,
): Promise<PurgeStatus | undefined> {
  const purge = (await storage.jobs.byId(id)) ?? (await storage.jobs.outcomeById(id));
  return purge?.kind === JobKind.PurgeHistory ? statusOf(purge) : undefined;
}

/** How far the deletion of a room is; undefined for one that is unknown, or ended more than a week ago. */
export async function getRoomPurge(
  { storage }: RoomsContext,
  id: string,
): Promise<RoomPurgeStatus | undefined> {
  const purge = (await storage.jobs.byId(id)) ?? (await storage.jobs.outcomeById(id));
  return purge?.kind === JobKind.PurgeRoom ? roomStatusOf(purge) : undefined;
}

/** The deletions of a room that are under way or ended within a week, oldest first. */
export async function getPurgesOfRoom({ storage }: RoomsContext, roomId: string): Promise<RoomPurgeStatus[]> {
  const ended = await storage.jobs.outcomesByKey(JobKind.PurgeRoom, roomId);
  const active = await storage.jobs.byKey(JobKind.PurgeRoom, roomId);
  return [...ended, ...(active === undefined ? [] : [active])].map(roomStatusOf);
}

function statusOf(purge: StoredJob | JobOutcome): PurgeStatus {
  const { id } = purge;
  if (!('error' in purge)) return { id, status: 'active' };
  return purge.error === null ? { id, status: 'complete' } : { id, status: 'failed', error: purge.error };
}

function roomStatusOf(purge: StoredJob | JobOutcome): RoomPurgeStatus {
  const { members = [], failed, aliases = [], successorId } = purge.payload as Partial<Emptied>;
  const people = members.filter((userId) => !isSteward(userId));
  return {
    ...statusOf(purge),
    // Before all have been asked, nobody knows.
    removed: failed === undefined ? [] : people.filter((userId) => !failed.includes(userId)),
    failedToRemove: failed ?? [],
    aliases,
    successorId,
  };
}
