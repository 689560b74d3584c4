import type { CacheName } from './neighbours.ts';
import type { Columns, RowOf, SignedText, SqlValue, WriteOperation } from './sql.ts';
import { toPostgres } from './sql.ts';

/** What a log row is about. The numbers are stored: never reuse one. */
export const LogKind = {
  /**
   * A room event: `room`, `ref` = event nid; `user` = the member concerned, for `m.room.member`; `key` = `redaction` for
   * an `m.room.redaction`, `handed over` for a membership of another server that has to be passed on from
   * here, `entered` for a join of this one that another one passes on.
   */
  Event: 1,
  /** A receipt changed: `room`, `user`. */
  Receipt: 2,
  /** Account data changed: `user`, `key` = type, `room` when it belongs to a room. */
  AccountData: 3,
  /**
   * What one device alone learns has changed: `user`, `key` = device; `ref` = number of a message to it, none when its
   * one-time or fallback keys changed.
   */
  ToDevice: 4,
  /**
   * A user's devices or cross-signing keys changed: `user`, `key` = device, none for cross-signing keys. With `ref` it
   * is for `user` alone: they signed the keys of the user with that number.
   */
  DeviceList: 5,
  /**
   * The current state of a room moved in another way than by its newest event alone, since branches met: `room`,
   * `key` = the snapshots before and after (`stateMoveKey`); `ref` = nid of the event whose row is right before it,
   * if that brought it about; `user` = a local user whose membership it changed, with one row for each. Without `ref`
   * a partial state became complete: then every local member has a row.
   */
  StateMove: 6,
  /**
   * A room was deleted: `ref` = the number that it had; `user` = one of its local members, with one row for each, `key`
   * = the event with which they left, as they see it, in JSON.
   */
  RoomGone: 20,
  /** A copy of the database began a life of its own here (`beginNewLife`): nothing else, and nobody is told. */
  NewLife: 30,
} as const;

export type LogKind = (typeof LogKind)[keyof typeof LogKind];

/** A row of the ordered log before it has a position. */
export interface LogEntry {
  readonly kind: LogKind;
  readonly room?: number;
  readonly user?: number;
  readonly ref?: number;
  readonly key?: string;
  /** How many positions before it nobody gets: for events that are to come between, as history. None unless given. */
  readonly leaves?: number;
}

/** The room's row after an event was appended, and the version and extremities that it must have had before. */
export interface RoomHeadChange {
  readonly roomNid: number;
  readonly expectedVersion: number;
  /**
   * The version alone does not say what a change was built on: if another process was first with the one before it, it is
   * the same, and the event that this one follows is nowhere.
   */
  readonly expectedExtremities: readonly number[];
  readonly version: number;
  /** Event nids, the forward extremities. */
  readonly extremities: readonly number[];
  readonly depth: number;
  /** The snapshot of the state after the newest event. */
  readonly snapshotNid: number;
  /** Whether this process holds the room (`Neighbours.holdRoom`): else the change is refused while another one does. */
  readonly isHeld?: boolean;
}

/** Something that processes keep in memory and have to forget. */
export interface Invalidation {
  readonly cache: CacheName;
  readonly key: string;
}

export type RowValue = SqlValue | SignedText;

/** One statement of a unit: a declared write, or text of its own for what is rare. */
export type UnitStatement = {
  readonly values: readonly RowValue[];
  /** How many rows it must change; another number rolls the unit back. */
  readonly expectRows?: number;
} & ({ readonly operation: WriteOperation } | { readonly sqlite: string; readonly postgres: string });

/** Where a unit landed in the log. */
export interface Committed {
  /** One position for each log entry of the unit, in order. */
  readonly positions: readonly number[];
}

/** A room was changed by someone else since the unit was built: read it again and retry. */
export class RoomVersionConflict extends Error {
  override readonly name = 'RoomVersionConflict';
}

/** A statement did not change the rows that it promised to: the unit was rolled back, nothing of it is stored. */
export class ExpectationFailed extends Error {
  override readonly name = 'ExpectationFailed';
}

/**
 * Statements that are written together or not at all. Filled without an `await`, then handed to the committer,
 * which runs it in one transaction with whatever else is waiting.
 */
export class UnitOfWork {
  readonly statements: UnitStatement[] = [];
  readonly log: LogEntry[] = [];
  readonly heads: RoomHeadChange[] = [];
  readonly invalidations: Invalidation[] = [];
  readonly afterCommit: ((committed: Committed) => void)[] = [];
  /** Whether it has to run by itself, in its place: it promises how many rows change, or has text of its own. */
  guarded = false;

  /** Whether there is nothing to be written. */
  get isEmpty(): boolean {
    return this.statements.length === 0 && this.log.length === 0 && this.heads.length === 0;
  }

  /** Adds a row to be written by a declared operation. */
  write<C extends Columns>(operation: WriteOperation<C>, row: RowOf<C>): this {
    this.statements.push({
      operation: operation as unknown as WriteOperation,
      values: operation.order.map((name) => row[name] as RowValue),
    });
    return this;
  }

  /** As `write`, and the unit is rolled back with `ExpectationFailed` unless it changes one row. */
  writeOnce<C extends Columns>(operation: WriteOperation<C>, row: RowOf<C>): this {
    this.guarded = true;
    this.statements.push({
      operation: operation as unknown as WriteOperation,
      values: operation.order.map((name) => row[name] as RowValue),
      expectRows: 1,
    });
    return this;
  }

  /**
   * Adds a statement of its own, for what is rare: portable SQL with `?` placeholders.
   *
   * @param expectRows the number of rows it must change, else the unit is rolled back with `ExpectationFailed`.
   */
  run(text: string, values: readonly SqlValue[], expectRows?: number): this {
    // It may touch any table, so it cannot be gathered with others.
    this.guarded = true;
    this.statements.push({
      sqlite: text,
      postgres: toPostgres(text),
      values,
      ...(expectRows === undefined ? {} : { expectRows }),
    });
    return this;
  }

  /** Adds a row to the ordered log; its position is known once the unit is committed. */
  append(entry: LogEntry): this {
    this.log.push(entry);
    return this;
  }

  /** Moves a room's head, if the room still has the version that the unit was built on. */
  moveHead(change: RoomHeadChange): this {
    this.heads.push(change);
    return this;
  }

  /**
   * Makes every process, this one included, forget what it keeps in memory under a key (`Database.onInvalidated`) once
   * the unit is committed. Here that is before the callbacks of `onCommit`, elsewhere within milliseconds.
   */
  invalidate(cache: CacheName, key: string | number): this {
    this.invalidations.push({ cache, key: String(key) });
    return this;
  }

  /** Runs right after the commit, in the order of the log and before any reader is woken. Must not throw. */
  onCommit(callback: (committed: Committed) => void): this {
    this.afterCommit.push(callback);
    return this;
  }
}
