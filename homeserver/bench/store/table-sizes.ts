import { defineQuery } from '../../src/storage/database/sql.ts';
import type { Database } from '../../src/storage/index.ts';

/** Bytes of a table with its indexes. */
export type TableSizes = ReadonlyMap<string, number>;

const sqliteSizes = defineQuery<[], { name: string; bytes: number }>(
  `SELECT m.tbl_name AS name, sum(s.pgsize) AS bytes FROM dbstat s JOIN sqlite_schema m ON m.name = s.name
   GROUP BY m.tbl_name`,
);
const postgresSizes = defineQuery<[], { name: string; bytes: number }>(
  `SELECT relname AS name, pg_total_relation_size(oid) AS bytes FROM pg_class
   WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
);

/** What each table takes on the disk now. */
export async function tableSizes(database: Database): Promise<TableSizes> {
  const query = database.dialect === 'sqlite' ? sqliteSizes : postgresSizes;
  return new Map((await database.all(query, [])).map(({ name, bytes }) => [name, Number(bytes)]));
}

/** The bytes of all tables. */
export function totalBytes(sizes: TableSizes): number {
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Tables that grew faster than the events between two measurements. Small ones are left out: their pages are counted
 * whole.
 */
export function fasterThanEvents(half: TableSizes, whole: TableSizes, smallest: number): string[] {
  const growthOf = (name: string): number => (whole.get(name) ?? 0) / Math.max(1, half.get(name) ?? 0);
  // Pages fill unevenly: a tenth more is no trend.
  const bound = growthOf('events') * 1.1;
  return [...whole.keys()].filter((name) => (whole.get(name) ?? 0) > smallest && growthOf(name) > bound);
}
