import pg from 'pg';
import type { SqlValue } from '../sql.ts';
import {
  ExpectationFailed,
  type LogEntry,
  type RoomHeadChange,
  RoomVersionConflict,
  type UnitOfWork,
} from '../unit-of-work.ts';
import { CHANNEL } from './channel.ts';
import type { CommitMessage } from './messages.ts';
import { ROOM_LOCKS, ROOM_STRIPES } from './room-locks.ts';
import { groupWrites, lastRowOfEachKey } from './write-groups.ts';

/** Only transactions that write log rows take it, last, so that commit order is position order. */
const LOG_LOCK = 0x6775696c;

/** Rows of rooms are locked before any other, in the order of their ids, so that no two processes wait for each other. */
const LOCK_ROOMS = `SELECT FROM rooms WHERE nid = ANY($1::bigint[]) ORDER BY nid FOR NO KEY UPDATE`;

/** A room that another process holds is like one that has another version. */
const MOVE_HEADS = `UPDATE rooms SET version = r.version, extremities = r.extremities, depth = r.depth,
  snapshot_nid = r.snapshot_nid
  FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[],
    $8::boolean[])
    AS r(nid, expected_version, expected_extremities, version, extremities, depth, snapshot_nid, is_held)
  WHERE rooms.nid = r.nid AND rooms.version = r.expected_version AND rooms.extremities = r.expected_extremities
    AND (r.is_held OR pg_try_advisory_xact_lock_shared(${ROOM_LOCKS}, (r.nid % ${ROOM_STRIPES})::integer))
  RETURNING rooms.nid`;

const INSERT_LOG = `WITH newest AS (SELECT coalesce(max(position), 0) AS position FROM log), inserted AS (
    INSERT INTO log (position, kind, room_nid, user_nid, ref, key)
    SELECT newest.position + r.at, r.kind, r.room_nid, r.user_nid, r.ref, r.key
    FROM newest, unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $8::bigint[])
      AS r(kind, room_nid, user_nid, ref, key, at)
    RETURNING position)
  SELECT min(position) AS first, pg_notify('${CHANNEL}', $6 || max(position) || $7) FROM inserted`;

const NOTIFY = `SELECT pg_notify('${CHANNEL}', $1)`;

/** Units that run together: their rows are gathered into few statements. Notes those that are refused. */
export async function applyRun(
  client: pg.Client,
  run: readonly UnitOfWork[],
  refused: Map<UnitOfWork, Error>,
): Promise<void> {
  if (run.length === 0) return;
  const lost = await moveHeads(client, run);
  for (const unit of run) {
    const head = unit.heads.find((change) => lost.has(change.roomNid));
    if (head !== undefined)
      refused.set(unit, new RoomVersionConflict(`room ${head.roomNid} has another version`));
  }
  const groups = groupWrites(run.filter((unit) => !refused.has(unit)));
  // When one is refused, PostgreSQL refuses those behind it until the transaction is rolled back.
  await Promise.all(
    groups.map((group) => {
      const rows = lastRowOfEachKey(group);
      return client.query({
        name: `write-${group.operation.id}`,
        text: group.operation.postgres,
        values: group.operation.order.map((_name, column) => rows.map((row) => row[column])),
      });
    }),
  );
}

/** A unit that runs by itself. Notes it if it is refused. */
export async function applyGuarded(
  client: pg.Client,
  unit: UnitOfWork,
  refused: Map<UnitOfWork, Error>,
): Promise<void> {
  await client.query('SAVEPOINT unit');
  try {
    const lost = await moveHeads(client, [unit]);
    if (lost.size > 0) throw new RoomVersionConflict(`room ${[...lost][0]} has another version`);
    for (const statement of unit.statements) {
      const query: pg.QueryConfig =
        'operation' in statement
          ? { text: statement.operation.postgres, values: statement.values.map((value) => [value]) }
          : { text: statement.postgres, values: [...statement.values] };
      const { rowCount } = await client.query(query);
      if (statement.expectRows !== undefined && rowCount !== statement.expectRows) {
        throw new ExpectationFailed(`${rowCount} rows changed, not ${statement.expectRows}`);
      }
    }
    await client.query('RELEASE SAVEPOINT unit');
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT unit');
    refused.set(unit, asRefusal(error));
  }
}

