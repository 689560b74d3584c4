import {
  blocksAfter,
  EMPTY_SNAPSHOT,
  entryKey,
  layerChange,
  NO_EVENT,
  type SnapshotBlocks,
  type StateEntry,
  type UnitOfWork,
} from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import type { Room, Snapshot } from './room.ts';

/** A type and state key. */
export type StateKey = Omit<StateEntry, 'eventNid'>;

/** What holds a type and state key in two states. */
export interface StateDifference extends StateKey {
  readonly before: number;
  readonly after: number;
}

/** More keys than these are looked for in whole blocks. */
const LOOKED_UP_KEYS = 64;
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

  /** The state that `base` is with these entries in it; without those that `NO_EVENT` holds. */
  async change(base: Snapshot, changes: readonly StateEntry[]): Promise<Snapshot> {
    const { tier, entries } = await layerChange(changes, (at) => this.#entriesOfBlock(base.blocks[at] ?? 0));
    const blockNid = await this.#context.ids.block.next();
    return this.#write(blockNid, entries, blocksAfter(base.blocks, tier, blockNid));
  }

  /** A state of its own, which shares nothing with others. */
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
    for (const [key, { eventNid }] of entries) if (eventNid === NO_EVENT) entries.delete(key);
    return entries;
  }

  /** The entries in which a state differs from an older one; `NO_EVENT` on the side that has none. */
  async difference(from: Snapshot, to: Snapshot): Promise<StateDifference[]> {
    const common = from.blocks.filter((nid) => nid !== 0 && to.blocks.includes(nid));
    const [before, after] = [await this.ownEntries(from, common), await this.ownEntries(to, common)];
    const keys = new Map([...before, ...after]);
    const partial = [...keys].filter(([key]) => !before.has(key) || !after.has(key));
    const below = await this.entriesIn(
      common,
      partial.map(([, key]) => key),
    );
    const found: StateDifference[] = [];
    for (const [key, { typeNid, stateKeyNid }] of keys) {
      const holder = (entries: ReadonlyMap<string, StateEntry>) =>
        (entries.get(key) ?? below.get(key))?.eventNid ?? NO_EVENT;
      const [then, now] = [holder(before), holder(after)];
      if (then !== now) found.push({ typeNid, stateKeyNid, before: then, after: now });
    }
    return found;
  }

  /** What the blocks of a state say that others have not, those that only hide others included. */
  async ownEntries(snapshot: Snapshot, common: readonly number[]): Promise<Map<string, StateEntry>> {
    const entries = new Map<string, StateEntry>();
    for (const nid of snapshot.blocks.toReversed()) {
      if (nid === 0 || common.includes(nid)) continue;
      for (const entry of await this.#entriesOfBlock(nid)) entries.set(entryKey(entry), entry);
    }
    return entries;
  }

  /** The events that hold some keys in what some blocks show, the newest first. */
  async entriesIn(blocks: readonly number[], keys: readonly StateKey[]): Promise<Map<string, StateEntry>> {
    const found = new Map<string, StateEntry>();
    if (blocks.length === 0 || keys.length === 0) return found;
    const areStored = !blocks.some((nid) => this.#written.has(nid));
    if (areStored && keys.length <= LOOKED_UP_KEYS) {
      const { states } = this.#context.storage;
      for (const key of keys) {
        const eventNid = await states.entryOfBlocks(blocks, key.typeNid, key.stateKeyNid);
        if (eventNid !== undefined) found.set(entryKey(key), { ...key, eventNid });
      }
      return found;
    }
    const shown = await this.entriesOf({ nid: 0, blocks: blocks as unknown as SnapshotBlocks });
    for (const key of keys) {
      const entry = shown.get(entryKey(key));
      if (entry !== undefined) found.set(entryKey(key), entry);
    }
    return found;
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
