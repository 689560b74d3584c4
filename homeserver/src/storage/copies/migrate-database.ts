import { createHash } from 'node:crypto';
import { openDatabase } from '../database/open-database.ts';
import { requireSchema, withoutPassword } from '../database/open-snapshot.ts';
import { type Column, readColumns } from '../database/schema.ts';
import { openOfflineSession, type RawRow, type Session } from '../database/session.ts';
import { defineQuery, type Query } from '../database/sql.ts';
import { beginNewLife } from './new-life.ts';

/** A table that was copied. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
}

/**
 * Tables that are made from others, in another form on each database: the server makes them again. Each with the reader
 * of the log that does, which has to begin anew.
 */
const REMADE: readonly { readonly table: string; readonly reader: string }[] = [
  { table: 'search_index', reader: 'search' },
];

const serverNames = defineQuery<[], { value: string }>("SELECT value FROM meta WHERE key = 'server_name'");
const serials: Query<[], { table: string; name: string }> = {
  text: {
    // SQLite counts on from the largest by itself.
    sqlite: 'SELECT NULL AS "table", NULL AS name WHERE false',
    postgres: `SELECT table_name AS "table", column_name AS name FROM information_schema.columns
      WHERE table_schema = current_schema() AND column_default LIKE 'nextval(%' AND table_name NOT LIKE 'knex!_%' ESCAPE '!'`,
  },
};

/**
 * Copies everything from one database to another, empty one, which then has a life of its own; the source is only read.
 * All of it arrives or nothing: the target is written in one transaction, read again, and compared.
 *
 * @returns each table, as soon as it was copied and compared. All of it counts only once the generator has ended.
 * @throws an error that says what to do when a server runs on either, the source has another schema, or the target is not
 * empty.
 */
export async function* migrateDatabase(from: string, to: string, now: number): AsyncGenerator<CopiedTable> {
  const source = await openOfflineSession(from, 'read');
  try {
    await requireSchema(source, from);
    // Makes the schema.
    await (await openDatabase({ url: to, onError: () => undefined })).close();
    const target = await openOfflineSession(to, 'write');
    try {
      yield* copyTables(source, target, withoutPassword(to));
      for (const { reader } of REMADE) await target.run('DELETE FROM log_readers WHERE name = ?', [reader]);
      for (const { table, name } of await target.all(serials, [])) {
        await target.run(
          `SELECT setval(pg_get_serial_sequence(?, ?), (SELECT coalesce(max(${name}), 1) FROM ${table}))`,
          [table, name],
        );
      }
      await beginNewLife(target, now);
      await target.commit();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function* copyTables(
  source: Session,
  target: Session,
  targetName: string,
): AsyncGenerator<CopiedTable> {
  if ((await target.all(serverNames, [])).length > 0) {
    throw new Error(`${targetName} is not empty: a server was started on it. Name an empty database.`);
  }
  const tables = tablesOf(await readColumns(target));
  const sourceTables = tablesOf(await readColumns(source));
  for (const [table, columns] of tables) {
    if (REMADE.some((remade) => remade.table === table)) continue;
    const there = (sourceTables.get(table) ?? []).map(({ name }) => name).sort();
    if (
      there.join() !==
      columns
        .map(({ name }) => name)
        .sort()
        .join()
    ) {
      throw new Error(`The table ${table} has other columns in the source than in the target`);
    }
    // What the migrations put there comes from the source.
    await target.run(`DELETE FROM ${table}`);
    const sum = new RowSum();
    for await (const rows of source.rows(table, columns)) {
      await target.insert(table, columns, rows);
      sum.add(rows);
    }
    const arrived = new RowSum();
    for await (const rows of target.rows(table, columns)) arrived.add(rows);
    if (!arrived.equals(sum))
      throw new Error(`The table ${table} did not arrive as it was. Nothing was changed.`);
    yield { table, rows: sum.count };
  }
}

function tablesOf(columns: readonly Column[]): Map<string, Column[]> {
  const tables = new Map<string, Column[]>();
  for (const column of columns) tables.set(column.table, [...(tables.get(column.table) ?? []), column]);
  return tables;
}

/** How many rows there are, and a sum over what they say that does not depend on their order. */
class RowSum {
  count = 0;
  #sum = 0n;

  add(rows: readonly RawRow[]): void {
    this.count += rows.length;
    for (const row of rows) {
      const digest = createHash('sha256').update(JSON.stringify(row)).digest();
      this.#sum = BigInt.asUintN(
        128,
        this.#sum + digest.readBigUInt64LE(0) + (digest.readBigUInt64LE(8) << 64n),
      );
    }
  }

  equals(other: RowSum): boolean {
    return this.count === other.count && this.#sum === other.#sum;
  }
}
