import type { ServerName } from '../../protocol/identifiers.ts';

/** What one server sends to one room: nobody else waits for it. */
export interface Lane {
  readonly roomId: string;
  readonly origin: ServerName;
}

/** The key of the job that receives what is staged of a lane. */
export function laneKey(roomId: string, origin: ServerName): string {
  return `${origin} ${roomId}`;
}

/** The lane of a job's key: the names of servers have no spaces. */
export function laneOf(key: string): Lane {
  const end = key.indexOf(' ');
  return { origin: key.slice(0, end), roomId: key.slice(end + 1) };
}
