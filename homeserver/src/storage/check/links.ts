import { type Column, readColumns } from '../database/schema.ts';
import { defineQuery } from '../database/sql.ts';
import type { Check, CheckedDatabase, Report } from './check.ts';

interface Target {
  readonly table: string;
  readonly column: string;
  /** Where the table's text is no name. */
  readonly called?: string;
}

const EVENT: Target = { table: 'events', column: 'nid' };
/** The rows of a room that is gone are deleted bit by bit. */
const ROOM: Target = {
  table: '(SELECT nid FROM rooms UNION ALL SELECT nid FROM purged_rooms)',
  column: 'nid',
  called: 'rooms',
};
const SNAPSHOT: Target = { table: 'state_snapshots', column: 'nid' };
const STRING: Target = { table: 'strings', column: 'nid' };

/** What a column with this name holds, in whatever table. The tables of later migrations are checked by it as well. */
const TARGETS: Readonly<Record<string, Target>> = {
  event_nid: EVENT,
  replaces_nid: EVENT,
  redacted_by: EVENT,
  room_nid: ROOM,
  guild_nid: ROOM,
  snapshot_nid: SNAPSHOT,
  type_nid: STRING,
  state_key_nid: STRING,
  sender_nid: STRING,
  user_nid: STRING,
  creator_nid: STRING,
  inviter_nid: STRING,
  target_nid: STRING,
  signer_nid: STRING,
  join_nid: EVENT,
};

/** Entries of states are deleted after their events: `snapshotsAreWhole` knows which may be without one. */
const CHECKED_ELSEWHERE = new Set(['state_blocks.event_nid']);

/** Where 0 stands for none. */
const MAY_BE_ZERO = new Set(['account_data.room_nid', 'events.snapshot_nid', 'rooms.snapshot_nid']);

/** Rows that must not outlive what they belong to, beyond what names of columns say. */
const OWNED: readonly { readonly table: string; readonly by: string; readonly columns: readonly string[] }[] =
  [
    { table: 'devices', by: 'users', columns: ['user_nid'] },
    { table: 'access_tokens', by: 'devices', columns: ['user_nid', 'device_id'] },
    { table: 'account_data', by: 'users', columns: ['user_nid'] },
    { table: 'filters', by: 'users', columns: ['user_nid'] },
  ];

/** Every number of an event, room, snapshot or string leads to a row, and nothing outlives its owner. */
export const linksLeadSomewhere: Check = {
  holds: 'Every number leads to a row, and no row outlives what it belongs to',
  async run(database, report) {
    for (const column of await readColumns(database)) {
      const target = TARGETS[column.name];
      const isHere = !CHECKED_ELSEWHERE.has(`${column.table}.${column.name}`);
      if (target !== undefined && isHere) await checkColumn(database, column, target, report);
    }
    for (const owned of OWNED) await checkOwned(database, owned, report);
  },
};

/** Columns that hold numbers of something, and that no rule here speaks of. */
export function unknownLinks(columns: readonly Column[]): string[] {
  return columns
    .filter(({ name }) => name.endsWith('_nid') && name !== 'block_nid' && TARGETS[name] === undefined)
    .map(({ table, name }) => `${table}.${name}`);
}

async function checkColumn(
  database: CheckedDatabase,
  { table, name }: Column,
  target: Target,
  report: Report,
): Promise<void> {
  const zero = MAY_BE_ZERO.has(`${table}.${name}`) ? `AND here.${name} <> 0` : '';
  const dangling = defineQuery<[], { value: number; rows: number }>(
    `SELECT here.${name} AS value, count(*) AS rows
     FROM ${table} AS here LEFT JOIN ${target.table} AS there ON there.${target.column} = here.${name}
     WHERE here.${name} IS NOT NULL ${zero} AND there.${target.column} IS NULL
     GROUP BY here.${name} ORDER BY here.${name}`,
  );
  for (const { value, rows } of await database.all(dangling, [])) {
    report(
      `${table}.${name} is ${value} in ${rows} row(s), and ${target.called ?? target.table} has no such row`,
    );
  }
}

async function checkOwned(
  database: CheckedDatabase,
  { table, by, columns }: (typeof OWNED)[number],
  report: Report,
): Promise<void> {
  const match = columns.map((name) => `there.${name} = here.${name}`).join(' AND ');
  const orphans = defineQuery<[], { owner: number; rows: number }>(
    `SELECT here.user_nid AS owner, count(*) AS rows FROM ${table} AS here LEFT JOIN ${by} AS there ON ${match}
     WHERE there.user_nid IS NULL GROUP BY here.user_nid ORDER BY here.user_nid`,
  );
  for (const { owner, rows } of await database.all(orphans, [])) {
    report(`${table} has ${rows} row(s) of user ${owner} that belong to no row of ${by}`);
  }
}
