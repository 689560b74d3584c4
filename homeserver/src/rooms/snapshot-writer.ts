import {
  blocksAfter,
  EMPTY_SNAPSHOT,
  entryKey,
  layerChange,
  type SnapshotBlocks,
  type StateEntry,
  type UnitOfWork,
} from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import type { Room, Snapshot } from './room.ts';

/** Blocks up to this many entries stay in memory with their room. */
export const REMEMBERED_BLOCK = 256;

/** Writes states of a room into a unit, one upon another, and reads them back before they are committed. */
export class SnapshotWriter {
  readonly #context: RoomsContext;
  readonly #room: Room;
  readonly #unit: UnitOfWork;
  readonly #written = new Map<number, readonly StateEntry[]>();
  readonly #snapshots = new Map<number, Snapshot>();

  constructor(context: RoomsContext, room: Room, unit: UnitOfWork) {
    this.#context = context;
    this.#room = room;
    this.#unit = unit;
  }

  /** The state that `base` is with these entries in it. */
  async change(base: Snapshot, changes: readonly StateEntry[]): Promise<Snapshot> {
    const { tier, entries } = await layerChange(changes, (at) => this.#entriesOfBlock(base.blocks[at] ?? 0));
    const blockNid = await this.#context.ids.block.next();
    return this.#write(blockNid, entries, blocksAfter(base.blocks, tier, blockNid));
  }

  /** A state of its own: no block can say that an entry of an older one is gone. */
  async replace(entries: readonly StateEntry[]): Promise<Snapshot> {
    const blockNid = await this.#context.ids.block.next();
    return this.#write(blockNid, entries, blocksAfter(EMPTY_SNAPSHOT, 3, blockNid));
  }

  /** A state by its number: one that is stored, or one that was written here. */
  async snapshot(nid: number): Promise<Snapshot> {
    return this.#snapshots.get(nid) ?? { nid, blocks: await this.#context.storage.states.blocksOf(nid) };
  }

  /** The event that holds a type and state key in a state. */
  async entryOf(snapshot: Snapshot, key: Omit<StateEntry, 'eventNid'>): Promise<number | undefined> {
    if (this.#snapshots.has(snapshot.nid)) {
      return (await this.entriesOf(snapshot)).get(entryKey(key))?.eventNid;
    }
    return this.#context.storage.states.entryOf(snapshot.nid, key.typeNid, key.stateKeyNid);
  }

  /** Every entry of a state, by `entryKey`. */
  async entriesOf(snapshot: Snapshot): Promise<Map<string, StateEntry>> {
    const entries = new Map<string, StateEntry>();
    for (const blockNid of snapshot.blocks.toReversed()) {
      for (const entry of await this.#entriesOfBlock(blockNid)) entries.set(entryKey(entry), entry);
    }
    return entries;
  }

  /** Runs once what was written is committed. */
  onCommit(callback: () => void): void {
    this.#unit.onCommit(callback);
  }

  /** Keeps the small blocks of the room's new head, once the unit is committed. */
  remember(blocks: SnapshotBlocks): void {
    const { blockEntries } = this.#room;
    for (const nid of blockEntries.keys()) if (!blocks.includes(nid)) blockEntries.delete(nid);
    for (const [nid, entries] of this.#written) {
      if (blocks.includes(nid) && entries.length <= REMEMBERED_BLOCK) blockEntries.set(nid, entries);
    }
  }

  async #write(blockNid: number, entries: readonly StateEntry[], blocks: SnapshotBlocks): Promise<Snapshot> {
    const { ids, storage } = this.#context;
    const nid = await ids.snapshot.next();
    this.#written.set(blockNid, entries);
    storage.states.insertBlock(this.#unit, blockNid, entries);
    storage.states.insertSnapshot(this.#unit, nid, this.#room.nid, blocks);
    const snapshot = { nid, blocks };
    this.#snapshots.set(nid, snapshot);
    return snapshot;
  }

  #entriesOfBlock(blockNid: number): readonly StateEntry[] | Promise<readonly StateEntry[]> {
    if (blockNid === 0) return [];
    return (
      this.#written.get(blockNid) ??
      this.#room.blockEntries.get(blockNid) ??
      this.#context.storage.states.entriesOfBlock(blockNid)
    );
  }
}
