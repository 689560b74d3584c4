import { runOnList } from '../database/run-on-list.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import { type DependentTable, TABLES_OF_EVENTS, TABLES_OF_TIMELINE_EVENTS } from './room-rows.ts';
import type { SnapshotBlocks, StateStore } from './state-store.ts';

/** The rows of the largest table that are deleted in one unit, at most: some ten milliseconds of the writer's time. */
export const PURGED_AT_ONCE = 500;
/** States are deleted with their blocks, the large ones of which have thousands of rows. */
export const SNAPSHOTS_AT_ONCE = 50;

/** A stored state of a room. */
export interface StoredSnapshot {
  readonly nid: number;
  readonly blocks: SnapshotBlocks;
}

/** Deletes events with everything that belongs to them, in a unit. */
export function deleteEvents(unit: UnitOfWork, nids: readonly number[]): void {
  deleteDependents(unit, TABLES_OF_EVENTS, nids);
  runOnList(unit, 'DELETE FROM log WHERE kind = 1 AND ref IN (?list)', nids);
  runOnList(unit, 'DELETE FROM events WHERE nid IN (?list)', nids);
  for (const nid of nids) unit.invalidate('events', nid);
}

/** Takes events out of their room's timeline, in a unit: they stay as outliers, which others can name. */
export function makeOutliers(unit: UnitOfWork, nids: readonly number[]): void {
  deleteDependents(unit, TABLES_OF_TIMELINE_EVENTS, nids);
  runOnList(unit, 'DELETE FROM log WHERE kind = 1 AND ref IN (?list)', nids);
  runOnList(unit, 'UPDATE events SET status = 1, snapshot_nid = 0 WHERE nid IN (?list)', nids);
  for (const nid of nids) unit.invalidate('events', nid);
}

/** Deletes states, in a unit, with those of their blocks that are given. */
export function deleteSnapshots(
  unit: UnitOfWork,
  states: StateStore,
  nids: readonly number[],
  blockNids: readonly number[],
): void {
  runOnList(unit, 'DELETE FROM state_blocks WHERE block_nid IN (?list)', blockNids);
  runOnList(unit, 'DELETE FROM state_snapshots WHERE nid IN (?list)', nids);
  unit.onCommit(() => states.forget(nids));
}

function deleteDependents(
  unit: UnitOfWork,
  tables: readonly DependentTable[],
  nids: readonly number[],
): void {
  for (const { table, column } of tables)
    runOnList(unit, `DELETE FROM ${table} WHERE ${column} IN (?list)`, nids);
}
