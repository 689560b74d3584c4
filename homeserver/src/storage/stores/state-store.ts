import type { Database } from '../database/database.ts';
import { defineGatheredQuery, defineInsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** One entry of a state: which event holds this type and state key. */
export interface StateEntry {
  readonly typeNid: number;
  readonly stateKeyNid: number;
  /** In a block, `NO_EVENT` hides what an older block has. */
  readonly eventNid: number;
}

/** The number of no event. */
export const NO_EVENT = 0;

/**
 * A snapshot names at most four blocks, one a tier, the newest first; 0 stands for an empty tier. An entry in a newer
 * block hides the one in an older block.
 */
export type SnapshotBlocks = readonly [number, number, number, number];

export const EMPTY_SNAPSHOT: SnapshotBlocks = [0, 0, 0, 0];

/** How many entries a block of each tier may hold; the last holds the rest. */
const TIER_CAPACITY = [16, 256, 4096, Number.POSITIVE_INFINITY] as const;

const insertSnapshot = defineInsert('state_snapshots', { nid: 'bigint', room_nid: 'bigint', blocks: 'text' });
const insertEntry = defineInsert('state_blocks', {
  block_nid: 'bigint',
  type_nid: 'bigint',
  state_key_nid: 'bigint',
  event_nid: 'bigint',
});
const snapshot = defineGatheredQuery<[number[]], { nid: number; blocks: string }>(
  'SELECT nid, blocks FROM state_snapshots WHERE nid = ANY(?:bigint[])',
  { parameter: 0, column: 'nid' },
);
const ENTRY = 'block_nid, type_nid AS "typeNid", state_key_nid AS "stateKeyNid", event_nid AS "eventNid"';
type BlockRow = StateEntry & { readonly block_nid: number };
const BY_BLOCK = { parameter: 0, column: 'block_nid' };
const entriesOfBlocks = defineGatheredQuery<[number[]], BlockRow>(
  `SELECT ${ENTRY} FROM state_blocks WHERE block_nid = ANY(?:bigint[])`,
  BY_BLOCK,
);
const entriesWithoutType = defineGatheredQuery<[number[], number], BlockRow>(
  `SELECT ${ENTRY} FROM state_blocks WHERE block_nid = ANY(?:bigint[]) AND type_nid <> ?`,
  BY_BLOCK,
);
const entryOfBlocks = defineGatheredQuery<[number[], number, number], BlockRow>(
  `SELECT ${ENTRY} FROM state_blocks WHERE block_nid = ANY(?:bigint[]) AND type_nid = ? AND state_key_nid = ?`,
  BY_BLOCK,
);

/**
 * The state of rooms at every point of their history. A change of state writes one small block: it is merged with the
 * newest block until that is full, then with the next larger one, so a change costs some twenty rows however large the
 * room is, a snapshot never has more than four blocks, and blocks are shared by every snapshot that names them.
 */
export class StateStore {
  readonly #database: Database;
  readonly #snapshots = new Map<number, SnapshotBlocks>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The blocks of a snapshot. */
  async blocksOf(snapshotNid: number): Promise<SnapshotBlocks> {
    const known = this.#snapshots.get(snapshotNid);
    if (known !== undefined) return known;
    const row = await this.#database.get(snapshot, [[snapshotNid]]);
    if (row === undefined) return EMPTY_SNAPSHOT;
    const blocks = JSON.parse(row.blocks) as SnapshotBlocks;
    this.#remember(snapshotNid, blocks);
    return blocks;
  }

  /** Every entry of a snapshot; without those of one type when `exceptTypeNid` is given. */
  async entriesOf(snapshotNid: number, exceptTypeNid?: number): Promise<StateEntry[]> {
    const blocks = await this.blocksOf(snapshotNid);
    const nids = blocks.filter((nid) => nid !== 0);
    if (nids.length === 0) return [];
    const rows = await (exceptTypeNid === undefined
      ? this.#database.all(entriesOfBlocks, [nids])
      : this.#database.all(entriesWithoutType, [nids, exceptTypeNid]));
    const found = new Map<string, BlockRow>();
    for (const row of rows) {
      const key = entryKey(row);
      const other = found.get(key);
      if (other === undefined || blocks.indexOf(row.block_nid) < blocks.indexOf(other.block_nid)) {
        found.set(key, row);
      }
    }
    return [...found.values()].filter(({ eventNid }) => eventNid !== NO_EVENT);
  }

  /** The event that holds a type and state key in a snapshot. */
  async entryOf(snapshotNid: number, typeNid: number, stateKeyNid: number): Promise<number | undefined> {
    return this.entryOfBlocks(await this.blocksOf(snapshotNid), typeNid, stateKeyNid);
  }

  /** The event that holds a type and state key in what some blocks show, the newest first. */
  async entryOfBlocks(
    blocks: readonly number[],
    typeNid: number,
    stateKeyNid: number,
  ): Promise<number | undefined> {
    const nids = blocks.filter((nid) => nid !== 0);
    if (nids.length === 0) return undefined;
    const rows = await this.#database.all(entryOfBlocks, [nids, typeNid, stateKeyNid]);
    rows.sort((one, other) => blocks.indexOf(one.block_nid) - blocks.indexOf(other.block_nid));
    const eventNid = rows[0]?.eventNid;
    return eventNid === NO_EVENT ? undefined : eventNid;
  }

  /** Every entry of one block, those that only hide others as well. */
  entriesOfBlock(blockNid: number): Promise<StateEntry[]> {
    return this.#database.all(entriesOfBlocks, [[blockNid]]);
  }

  /** Adds a block to a unit. */
  insertBlock(unit: UnitOfWork, blockNid: number, entries: Iterable<StateEntry>): void {
    for (const entry of entries) {
      unit.write(insertEntry, {
        block_nid: blockNid,
        type_nid: entry.typeNid,
        state_key_nid: entry.stateKeyNid,
        event_nid: entry.eventNid,
      });
    }
  }

  /** Adds a snapshot to a unit. */
  insertSnapshot(unit: UnitOfWork, nid: number, roomNid: number, blocks: SnapshotBlocks): void {
    unit.write(insertSnapshot, { nid, room_nid: roomNid, blocks: JSON.stringify(blocks) });
    unit.onCommit(() => this.#remember(nid, blocks));
  }

  /** Forgets snapshots that are deleted. */
  forget(nids: Iterable<number>): void {
    for (const nid of nids) this.#snapshots.delete(nid);
  }

  #remember(nid: number, blocks: SnapshotBlocks): void {
    this.#snapshots.set(nid, blocks);
    if (this.#snapshots.size <= 50_000) return;
    const [oldest] = this.#snapshots.keys();
    if (oldest !== undefined) this.#snapshots.delete(oldest);
  }
}

/** What a change of state writes: the tier whose block is written anew, and the block's entries. */
export interface LayerChange {
  readonly tier: number;
  readonly entries: readonly StateEntry[];
}

/**
 * Decides which block a change of state writes.
 *
 * @param changes the entries that are new, one or several.
 * @param readTier reads the entries of the current block of a tier; asked from the newest tier on, as far as needed.
 */
export async function layerChange(
  changes: readonly StateEntry[],
  readTier: (tier: number) => readonly StateEntry[] | Promise<readonly StateEntry[]>,
): Promise<LayerChange> {
  const merged = new Map<string, StateEntry>();
  for (const change of changes) merged.set(entryKey(change), change);
  for (const [tier, capacity] of TIER_CAPACITY.entries()) {
    for (const entry of await readTier(tier)) {
      const key = entryKey(entry);
      if (!merged.has(key)) merged.set(key, entry);
    }
    if (tier === TIER_CAPACITY.length - 1) {
      // There is nothing below that could be hidden.
      const present = [...merged.values()].filter(({ eventNid }) => eventNid !== NO_EVENT);
      return { tier, entries: present };
    }
    if (merged.size <= capacity) return { tier, entries: [...merged.values()] };
  }
  throw new Error('the last tier takes everything');
}

/** The blocks after a change: the written tier has the new block, the newer tiers went into it. */
export function blocksAfter(blocks: SnapshotBlocks, tier: number, blockNid: number): SnapshotBlocks {
  const [, second, third, fourth] = blocks;
  if (tier === 0) return [blockNid, second, third, fourth];
  if (tier === 1) return [0, blockNid, third, fourth];
  if (tier === 2) return [0, 0, blockNid, fourth];
  return [0, 0, 0, blockNid];
}

/** One string for the type and state key of an entry. */
export function entryKey(entry: Pick<StateEntry, 'typeNid' | 'stateKeyNid'>): string {
  return `${entry.typeNid},${entry.stateKeyNid}`;
}
