import type { QueryValue } from '../sql.ts';

/** A value of a query as SQLite takes it: lists go to `json_each`. */
export function bindForSqlite(value: QueryValue): string | number | null {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
