/**
 * SQL written once for both databases. Queries are text in PostgreSQL's manner with `?` placeholders; writes are
 * declared by table, columns and key, so that SQLite can run them a row at a time with a prepared statement and
 * PostgreSQL many rows at a time through `unnest`.
 */

/** The two databases. */
export type Dialect = 'sqlite' | 'postgres';

/** What a column holds; `?` marks one that may be null. Booleans are integers 0 and 1, times are milliseconds. */
export type ColumnType = 'bigint' | 'integer' | 'text' | 'bigint?' | 'integer?' | 'text?';

/** A value bound to a placeholder. */
export type SqlValue = string | number | null;

/** A value bound to a placeholder of a query; lists go to `= ANY(?:bigint[])`. */
export type QueryValue = SqlValue | readonly number[] | readonly string[];

/**
 * Text that is completed with a signature when it is written: `prefix + unpadded base64 of sign(message) + suffix`.
 * Signing happens off the main thread, while the batch is on its way to the disk.
 */
export interface SignedText {
  readonly prefix: string;
  readonly suffix: string;
  readonly message: string;
}

type ValueOf<T extends ColumnType> = T extends 'text'
  ? string | SignedText
  : T extends 'text?'
    ? string | null
    : T extends 'bigint?' | 'integer?'
      ? number | null
      : number;

/** The columns of a table that a write sets, in the order of the table. */
export type Columns = Readonly<Record<string, ColumnType>>;

/** The row that a write takes. */
export type RowOf<C extends Columns> = { readonly [K in keyof C]: ValueOf<C[K]> };

/** A parameter that is a list, and the column of the rows that has its values. */
export interface GatheredList {
  readonly parameter: number;
  readonly column: string;
}

/** A read. `Row` is what comes back: integers are numbers on both databases. */
export interface Query<Params extends readonly QueryValue[], Row> {
  readonly text: Readonly<Record<Dialect, string>>;
  /** See `defineGatheredQuery`. */
  readonly gathered?: GatheredList;
  /** See `defineQueryForMany`: on PostgreSQL, for lists of each parameter; the rows have in `at` for which they are. */
  readonly forMany?: string;
  /** Never set: it carries the types. */
  readonly types?: (params: Params) => Row;
}

/**
 * Declares a read.
 *
 * @param text SQL with `?` for each parameter; `column = ANY(?:bigint[])` or `(?:text[])` takes a list.
 */
export function defineQuery<Params extends readonly QueryValue[], Row>(text: string): Query<Params, Row> {
  return { text: { sqlite: toSqlite(text), postgres: toPostgres(text) } };
}

/**
 * As `defineQuery`, for what is looked up for many things at the same moment: PostgreSQL is asked once for all of them.
 * Every row has the value of the list that it is there for in one of its columns.
 */
export function defineGatheredQuery<Params extends readonly QueryValue[], Row>(
  text: string,
  gathered: GatheredList,
): Query<Params, Row> {
  return { ...defineQuery<Params, Row>(text), gathered };
}

/**
 * As `defineQuery` with integers for all parameters, for what is looked up for many things at the same moment but not by
 * one list: the newest rows of each, say. PostgreSQL is asked once for all of them.
 */
export function defineQueryForMany<Params extends readonly number[], Row>(text: string): Query<Params, Row> {
  let count = 0;
  const inner = text.replaceAll('?', () => {
    count += 1;
    return `one.p${count}`;
  });
  const numbers = Array.from({ length: count }, (_none, index) => index + 1);
  const lists = numbers.map((number) => `$${number}::bigint[]`).join(', ');
  const names = numbers.map((number) => `p${number}`).join(', ');
  const forMany = `SELECT one.at, found.* FROM unnest(${lists}) WITH ORDINALITY AS one(${names}, at)
    CROSS JOIN LATERAL (${inner}) AS found`;
  return { ...defineQuery<Params, Row>(text), forMany };
}

/** As `defineQuery`, for what the databases say in different words. */
export function defineQueryPerDialect<Params extends readonly QueryValue[], Row>(
  texts: Readonly<Record<Dialect, string>>,
): Query<Params, Row> {
  return { text: { sqlite: toSqlite(texts.sqlite), postgres: toPostgres(texts.postgres) } };
}

function toSqlite(text: string): string {
  return text.replaceAll(/= ANY\(\?:\w+\[\]\)/g, 'IN (SELECT value FROM json_each(?))');
}

/** Turns `?` and `?:type[]` into PostgreSQL's numbered placeholders. */
export function toPostgres(text: string): string {
  let count = 0;
  return text.replaceAll(/\?(?::(\w+\[\]))?/g, (_match, type: string | undefined) => {
    count += 1;
    return type === undefined ? `$${count}` : `$${count}::${type}`;
  });
}

type WriteKind = 'insert' | 'insert-ignore' | 'upsert' | 'update' | 'delete';

