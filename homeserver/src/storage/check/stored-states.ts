import { defineQuery } from '../database/sql.ts';
import {
  EMPTY_SNAPSHOT,
  entryKey,
  NO_EVENT,
  type SnapshotBlocks,
  type StateEntry,
} from '../stores/state-store.ts';
import type { CheckedDatabase } from './check.ts';

/** The state of a room: numbers of events by `entryKey`. */
export type CheckedState = ReadonlyMap<string, number>;

/** How many entries of blocks are kept: a state and the one after it share most of them. */
const KEPT_ENTRIES = 500_000;

const snapshotsOf = defineQuery<[number[]], { nid: number; blocks: string }>(
  'SELECT nid, blocks FROM state_snapshots WHERE nid = ANY(?:bigint[])',
);
const entriesOf = defineQuery<[number], StateEntry>(
  `SELECT type_nid AS "typeNid", state_key_nid AS "stateKeyNid", event_nid AS "eventNid" FROM state_blocks
   WHERE block_nid = ?`,
);

/** The states of rooms, as they are stored. */
export class StoredStates {
  readonly #database: CheckedDatabase;
  readonly #blocks = new Map<number, CheckedState>();
  #kept = 0;

  constructor(database: CheckedDatabase) {
    this.#database = database;
  }

  /** A whole state. */
  async read(snapshotNid: number): Promise<CheckedState> {
    return this.#merge(await this.#blocksOf(snapshotNid));
  }

  /** The number of the event that holds a key in a state. */
  async entryOf(snapshotNid: number, key: string): Promise<number | undefined> {
    for (const nid of await this.#blocksOf(snapshotNid)) {
      const eventNid = (await this.#block(nid)).get(key);
      if (eventNid !== undefined) return eventNid === NO_EVENT ? undefined : eventNid;
    }
    return undefined;
  }

  /** Whether a state is what another one becomes when these entries are set. Blocks that both have are not read. */
  async follows(snapshotNid: number, beforeNid: number, changes: CheckedState): Promise<boolean> {
    if (snapshotNid === beforeNid && changes.size === 0) return true;
    const after = await this.#blocksOf(snapshotNid);
    const before = await this.#blocksOf(beforeNid);
    const isOwn = (_block: number, at: number) =>
      after.slice(at).some((block, index) => block !== before[at + index]);
    const expected = new Map([...(await this.#merge(before.filter(isOwn))), ...changes]);
    if (isSameState(await this.#merge(after.filter(isOwn)), expected)) return true;
    return isSameState(await this.read(snapshotNid), new Map([...(await this.read(beforeNid)), ...changes]));
  }

  async #blocksOf(snapshotNid: number): Promise<SnapshotBlocks> {
    const [row] = await this.#database.all(snapshotsOf, [[snapshotNid]]);
    return row === undefined ? EMPTY_SNAPSHOT : (JSON.parse(row.blocks) as SnapshotBlocks);
  }

  /** @param blocks the newest first. */
  async #merge(blocks: readonly number[]): Promise<Map<string, number>> {
    const merged = new Map<string, number>();
    for (const nid of blocks.toReversed()) {
      for (const [key, eventNid] of await this.#block(nid)) merged.set(key, eventNid);
    }
    for (const [key, eventNid] of merged) if (eventNid === NO_EVENT) merged.delete(key);
    return merged;
  }

  async #block(nid: number): Promise<CheckedState> {
    if (nid === 0) return new Map();
    const known = this.#blocks.get(nid);
    if (known !== undefined) return known;
    const rows = await this.#database.all(entriesOf, [nid]);
    const block = new Map(rows.map((row) => [entryKey(row), row.eventNid]));
    this.#blocks.set(nid, block);
    this.#kept += block.size;
    for (const [oldest, { size }] of this.#blocks) {
      if (this.#kept <= KEPT_ENTRIES) break;
      this.#blocks.delete(oldest);
      this.#kept -= size;
    }
    return block;
  }
}

/** Whether two states have the same event for every key. */
export function isSameState(one: CheckedState, other: CheckedState): boolean {
  if (one.size !== other.size) return false;
  for (const [key, eventNid] of one) if (other.get(key) !== eventNid) return false;
  return true;
}
