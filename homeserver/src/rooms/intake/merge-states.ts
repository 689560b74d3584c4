import { authEventKeys } from '../../protocol/event-auth/index.ts';
import {
  conflictedSubgraphOf,
  type KnownEvent,
  resolveState,
  stateMapKey,
} from '../../protocol/state-resolution/index.ts';
import { entryKey, NO_EVENT, type StateEntry, type StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import type { Room, Snapshot } from '../room.ts';
import type { SnapshotWriter, StateKey } from '../snapshot-writer.ts';
import { type AuthGraph, authDifference } from './auth-difference.ts';

/** A state to be merged with others: a stored one, with the entry of an event on top of it. */
export interface Branch {
  readonly base: Snapshot;
  readonly top: StateEntry | undefined;
}

/** What merging works with. */
export interface MergeContext {
  readonly context: RoomsContext;
  readonly room: Room;
  readonly snapshots: SnapshotWriter;
  /** Events that are on their way into the store. */
  readonly pending: readonly StoredEvent[];
  load(eventIds: readonly string[]): Promise<ReadonlyMap<string, StoredEvent>>;
  loadKnown(eventIds: readonly string[]): Promise<ReadonlyMap<string, KnownEvent>>;
}

/** Numbers of events by `entryKey`; `NO_EVENT` for what a state has not. */
type Holders = ReadonlyMap<string, number>;

/**
 * Merges states into the one that they resolve to (Room versions 1, 2 and 12, "State resolution"), and writes that as
 * the smallest change of one of them. Only the blocks in which they differ are read: what is in blocks that all have,
 * below them, all agree on.
 */
export async function mergeStates(merge: MergeContext, branches: readonly Branch[]): Promise<Snapshot> {
  return new StateMerge(merge, branches).run();
}

class StateMerge implements AuthGraph {
  readonly roomNid: number;
  readonly storage: RoomsContext['storage'];
  readonly #merge: MergeContext;
  readonly #branches: readonly Branch[];
  /** The blocks that all of the states have, the newest first. */
  readonly #common: readonly number[];
  /** Every key that the other blocks of some state have. */
  readonly #keys = new Map<string, StateKey>();
  /** Of each state, what holds the keys, without and with the event on top. */
  #bases: Holders[] = [];
  #holders: Holders[] = [];
  #conflicts = new Set<string>();

  constructor(merge: MergeContext, branches: readonly Branch[]) {
    this.#merge = merge;
    this.#branches = branches;
    this.roomNid = merge.room.nid;
    this.storage = merge.context.storage;
    const [first, ...others] = branches;
    this.#common = (first?.base.blocks ?? []).filter(
      (nid) => nid !== 0 && others.every(({ base }) => base.blocks.includes(nid)),
    );
  }

  load(eventIds: readonly string[]): Promise<ReadonlyMap<string, StoredEvent>> {
    return this.#merge.load(eventIds);
  }

  loadKnown(eventIds: readonly string[]): Promise<ReadonlyMap<string, KnownEvent>> {
    return this.#merge.loadKnown(eventIds);
  }

  async run(): Promise<Snapshot> {
    await this.#read();
    const result = new Map<string, StateEntry>();
    for (const [key, stateKey] of this.#keys) {
      const held = this.#holders.map((holders) => holders.get(key) ?? NO_EVENT);
      if (new Set(held).size > 1) this.#conflicts.add(key);
      else result.set(key, { ...stateKey, eventNid: held[0] ?? NO_EVENT });
    }
    if (this.#conflicts.size > 0) {
      for (const [key, entry] of await this.#resolve()) result.set(key, entry);
    }
    return this.#write(result);
  }

  async agreedAmong(nids: readonly number[]): Promise<readonly StoredEvent[]> {
    const events = await this.#byNid(nids);
    const keys = await this.#keysOf(events.map(({ pdu }) => [pdu.type, pdu.state_key ?? ''] as const));
    const agreed = await this.#agreedOn([...keys.values()]);
    const holders = new Set([...agreed.values()].map(({ eventNid }) => eventNid));
    return events.filter(({ nid }) => holders.has(nid));
  }

  async agreed(): Promise<readonly StoredEvent[]> {
    const [first] = this.#branches;
    const entries = first === undefined ? new Map() : await this.#merge.snapshots.entriesOf(first.base);
    for (const [key, stateKey] of this.#keys) {
      entries.set(key, { ...stateKey, eventNid: this.#holders[0]?.get(key) ?? NO_EVENT });
    }
    const nids = [...entries].filter(([key]) => !this.#conflicts.has(key)).map(([, entry]) => entry.eventNid);
    return this.#byNid(nids);
  }

  /** Reads where the states differ. */
  async #read(): Promise<void> {
    const own = await Promise.all(
      this.#branches.map(({ base }) => this.#merge.snapshots.ownEntries(base, this.#common)),
    );
    const tops = this.#branches.flatMap(({ top }) => top ?? []);
    for (const { typeNid, stateKeyNid } of [...own.flatMap((entries) => [...entries.values()]), ...tops]) {
      this.#keys.set(entryKey({ typeNid, stateKeyNid }), { typeNid, stateKeyNid });
    }
    const partial = [...this.#keys].filter(([key]) => own.some((entries) => !entries.has(key)));
    const below = await this.#merge.snapshots.entriesIn(
      this.#common,
      partial.map(([, key]) => key),
    );
    this.#bases = own.map(
      (entries) =>
        new Map(
          [...this.#keys.keys()].map((key) => [
            key,
            (entries.get(key) ?? below.get(key))?.eventNid ?? NO_EVENT,
          ]),
        ),
    );
    this.#holders = this.#bases.map((base, at) => {
      const top = this.#branches[at]?.top;
      return top === undefined ? base : new Map([...base, [entryKey(top), top.eventNid]]);
    });
  }

  /** Resolves what the states disagree on: new entries, by key. */
  async #resolve(): Promise<Map<string, StateEntry>> {
    const { rules } = this.#merge.room;
    const rivals = await this.#rivals();
    const disagreed = rivals.map((events) => new Set([...events.values()].map(({ eventId }) => eventId)));
    const conflicted = new Set(disagreed.flatMap((eventIds) => [...eventIds]));
    const difference =
      rules.stateResolution === 'v1' ? new Set<string>() : await authDifference(this, disagreed);
    const subgraph =
      rules.stateResolution === 'v2.1'
        ? await conflictedSubgraphOf(conflicted, (eventIds) => this.loadKnown(eventIds))
        : new Set<string>();
    const involved = await this.loadKnown([...new Set([...conflicted, ...difference, ...subgraph])]);
    const agreed = await this.#agreedFor([...involved.values()]);
    const states = rivals.map((events) => {
      const all = [...agreed, ...events.values()];
      return new Map(all.map(({ eventId, pdu }) => [stateMapKey(pdu.type, pdu.state_key ?? ''), eventId]));
    });
    const resolved = await resolveState(states, rules, {
      loadEvents: (eventIds) => this.loadKnown(eventIds),
      authDifference: async () => difference,
      conflictedSubgraph: async () => subgraph,
    });
    const unchanged = new Set(agreed.map(({ eventId }) => eventId));
    const winners = await this.load([...resolved.values()].filter((eventId) => !unchanged.has(eventId)));
    return this.#entriesOf([...winners.values()]);
  }

  /** The entries of winners; where nobody won, there is none. */
  async #entriesOf(winners: readonly StoredEvent[]): Promise<Map<string, StateEntry>> {
    const entries = new Map<string, StateEntry>();
    for (const key of this.#conflicts) {
      const stateKey = this.#keys.get(key);
      if (stateKey !== undefined) entries.set(key, { ...stateKey, eventNid: NO_EVENT });
    }
    const keys = await this.#keysOf(winners.map(({ pdu }) => [pdu.type, pdu.state_key ?? ''] as const));
    for (const { nid, pdu } of winners) {
      const stateKey = keys.get(stateMapKey(pdu.type, pdu.state_key ?? ''));
      if (stateKey !== undefined) entries.set(entryKey(stateKey), { ...stateKey, eventNid: nid });
    }
    return entries;
  }

  /** Of each state, the events that hold what the states disagree on, by key. */
  async #rivals(): Promise<Map<string, StoredEvent>[]> {
    const nids = this.#holders.flatMap((holders) => [...this.#conflicts].map((key) => holders.get(key) ?? 0));
    const byNid = new Map((await this.#byNid([...new Set(nids)])).map((event) => [event.nid, event]));
    return this.#holders.map((holders) => {
      const found = new Map<string, StoredEvent>();
      for (const key of this.#conflicts) {
        const event = byNid.get(holders.get(key) ?? NO_EVENT);
        if (event !== undefined) found.set(key, event);
      }
      return found;
    });
  }

  /** What the states agree on, as far as resolution looks at it: what authorises these events, and what they set. */
  async #agreedFor(events: readonly KnownEvent[]): Promise<StoredEvent[]> {
    const { rules } = this.#merge.room;
    const wanted = events.flatMap(({ pdu }) => [
      [pdu.type, pdu.state_key] as const,
      ...authEventKeys(pdu, rules),
    ]);
    const keys = await this.#keysOf([['m.room.create', ''], ['m.room.power_levels', ''], ...wanted]);
    const agreed = await this.#agreedOn([...keys.values()]);
    return this.#byNid([...agreed.values()].map(({ eventNid }) => eventNid));
  }

  /** The entries that all of the states have for some keys. */
  async #agreedOn(keys: readonly StateKey[]): Promise<Map<string, StateEntry>> {
    const unread = keys.filter((key) => !this.#keys.has(entryKey(key)));
    const found = await this.#merge.snapshots.entriesIn(this.#common, unread);
    for (const stateKey of keys) {
      const key = entryKey(stateKey);
      const eventNid = this.#holders[0]?.get(key) ?? NO_EVENT;
      if (this.#keys.has(key) && !this.#conflicts.has(key) && eventNid !== NO_EVENT) {
        found.set(key, { ...stateKey, eventNid });
      }
    }
    return found;
  }

  async #byNid(nids: readonly number[]): Promise<StoredEvent[]> {
    const pending = new Map(this.#merge.pending.map((event) => [event.nid, event]));
    const wanted = nids.filter((nid) => nid !== NO_EVENT);
    const stored = await this.storage.events.getAll(wanted.filter((nid) => !pending.has(nid)));
    return [...stored, ...wanted.flatMap((nid) => pending.get(nid) ?? [])];
  }

  /** The numbers of types and state keys, by `stateMapKey`; those that nobody has ever used are left out. */
  async #keysOf(names: readonly (readonly [string, string])[]): Promise<Map<string, StateKey>> {
    const nids = await this.storage.strings.findAll([...new Set(names.flat())]);
    const keys = new Map<string, StateKey>();
    for (const [type, stateKey] of names) {
      const [typeNid, stateKeyNid] = [nids.get(type), nids.get(stateKey)];
      if (typeNid === undefined || stateKeyNid === undefined) continue;
      keys.set(stateMapKey(type, stateKey), { typeNid, stateKeyNid });
    }
    return keys;
  }

  /** Writes the merged state as the smallest change of one of the states. */
  async #write(result: ReadonlyMap<string, StateEntry>): Promise<Snapshot> {
    const fresh = [...result].filter(([key]) => !this.#keys.has(key)).map(([, entry]) => entry);
    const below = await this.#merge.snapshots.entriesIn(this.#common, fresh);
    let best: { readonly base: Snapshot; readonly changes: readonly StateEntry[] } | undefined;
    for (const [at, { base }] of this.#branches.entries()) {
      const present = this.#bases[at];
      const changes = [...result]
        .filter(
          ([key, { eventNid }]) => (present?.get(key) ?? below.get(key)?.eventNid ?? NO_EVENT) !== eventNid,
        )
        .map(([, entry]) => entry);
      if (best === undefined || changes.length < best.changes.length) best = { base, changes };
    }
    if (best === undefined) throw new Error('there is no state to merge');
    return best.changes.length === 0 ? best.base : this.#merge.snapshots.change(best.base, best.changes);
  }
}
