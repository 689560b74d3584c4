import type { SqlValue } from './sql.ts';
import { toPostgres } from './sql.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/**
 * Adds a statement over many rows to a unit: portable SQL with `?` placeholders, in which `(?list)`, the last of them,
 * stands for a list of numbers, as in `DELETE FROM events WHERE nid IN (?list)`. One round trip, however many they are;
 * none for an empty list.
 */
export function runOnList(
  unit: UnitOfWork,
  text: string,
  list: readonly number[],
  values: readonly SqlValue[] = [],
): void {
  if (list.length === 0) return;
  unit.guarded = true;
  unit.statements.push({
    sqlite: text.replace('(?list)', '(SELECT value FROM json_each(?))'),
    postgres: toPostgres(
      // Worked out before the rest, so that the index is used whatever the planner thinks of its length.
      text.replace(
        'IN (?list)',
        '= ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(CAST(? AS json))))',
      ),
    ),
    values: [...values, JSON.stringify(list)],
  });
}
