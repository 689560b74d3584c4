import type { Storage } from '../storage/index.ts';

/** A job in the form of Synapse's scheduled tasks. */
export interface ScheduledTask {
  readonly id: string;
  readonly action: string;
  readonly status: TaskStatus;
  /** When it is due, or ended: milliseconds since the Unix epoch. */
  readonly timestamp_ms: number;
  readonly resource_id: string | null;
  readonly result: null;
  readonly error: string | null;
}

/** How far a task is. */
export const TASK_STATUSES = ['scheduled', 'active', 'complete', 'failed'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Which tasks; what is left out lets all through. */
export interface TaskFilter {
  readonly action?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly status?: TaskStatus | undefined;
  /** Only what is due, or ended, before this. */
  readonly beforeTs?: number | undefined;
}

/**
 * What there is to do in the background, and what was done of which the outcome is kept.
 *
 * Source: Synapse's admin API, "Show scheduled tasks".
 */
export async function listTasks({ jobs }: Storage, filter: TaskFilter): Promise<ScheduledTask[]> {
  const waiting = (await jobs.unfinished()).map(({ id, kind, key, runAt, isRunning }) => {
    const status: TaskStatus = isRunning ? 'active' : 'scheduled';
    return task(id, kind, key, runAt, status, null);
  });
  const ended = (await jobs.outcomes()).map(({ id, kind, key, finishedTs, error }) => {
    const status: TaskStatus = error === null ? 'complete' : 'failed';
    return task(id, kind, key, finishedTs, status, error);
  });
  const { action, resourceId, status, beforeTs = Number.POSITIVE_INFINITY } = filter;
  return [...waiting, ...ended].filter(
    (one) =>
      (action === undefined || one.action === action) &&
      (resourceId === undefined || one.resource_id === resourceId) &&
      (status === undefined || one.status === status) &&
      one.timestamp_ms < beforeTs,
  );
}

function task(
  id: string,
  action: string,
  key: string,
  timestamp: number,
  status: TaskStatus,
  error: string | null,
): ScheduledTask {
  const resource = key === '' || key === id ? null : key;
  return { id, action, status, timestamp_ms: timestamp, resource_id: resource, result: null, error };
}
