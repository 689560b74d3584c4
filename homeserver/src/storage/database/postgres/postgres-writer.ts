import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import type { CounterName } from '../database.ts';
import type { BatchWriter, UnitOutcome } from '../group-committer.ts';
import type { SqlValue } from '../sql.ts';
import {
  ExpectationFailed,
  type RoomHeadChange,
  RoomVersionConflict,
  type RowValue,
  type UnitOfWork,
} from '../unit-of-work.ts';
import { groupWrites, lastRowOfEachKey } from './write-groups.ts';

const signInThreadPool = promisify<null, Buffer, KeyObject, Buffer>(sign);

/** Only transactions that write log rows take it, last, so that commit order is position order. */
const LOG_LOCK = 0x6775696c;

const MOVE_HEADS = `UPDATE rooms SET version = r.version, extremities = r.extremities, depth = r.depth,
  snapshot_nid = r.snapshot_nid
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[])
    AS r(nid, expected, version, extremities, depth, snapshot_nid)
  WHERE rooms.nid = r.nid AND rooms.version = r.expected RETURNING rooms.nid`;

const INSERT_LOG = `WITH newest AS (SELECT coalesce(max(position), 0) AS position FROM log)
  INSERT INTO log (position, kind, room_nid, user_nid, ref, key)
  SELECT newest.position + r.at, r.kind, r.room_nid, r.user_nid, r.ref, r.key
  FROM newest, unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
    WITH ORDINALITY AS r(kind, room_nid, user_nid, ref, key, at)
  RETURNING position`;

/** Writes batches on one connection of its own; readers use the pool. */
export class PostgresWriter implements BatchWriter {
  readonly #connect: () => Promise<pg.Client>;
  #client: Promise<pg.Client> | undefined;
  #signingKey: KeyObject | undefined;
  /** What has the connection to itself now. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param connect makes a connected client with the session settings of a writer. */
  constructor(connect: () => Promise<pg.Client>) {
    this.#connect = connect;
  }

  /** Connects; afterwards it connects again by itself when the connection was lost. */
  async open(): Promise<void> {
    await this.#connected();
  }

  /**
   * One transaction for the whole batch; when a unit breaks it, each unit alone, so that only the broken one fails.
   * A lost connection is not retried: nobody knows whether the COMMIT arrived, and the caller must not be told either.
   */
  async write(units: readonly UnitOfWork[]): Promise<readonly UnitOutcome[]> {
    const ready = await this.#signAll(units);
    try {
      return await this.#transaction(ready);
    } catch (error) {
      if (units.length === 1 || !(error instanceof pg.DatabaseError)) throw error;
      const outcomes: UnitOutcome[] = [];
      for (const unit of ready) {
        outcomes.push(...(await this.#transaction([unit]).catch((failure) => [{ error: asError(failure) }])));
      }
      return outcomes;
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

  #transaction(units: readonly UnitOfWork[]): Promise<UnitOutcome[]> {
    return this.#inTurn(() => this.#transact(units));
  }

  async #transact(units: readonly UnitOfWork[]): Promise<UnitOutcome[]> {
    const client = await this.#connected();
    try {
      // In one breath, as with the writes of a run: each answer that is waited for is a round trip of every batch.
      const [, refused] = await Promise.all([client.query('BEGIN'), this.#applyAll(client, units)]);
      const kept = units.filter((unit) => !refused.has(unit));
      const first = await commitWithLog(client, kept);
      return outcomesOf(units, refused, first);
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        this.#client = undefined;
      });
      throw error;
    }
  }

  /** Runs of plain units are gathered; a guarded unit runs alone, in its place. */
  async #applyAll(client: pg.Client, units: readonly UnitOfWork[]): Promise<Map<UnitOfWork, Error>> {
    const refused = new Map<UnitOfWork, Error>();
    let run: UnitOfWork[] = [];
    for (const unit of units) {
      if (!unit.guarded) {
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
    refused.set(unit, asError(error));
  }
}

/** Moves the rooms' heads in one statement, rooms in id order; returns the rooms that had another version. */
async function moveHeads(client: pg.Client, units: readonly UnitOfWork[]): Promise<Set<number>> {
  const merged = new Map<number, { first: RoomHeadChange; last: RoomHeadChange }>();
  const lost = new Set<number>();
  for (const change of units.flatMap((unit) => unit.heads)) {
    const known = merged.get(change.roomNid);
    if (known !== undefined && known.last.version !== change.expectedVersion) lost.add(change.roomNid);
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
      wanted.map(({ last }) => last.version),
      wanted.map(({ last }) => JSON.stringify(last.extremities)),
      wanted.map(({ last }) => last.depth),
      wanted.map(({ last }) => last.snapshotNid),
    ],
  });
  const moved = new Set(rows.map((row) => row.nid));
  for (const { last } of wanted) if (!moved.has(last.roomNid)) lost.add(last.roomNid);
  return lost;
}

/**
 * Ends the transaction. Log rows go in last, under the lock, and the three statements travel together, so that the
 * lock is held for the commit alone.
 *
 * @returns the position of the first log row.
 */
async function commitWithLog(client: pg.Client, units: readonly UnitOfWork[]): Promise<number> {
  const entries = units.flatMap((unit) => unit.log);
  if (entries.length === 0) {
    await client.query('COMMIT');
    return 0;
  }
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
  const insert = client.query<{ position: number }>({
    name: 'insert-log',
    text: INSERT_LOG,
    values: columns,
  });
  const commit = client.query('COMMIT');
  const [, inserted] = await Promise.all([lock, insert, commit]);
  return inserted.rows.reduce((least, row) => Math.min(least, row.position), Number.MAX_SAFE_INTEGER);
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
