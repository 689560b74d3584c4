import { readColumns } from '../src/storage/database/schema.ts';
import { defineQuery } from '../src/storage/database/sql.ts';
import type { Database, Storage } from '../src/storage/index.ts';

/** The numbers by which rows belong to a room. */
export interface RoomNumbers {
  readonly room: readonly number[];
  readonly event: readonly number[];
  readonly snapshot: readonly number[];
  readonly block: readonly number[];
}

/** What a column holds a number of, in whatever table; a new table's columns are told by their names. */
const COLUMNS: readonly (readonly [name: RegExp, what: keyof RoomNumbers])[] = [
  [/(^|_)(room|guild|space)_nid$|^rooms\.nid$|^purged_rooms\.nid$/, 'room'],
  [/(^|_)event_nid$|^events\.nid$|\.replaces_nid$|\.redacted_by$|^search_index\.rowid$/, 'event'],
  [/(^|_)snapshot_nid$|^state_snapshots\.nid$/, 'snapshot'],
  [/(^|_)block_nid$/, 'block'],
];

/** A column that holds numbers of rooms, events, or what belongs to them. */
export interface TracingColumn {
  readonly table: string;
  readonly name: string;
  readonly what: keyof RoomNumbers;
}

/** Every such column of the schema. */
export async function tracingColumns(database: Pick<Database, 'all'>): Promise<TracingColumn[]> {
  const columns = await readColumns(database);
  return columns.flatMap(({ table, name }) => {
    const what = COLUMNS.find(([pattern]) => pattern.test(`${table}.${name}`) || pattern.test(name))?.[1];
    return what === undefined ? [] : [{ table, name, what }];
  });
}

/** The numbers of a room and of all that belongs to it, while it is there. */
export async function numbersOfRoom({ database }: Storage, roomNid: number): Promise<RoomNumbers> {
  const all = async (text: string) => {
    const rows = await database.all(defineQuery<[number], { nid: number }>(text), [roomNid]);
    return rows.map(({ nid }) => nid);
  };
  const blocks = defineQuery<[number], { blocks: string }>(
    'SELECT blocks FROM state_snapshots WHERE room_nid = ?',
  );
  const named = (await database.all(blocks, [roomNid])).flatMap((row) => JSON.parse(row.blocks) as number[]);
  return {
    room: [roomNid],
    event: await all('SELECT nid FROM events WHERE room_nid = ?'),
    snapshot: await all('SELECT nid FROM state_snapshots WHERE room_nid = ?'),
    block: [...new Set(named.filter((nid) => nid !== 0))],
  };
}

/** Where these numbers still occur: `receipts.room_nid: 2 row(s)`. */
export async function tracesOfRoom({ database }: Storage, numbers: RoomNumbers): Promise<string[]> {
  const found: string[] = [];
  for (const { table, name, what } of await tracingColumns(database)) {
    const query = defineQuery<[number[]], { rows: number }>(
      `SELECT count(*) AS rows FROM ${table} WHERE ${name} = ANY(?:bigint[])`,
    );
    const rows = (await database.all(query, [[...numbers[what]]]))[0]?.rows ?? 0;
    if (rows > 0) found.push(`${table}.${name}: ${rows} row(s)`);
  }
  const named = defineQuery<[number[]], { rows: number }>(
    'SELECT count(*) AS rows FROM log WHERE kind = 1 AND ref = ANY(?:bigint[])',
  );
  const rows = (await database.all(named, [[...numbers.event]]))[0]?.rows ?? 0;
  return rows === 0 ? found : [...found, `log.ref: ${rows} row(s)`];
}
