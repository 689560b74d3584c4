import type { Database } from './database.ts';
import type { LogRow } from './group-committer.ts';
import { defineQuery } from './sql.ts';
import type { LogKind } from './unit-of-work.ts';

/** A row of the log as the database gives it. */
export interface RawLogRow {
  position: number;
  kind: LogKind;
  room: number | null;
  user: number | null;
  ref: number | null;
  key: string | null;
}

/** The columns of a `RawLogRow`. */
export const LOG_COLUMNS = 'position, kind, room_nid AS room, user_nid AS "user", ref, key';

/** The position of the newest row, 0 for an empty log. */
export const NEWEST = 'SELECT coalesce(max(position), 0) AS position FROM log';
const newest = defineQuery<[], { position: number }>(NEWEST);
const rows = defineQuery<[number, number, number], RawLogRow>(
  `SELECT ${LOG_COLUMNS} FROM log WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
);

/** The position of the newest row now. */
export async function newestPosition(database: Pick<Database, 'get'>): Promise<number> {
  return (await database.get(newest, []))?.position ?? 0;
}

/** The first `limit` rows after a position, up to another one. */
export async function readLog(
  database: Pick<Database, 'all'>,
  after: number,
  until: number,
  limit: number,
): Promise<LogRow[]> {
  return (await database.all(rows, [after, until, limit])).map(logRowFrom);
}

/** Leaves out what a row does not have. */
export function logRowFrom(row: RawLogRow): LogRow {
  return {
    position: row.position,
    kind: row.kind,
    ...(row.room === null ? {} : { room: row.room }),
    ...(row.user === null ? {} : { user: row.user }),
    ...(row.ref === null ? {} : { ref: row.ref }),
    ...(row.key === null ? {} : { key: row.key }),
  };
}
