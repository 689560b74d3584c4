import type { Database } from './database.ts';
import type { Query } from './sql.ts';

/** A column as the database describes it. */
export interface Column {
  readonly table: string;
  readonly name: string;
  /** As the database calls it: `bigint`, `text` and so on. */
  readonly type: string;
}

/** What the library that runs migrations and the databases themselves keep is not ours. */
const columns: Query<[], Column> = {
  text: {
    sqlite: `SELECT tables.name AS "table", columns.name AS name, lower(columns.type) AS type
      FROM pragma_table_list AS tables JOIN pragma_table_info(tables.name) AS columns
      WHERE tables.schema = 'main' AND tables.type = 'table' AND tables.name NOT LIKE 'sqlite!_%' ESCAPE '!'
        AND tables.name NOT LIKE 'knex!_%' ESCAPE '!'
      ORDER BY tables.name, columns.cid`,
    postgres: `SELECT table_name AS "table", column_name AS name, data_type AS type
      FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name NOT LIKE 'knex!_%' ESCAPE '!'
      ORDER BY table_name COLLATE "C", ordinal_position`,
  },
};

/** Every column of every table of ours, by table, in the order of the table. */
export function readColumns(database: Pick<Database, 'all'>): Promise<Column[]> {
  return database.all(columns, []);
}