/** A write to one table, run for one row on SQLite and for many on PostgreSQL. */
export interface WriteOperation<C extends Columns = Columns> {
  readonly id: number;
  readonly table: string;
  readonly kind: WriteKind;
  readonly columns: C;
  /** Columns in the order of SQLite's placeholders and of PostgreSQL's arrays. */
  readonly order: readonly (keyof C & string)[];
  readonly key: readonly (keyof C & string)[];
  /** For an upsert: what must hold for `excluded` to replace the row that is there. */
  readonly onlyIf: string | undefined;
  readonly sqlite: string;
  readonly postgres: string;
}

let operationsDefined = 0;

/** Rows that must be new: a duplicate key fails the unit. */
export function defineInsert<C extends Columns>(table: string, columns: C): WriteOperation<C> {
  return register('insert', table, columns, []);
}

/** Rows that may be there already: then nothing happens. */
export function defineInsertIgnore<C extends Columns>(table: string, columns: C): WriteOperation<C> {
  return register('insert-ignore', table, columns, []);
}

/**
 * Rows that replace what has the same key; the other columns are set from the row.
 *
 * @param onlyIf what must hold for it, in SQL: `excluded` is the new row, the one that is there has the table's name.
 */
export function defineUpsert<C extends Columns>(
  table: string,
  columns: C,
  key: readonly (keyof C & string)[],
  onlyIf?: string,
): WriteOperation<C> {
  return register('upsert', table, columns, key, onlyIf);
}

/** Sets the columns outside the key on the row with that key. */
export function defineUpdate<C extends Columns>(
  table: string,
  columns: C,
  key: readonly (keyof C & string)[],
): WriteOperation<C> {
  return register('update', table, columns, key);
}

/** Deletes every row whose columns have these values. */
export function defineDelete<C extends Columns>(table: string, columns: C): WriteOperation<C> {
  return register('delete', table, columns, Object.keys(columns));
}

function register<C extends Columns>(
  kind: WriteKind,
  table: string,
  columns: C,
  key: readonly (keyof C & string)[],
  onlyIf?: string,
): WriteOperation<C> {
  const names = Object.keys(columns);
  const rest = names.filter((name) => !key.includes(name));
  const order = kind === 'update' ? [...rest, ...key] : names;
  const condition = onlyIf === undefined ? '' : ` WHERE ${onlyIf}`;
  const operation: WriteOperation<C> = {
    id: operationsDefined,
    table,
    kind,
    columns,
    order,
    key,
    onlyIf,
    sqlite: sqliteText(kind, table, order, key) + condition,
    postgres: postgresText(kind, table, columns, order, key) + condition,
  };
  operationsDefined += 1;
  return operation;
}

function conflictClause(kind: WriteKind, order: readonly string[], key: readonly string[]): string {
  if (kind === 'insert-ignore') return ' ON CONFLICT DO NOTHING';
  if (kind !== 'upsert') return '';
  const sets = order.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
  return ` ON CONFLICT (${key.join(', ')}) DO ${sets.length === 0 ? 'NOTHING' : `UPDATE SET ${sets.join(', ')}`}`;
}

function sqliteText(
  kind: WriteKind,
  table: string,
  order: readonly string[],
  key: readonly string[],
): string {
  const where = key.map((name) => `${name} = ?`).join(' AND ');
  if (kind === 'delete') return `DELETE FROM ${table} WHERE ${where}`;
  if (kind === 'update') {
    const sets = order.filter((name) => !key.includes(name)).map((name) => `${name} = ?`);
    return `UPDATE ${table} SET ${sets.join(', ')} WHERE ${where}`;
  }
  const marks = order.map(() => '?').join(', ');
  return `INSERT INTO ${table} (${order.join(', ')}) VALUES (${marks})${conflictClause(kind, order, key)}`;
}

function postgresText(
  kind: WriteKind,
  table: string,
  columns: Columns,
  order: readonly string[],
  key: readonly string[],
): string {
  const arrays = order.map((name, index) => `$${index + 1}::${(columns[name] ?? '').replace('?', '')}[]`);
  const rows = `unnest(${arrays.join(', ')})`;
  const names = order.join(', ');
  const match = key.map((name) => `${table}.${name} = r.${name}`).join(' AND ');
  if (kind === 'delete') return `DELETE FROM ${table} USING ${rows} AS r(${names}) WHERE ${match}`;
  if (kind === 'update') {
    const sets = order.filter((name) => !key.includes(name)).map((name) => `${name} = r.${name}`);
    return `UPDATE ${table} SET ${sets.join(', ')} FROM ${rows} AS r(${names}) WHERE ${match}`;
  }
  return `INSERT INTO ${table} (${names}) SELECT * FROM ${rows}${conflictClause(kind, order, key)}`;
}
