import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import type { CounterName } from '../database.ts';
import type { BatchWriter, UnitOutcome } from '../group-committer.ts';
import type { SqlValue } from '../sql.ts';
import {
  ExpectationFailed,
  type LogEntry,
  type RoomHeadChange,
  RoomVersionConflict,
  type RowValue,
  type UnitOfWork,
} from '../unit-of-work.ts';
import { CHANNEL } from './channel.ts';
import { type CommitMessage, formatCommit } from './messages.ts';
import { ROOM_LOCKS, ROOM_STRIPES } from './room-locks.ts';
import { groupWrites, lastRowOfEachKey } from './write-groups.ts';

const signInThreadPool = promisify<null, Buffer, KeyObject, Buffer>(sign);

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
    FROM newest, unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
      WITH ORDINALITY AS r(kind, room_nid, user_nid, ref, key, at)
    RETURNING position)
  SELECT min(position) AS first, pg_notify('${CHANNEL}', $6 || max(position) || $7) FROM inserted`;
const NOTIFY = `SELECT pg_notify('${CHANNEL}', $1)`;

const MOST_ATTEMPTS = 3;

/** Writes batches on one connection of its own; readers use the pool. */
export class PostgresWriter implements BatchWriter {
  readonly #connect: () => Promise<pg.Client>;
  readonly #processId: string;
  #client: Promise<pg.Client> | undefined;
  #signingKey: KeyObject | undefined;
  /** What has the connection to itself now. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * @param connect makes a connected client with the session settings of a writer.
   * @param processId how the other processes call this one.
   */
  constructor(connect: () => Promise<pg.Client>, processId: string) {
    this.#connect = connect;
    this.#processId = processId;
  }

  /** Connects; afterwards it connects again by itself when the connection was lost. */
  async open(): Promise<void> {
    await this.#connected();
  }

  /**
   * One transaction for the whole batch. When a unit breaks it, one in which each unit runs by itself, so that only the
   * broken one fails. A lost connection is not retried: nobody knows whether the COMMIT arrived, and the caller must not
   * be told either.
   */
  async write(units: readonly UnitOfWork[]): Promise<readonly UnitOutcome[]> {
    const ready = await this.#signAll(units);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#inTurn(() => this.#transact(ready, attempt > 1));
      } catch (error) {
        if (!(error instanceof pg.DatabaseError) || attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  async reserve(counter: CounterName, count: number): Promise<number> {
    // Never within a batch: undone with it, the ids would be given again.
    const { rows } = await this.#inTurn(async () => {
      const client = await this.#connected();
      return client.query<{ value: number }>({
        name: 'reserve',
        text: 'UPDATE counters SET value = value + $1 WHERE name = $2 RETURNING value',
        values: [count, counter],
      });
    });
    if (rows[0] === undefined) throw new Error(`there is no counter ${counter}`);
    return rows[0].value - count + 1;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  /** The connection; made anew after it was lost. */
  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect().then((client) => {
      const forget = (): void => {
        this.#client = undefined;
      };
      client.on('error', forget);
      client.on('end', forget);
      return client;
    });
    this.#client.catch(() => {
      this.#client = undefined;
    });
    return this.#client;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #transact(units: readonly UnitOfWork[], isEachAlone: boolean): Promise<UnitOutcome[]> {
    const client = await this.#connected();
    try {
      // In one breath, as with the writes of a run: each answer that is waited for is a round trip of every batch.
      const [, , refused] = await Promise.all([
        client.query('BEGIN'),
        lockRooms(client, units),
        this.#applyAll(client, units, isEachAlone),
      ]);
      const kept = units.filter((unit) => !refused.has(unit));
      const first = await this.#commit(client, kept);
      return outcomesOf(units, refused, first);
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        this.#client = undefined;
      });
      throw error;
    }
  }

  /** Runs of plain units are gathered; a guarded unit runs alone, in its place. */
  async #applyAll(
    client: pg.Client,
    units: readonly UnitOfWork[],
    isEachAlone: boolean,
  ): Promise<Map<UnitOfWork, Error>> {
    const refused = new Map<UnitOfWork, Error>();
    let run: UnitOfWork[] = [];
    for (const unit of units) {
      if (!unit.guarded && !isEachAlone) {
        run.push(unit);
        continue;
      }
      await applyRun(client, run, refused);
      run = [];
      await applyGuarded(client, unit, refused);
    }
    await applyRun(client, run, refused);
    return refused;
  }

  /**
   * Ends the transaction. Log rows go in last, under the lock, and the statements travel together, so that the lock is
   * held for the commit alone. The other processes hear of it with the commit.
   *
   * @returns the position of the first log row.
   */
  async #commit(client: pg.Client, units: readonly UnitOfWork[]): Promise<number> {
    const entries = units.flatMap((unit) => unit.log);
    const invalidations = units.flatMap((unit) => unit.invalidations);
    const messages = formatCommit(this.#processId, invalidations);
    // The message of the log rows takes the first part of the invalidations along.
    const message = entries.length > 0 ? messages.shift() : undefined;
    const notices = invalidations.length > 0 ? messages : [];
    const ahead = notices.map((notice) => client.query(notifyQuery(notice)));
    if (message === undefined) {
      await Promise.all([...ahead, client.query('COMMIT')]);
      return 0;
    }
    const [inserted] = await Promise.all([
      insertLog(client, entries, message),
      ...ahead,
      client.query('COMMIT'),
    ]);
    return inserted;
  }

  /** Signs, in the thread pool, every text that waits for its signature. */
  async #signAll(units: readonly UnitOfWork[]): Promise<readonly UnitOfWork[]> {
    const pending: Promise<void>[] = [];
    for (const unit of units) {
      unit.statements.forEach((statement, index) => {
        statement.values.forEach((value, at) => {
          if (value === null || typeof value !== 'object') return;
          pending.push(
            this.#sign(value.message).then((signature) => {
              const values: RowValue[] = [...statement.values];
              values[at] = value.prefix + signature + value.suffix;
              unit.statements[index] = { ...statement, values };
            }),
          );
        });
      });
    }
    await Promise.all(pending);
    return units;
  }

  async #sign(message: string): Promise<string> {
    this.#signingKey ??= await this.#readSigningKey();
    const signature = await signInThreadPool(null, Buffer.from(message), this.#signingKey);
    return signature.toString('base64').replace(/=+$/, '');
  }

  async #readSigningKey(): Promise<KeyObject> {
    const client = await this.#connected();
    const { rows } = await client.query<{ private_key: string }>(
      'SELECT private_key FROM signing_keys WHERE expired_ts IS NULL',
    );
    if (rows[0] === undefined) throw new Error('the server has no signing key');
    return createPrivateKey({
      key: Buffer.from(rows[0].private_key, 'base64'),
      format: 'der',
      type: 'pkcs8',
    });
  }
}

async function applyRun(
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

async function applyGuarded(
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
async function lockRooms(client: pg.Client, units: readonly UnitOfWork[]): Promise<void> {
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

/** Inserts log rows under the lock. @returns the position of the first. */
async function insertLog(
  client: pg.Client,
  entries: readonly LogEntry[],
  message: CommitMessage,
): Promise<number> {
  const lock = client.query({
    name: 'log-lock',
    text: 'SELECT pg_advisory_xact_lock($1)',
    values: [LOG_LOCK],
  });
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
    values: [...columns, message.before, message.after],
  });
  const [, { rows }] = await Promise.all([lock, insert]);
  return rows[0]?.first ?? 0;
}

function notifyQuery({ before, after }: CommitMessage): pg.QueryConfig {
  return { name: 'notify', text: NOTIFY, values: [`${before}0${after}`] };
}

function outcomesOf(
  units: readonly UnitOfWork[],
  refused: ReadonlyMap<UnitOfWork, Error>,
  first: number,
): UnitOutcome[] {
  let next = first;
  return units.map((unit) => {
    const error = refused.get(unit);
    if (error !== undefined) return { error };
    return { positions: unit.log.map(() => next++) };
  });
}

const UNIQUE_VIOLATION = '23505';

/** A row that had to be new was there already: what the unit relied on does not hold. */
function asRefusal(error: unknown): Error {
  if (error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION) {
    return new ExpectationFailed(error.message, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
