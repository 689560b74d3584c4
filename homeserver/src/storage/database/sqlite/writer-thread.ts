/**
 * The only thread that writes to SQLite: a slow disk stalls this thread, never a read or a request.
 * Each batch is one transaction; with `synchronous=FULL` its COMMIT returns after the write-ahead log was synced.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import type { SqlValue } from '../sql.ts';
import type { RowValue } from '../unit-of-work.ts';
import type {
  WireOutcome,
  WireUnit,
  WriterOptions,
  WriterRequest,
  WriterResponse,
} from './writer-protocol.ts';

const options = workerData as WriterOptions;
const database = new BetterSqlite3(options.path);
database.pragma('journal_mode = WAL');
database.pragma(`synchronous = ${options.synchronous}`);
database.pragma('foreign_keys = OFF');
database.pragma('busy_timeout = 10000');

const texts: string[] = [];
const prepared: BetterSqlite3.Statement[] = [];

function statementOf(number: number): BetterSqlite3.Statement {
  const known = prepared[number];
  if (known !== undefined) return known;
  const text = texts[number];
  if (text === undefined) throw new Error('a statement was used before its text arrived');
  const statement = database.prepare(text);
  prepared[number] = statement;
  return statement;
}

const begin = database.prepare('BEGIN IMMEDIATE');
const commit = database.prepare('COMMIT');
const rollback = database.prepare('ROLLBACK');
const savepoint = database.prepare('SAVEPOINT unit');
const release = database.prepare('RELEASE unit');
const rollbackUnit = database.prepare('ROLLBACK TO unit');
const moveHead = database.prepare(
  `UPDATE rooms SET version = ?, extremities = ?, depth = ?, snapshot_nid = ?
   WHERE nid = ? AND version = ? AND extremities = ?`,
);
const insertLog = database.prepare(
  'INSERT INTO log (position, kind, room_nid, user_nid, ref, key) VALUES (?, ?, ?, ?, ?, ?)',
);
const takeIds = database.prepare('UPDATE counters SET value = value + ? WHERE name = ? RETURNING value');
const newest = database.prepare('SELECT coalesce(max(position), 0) AS position FROM log').pluck();
const signingSeed = database.prepare('SELECT private_key FROM signing_keys WHERE expired_ts IS NULL').pluck();

let lastPosition = Number(newest.get());
let signingKey: KeyObject | undefined;

/** The server's key lives in the database; it is read when the first event is signed. */
function keyForSigning(): KeyObject {
  signingKey ??= createPrivateKey({
    key: Buffer.from(String(signingSeed.get()), 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  return signingKey;
}

function bind(value: RowValue): SqlValue {
  if (value === null || typeof value !== 'object') return value;
  const signature = sign(null, Buffer.from(value.message), keyForSigning());
  return value.prefix + signature.toString('base64').replace(/=+$/, '') + value.suffix;
}

class UnitRefused extends Error {
  readonly kind: 'conflict' | 'expectation';
  constructor(kind: 'conflict' | 'expectation', message: string) {
    super(message);
    this.kind = kind;
  }
}

function applyUnit(unit: WireUnit): WireOutcome {
  for (const head of unit.heads) {
    const { changes } = moveHead.run(
      head.version,
      JSON.stringify(head.extremities),
      head.depth,
      head.snapshotNid,
      head.roomNid,
      head.expectedVersion,
      JSON.stringify(head.expectedExtremities),
    );
    if (changes !== 1) throw new UnitRefused('conflict', `room ${head.roomNid} has another version`);
  }
  for (const { text, values, expectRows } of unit.statements) {
    const { changes } = statementOf(text).run(...values.map(bind));
    if (expectRows !== undefined && changes !== expectRows) {
      throw new UnitRefused('expectation', `${changes} rows changed, not ${expectRows}: ${texts[text]}`);
    }
  }
  const positions = unit.log.map((entry) => {
    lastPosition += 1 + (entry.leaves ?? 0);
    insertLog.run(
      lastPosition,
      entry.kind,
      entry.room ?? null,
      entry.user ?? null,
      entry.ref ?? null,
      entry.key ?? null,
    );
    return lastPosition;
  });
  return { positions };
}

/** One unit inside the transaction; whatever fails in it is undone without touching its neighbours. */
function applyAlone(unit: WireUnit): WireOutcome {
  const before = lastPosition;
  savepoint.run();
  try {
    const outcome = applyUnit(unit);
    release.run();
    return outcome;
  } catch (error) {
    lastPosition = before;
    rollbackUnit.run();
    release.run();
    return { error: error instanceof Error ? error.message : String(error), kind: kindOf(error) };
  }
}

function kindOf(error: unknown): 'conflict' | 'expectation' | 'other' {
  if (error instanceof UnitRefused) return error.kind;
  // A row that had to be new was there already.
  const isTaken = error instanceof BetterSqlite3.SqliteError && /_(PRIMARYKEY|UNIQUE)$/.test(error.code);
  return isTaken ? 'expectation' : 'other';
}

function writeBatch(units: readonly WireUnit[]): readonly WireOutcome[] {
  const before = lastPosition;
  begin.run();
  try {
    const outcomes = units.map(applyAlone);
    commit.run();
    return outcomes;
  } catch (error) {
    lastPosition = before;
    if (database.inTransaction) rollback.run();
    throw error;
  }
}

function answer(request: WriterRequest): WriterResponse {
  const { id } = request;
  try {
    switch (request.kind) {
      case 'write':
        texts.push(...request.texts);
        return { id, outcomes: writeBatch(request.units) };
      case 'reserve': {
        const row = takeIds.get(request.count, request.counter) as { value: number } | undefined;
        if (row === undefined) throw new Error(`there is no counter ${request.counter}`);
        return { id, first: row.value - request.count + 1 };
      }
      case 'close':
        database.close();
        return { id, closed: true };
    }
  } catch (error) {
    return { id, failed: error instanceof Error ? error.message : String(error) };
  }
}

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');
port.on('message', (request: WriterRequest) => {
  port.postMessage(answer(request));
  if (request.kind === 'close') port.close();
});