/** One room is locked by the statement that moves its head. */
export async function lockRooms(client: pg.Client, units: readonly UnitOfWork[]): Promise<void> {
  const rooms = new Set(units.flatMap((unit) => unit.heads.map((head) => head.roomNid)));
  if (rooms.size < 2) return;
  await client.query({ name: 'lock-rooms', text: LOCK_ROOMS, values: [[...rooms]] });
}

/** Moves the rooms' heads in one statement, rooms in id order; returns the rooms that had another version. */
async function moveHeads(client: pg.Client, units: readonly UnitOfWork[]): Promise<Set<number>> {
  const merged = new Map<number, { first: RoomHeadChange; last: RoomHeadChange }>();
  const lost = new Set<number>();
  for (const change of units.flatMap((unit) => unit.heads)) {
    const known = merged.get(change.roomNid);
    if (known !== undefined && !isBuiltUpon(change, known.last)) lost.add(change.roomNid);
    merged.set(change.roomNid, { first: known?.first ?? change, last: change });
  }
  const wanted = [...merged.values()]
    .filter(({ last }) => !lost.has(last.roomNid))
    .sort((one, other) => one.last.roomNid - other.last.roomNid);
  if (wanted.length === 0) return lost;
  const { rows } = await client.query<{ nid: number }>({
    name: 'move-heads',
    text: MOVE_HEADS,
    values: [
      wanted.map(({ last }) => last.roomNid),
      wanted.map(({ first }) => first.expectedVersion),
      wanted.map(({ first }) => JSON.stringify(first.expectedExtremities)),
      wanted.map(({ last }) => last.version),
      wanted.map(({ last }) => JSON.stringify(last.extremities)),
      wanted.map(({ last }) => last.depth),
      wanted.map(({ last }) => last.snapshotNid),
      wanted.map(({ last }) => last.isHeld === true),
    ],
  });
  const moved = new Set(rows.map((row) => row.nid));
  for (const { last } of wanted) if (!moved.has(last.roomNid)) lost.add(last.roomNid);
  return lost;
}

function isBuiltUpon(change: RoomHeadChange, other: RoomHeadChange): boolean {
  const isSameHead = change.expectedExtremities.join() === other.extremities.join();
  return isSameHead && change.expectedVersion === other.version;
}

/** How far each of some rows is from the newest row before them. */
function distancesOf(entries: readonly LogEntry[]): number[] {
  let distance = 0;
  return entries.map(({ leaves = 0 }) => {
    distance += 1 + leaves;
    return distance;
  });
}

/** Inserts log rows under the lock. @returns the position of each. */
export async function insertLog(
  client: pg.Client,
  entries: readonly LogEntry[],
  message: CommitMessage,
): Promise<readonly number[]> {
  const lock = client.query({
    name: 'log-lock',
    text: 'SELECT pg_advisory_xact_lock($1)',
    values: [LOG_LOCK],
  });
  const distances = distancesOf(entries);
  const columns: SqlValue[][] = [
    entries.map((entry) => entry.kind),
    entries.map((entry) => entry.room ?? null),
    entries.map((entry) => entry.user ?? null),
    entries.map((entry) => entry.ref ?? null),
    entries.map((entry) => entry.key ?? null),
  ];
  const insert = client.query<{ first: number }>({
    name: 'insert-log',
    text: INSERT_LOG,
    values: [...columns, message.before, message.after, distances],
  });
  const [, { rows }] = await Promise.all([lock, insert]);
  const base = (rows[0]?.first ?? 0) - (distances[0] ?? 0);
  return distances.map((distance) => base + distance);
}

/** Tells the other processes of what is not in the log. */
export function notifyQuery({ before, after }: CommitMessage): pg.QueryConfig {
  return { name: 'notify', text: NOTIFY, values: [`${before}0${after}`] };
}

const UNIQUE_VIOLATION = '23505';

/** A row that had to be new was there already: what the unit relied on does not hold. */
function asRefusal(error: unknown): Error {
  if (error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION) {
    return new ExpectationFailed(error.message, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
