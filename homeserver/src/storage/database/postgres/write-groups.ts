import type { WriteOperation } from '../sql.ts';
import type { RowValue, UnitOfWork, UnitStatement } from '../unit-of-work.ts';

/** Rows of one operation that go to the server in one statement. */
export interface WriteGroup {
  readonly operation: WriteOperation;
  readonly rows: (readonly RowValue[])[];
}

type DeclaredWrite = Extract<UnitStatement, { operation: WriteOperation }>;

/**
 * Gathers the declared writes of many units into few statements.
 *
 * A row may join an earlier statement of its operation only if no statement after that one touches the same table:
 * operations touch one table each, so the outcome is the same as running the rows one by one.
 */
export function groupWrites(units: readonly UnitOfWork[]): WriteGroup[] {
  const groups: WriteGroup[] = [];
  const lastOnTable = new Map<string, WriteGroup>();
  for (const unit of units) {
    for (const statement of unit.statements) {
      const { operation, values } = statement as DeclaredWrite;
      const last = lastOnTable.get(operation.table);
      if (last?.operation.id === operation.id) {
        last.rows.push(values);
        continue;
      }
      const group = { operation, rows: [values] };
      groups.push(group);
      lastOnTable.set(operation.table, group);
    }
  }
  return groups;
}

/**
 * PostgreSQL refuses an upsert that meets one key twice, and an update from several rows takes any of them:
 * the last row of each key is the one that counts.
 */
export function lastRowOfEachKey(group: WriteGroup): (readonly RowValue[])[] {
  const { kind, key, order, onlyIf } = group.operation;
  // The last row may be none that replaces the others: then the batch fails, and is written unit by unit.
  if (onlyIf !== undefined || (kind !== 'upsert' && kind !== 'update')) return group.rows;
  const at = key.map((name) => order.indexOf(name));
  const byKey = new Map<string, readonly RowValue[]>();
  for (const row of group.rows) byKey.set(JSON.stringify(at.map((index) => row[index])), row);
  return [...byKey.values()];
}
