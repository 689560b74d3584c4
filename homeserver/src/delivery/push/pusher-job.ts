import type { PusherKey } from '../../storage/index.ts';

/** The key of the job that does what a pusher has to do. */
export function pusherJobKey({ userNid, appId, pushkey }: PusherKey): string {
  return JSON.stringify([userNid, appId, pushkey]);
}

/** The pusher of a job. */
export function pusherOfJob(key: string): PusherKey {
  const [userNid, appId, pushkey] = JSON.parse(key) as [number, string, string];
  return { userNid, appId, pushkey };
}
