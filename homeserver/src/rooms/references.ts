import { setImmediate } from 'node:timers/promises';
import { domainOf } from '../protocol/identifiers.ts';
import { LogKind, type OffTimelineRow, type StoredSnapshot, stateMoveOf } from '../storage/index.ts';
import type { RoomsContext } from './context.ts';

/** Which of a room's events that are not part of its timeline may turn out to be needed by nothing. */
export interface Candidates {
  /** Those stored after this one. */
  readonly afterNid: number;
  readonly untilNid: number;
  /** What is in the timeline up to here cannot need them: it was there before they were. */
  readonly afterPosition: number;
  /** Whether those of this server are kept in any case. */
  readonly keepsLocal: boolean;
}

const MARKED_AT_ONCE = 500;

/**
 * Finds what nothing in a room needs any more, by walking from what is needed: its timeline, its current state and its
 * members. An event needs the events that it names, its redaction, and the state before it.
 */
export class References {
  readonly #context: RoomsContext;
  readonly #roomNid: number;
  /** Not needed by anything so far, by ID and by number. */
  readonly #unneeded = new Map<number, string>();
  readonly #nidOf = new Map<string, number>();
  /** Events beside the timeline by the state that each took the place of. */
  readonly #successors = new Map<number, number[]>();
  readonly #snapshots = new Set<number>();
  readonly #blocks = new Set<number>();
  /** Needed, and not yet looked at. */
  readonly #open: number[] = [];
  #position = 0;

  constructor(context: RoomsContext, roomNid: number) {
    this.#context = context;
    this.#roomNid = roomNid;
  }

  /** Takes in what may turn out to be unneeded, and marks what is known to be needed. */
  async begin({ afterNid, untilNid, afterPosition, keepsLocal }: Candidates): Promise<void> {
    const { historyPurge } = this.#context.storage;
    this.#position = afterPosition;
    for (let after = afterNid; ; ) {
      const rows = await historyPurge.offTimeline(this.#roomNid, after, untilNid);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.nid;
      for (const row of rows) this.#takeIn(row);
      const members = await historyPurge.memberEvents(
        this.#roomNid,
        rows.map(({ nid }) => nid),
      );
      this.#mark([...members, ...(keepsLocal ? await this.#local(rows) : [])]);
      await setImmediate();
    }
    await this.catchUp();
  }

  /** Marks what the timeline has needed since it was last looked at, and the current state. */
  async catchUp(): Promise<void> {
    const { historyPurge, log, rooms } = this.#context.storage;
    const room = await rooms.byNid(this.#roomNid);
    if (room === undefined) return;
    this.#mark(room.extremities);
    await this.#markSnapshot(room.snapshotNid);
    const newest = await log.newest();
    for (const row of await log.ofRoom(this.#roomNid, LogKind.StateMove, this.#position, newest)) {
      const { before, after } = stateMoveOf(row);
      await this.#markSnapshot(before);
      await this.#markSnapshot(after);
    }
    for (let after = this.#position; ; ) {
      const rows = await historyPurge.timeline(this.#roomNid, after, newest + 1);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.position;
      await this.#lookAt(rows.map(({ nid }) => nid));
      await setImmediate();
    }
    this.#position = newest;
    await this.#closeOver();
  }

  /** Some of the events that nothing needs, which count as gone then, and those that took the place of one of them. */
  takeUnneeded(count: number): { readonly nids: number[]; readonly successors: number[] } {
    const nids = [...this.#unneeded.keys()].slice(0, count);
    const successors = nids.flatMap((nid) => this.#successors.get(nid) ?? []);
    for (const nid of nids) this.#forget(nid);
    return { nids, successors };
  }

  /** Whether a stored state is needed. */
  needsSnapshot(nid: number): boolean {
    return this.#snapshots.has(nid);
  }

  /** Those of a snapshot's blocks that no needed state has. */
  unneededBlocks({ blocks }: StoredSnapshot): number[] {
    return blocks.filter((nid) => nid !== 0 && !this.#blocks.has(nid));
  }

  /** The events of some that were sent by users of this server. */
  async #local(rows: readonly OffTimelineRow[]): Promise<number[]> {
    const { serverName, storage } = this.#context;
    const senders = await storage.strings.valuesOf([...new Set(rows.map(({ senderNid }) => senderNid))]);
    return rows
      .filter(({ senderNid }) => domainOf(senders.get(senderNid) ?? '') === serverName)
      .map(({ nid }) => nid);
  }

  #takeIn({ nid, eventId, replacesNid }: OffTimelineRow): void {
    this.#unneeded.set(nid, eventId);
    this.#nidOf.set(eventId, nid);
    if (replacesNid === null) return;
    const others = this.#successors.get(replacesNid);
    if (others === undefined) this.#successors.set(replacesNid, [nid]);
    else others.push(nid);
  }

  #mark(nids: readonly number[]): void {
    for (const nid of nids) {
      if (!this.#unneeded.has(nid)) continue;
      this.#forget(nid);
      this.#open.push(nid);
    }
  }

  #forget(nid: number): void {
    this.#nidOf.delete(this.#unneeded.get(nid) ?? '');
    this.#unneeded.delete(nid);
  }

  /** Goes on from what was marked until nothing is left to look at. */
  async #closeOver(): Promise<void> {
    while (this.#open.length > 0) {
      await this.#lookAt(this.#open.splice(0, MARKED_AT_ONCE));
      await setImmediate();
    }
  }

  async #lookAt(nids: readonly number[]): Promise<void> {
    for (const { names, redactedBy, snapshotNid } of await this.#context.storage.historyPurge.needsOf(nids)) {
      this.#mark(names.flatMap((eventId) => this.#nidOf.get(eventId) ?? []));
      if (redactedBy !== null) this.#mark([redactedBy]);
      await this.#markSnapshot(snapshotNid);
    }
  }

  async #markSnapshot(nid: number): Promise<void> {
    if (nid === 0 || this.#snapshots.has(nid)) return;
    this.#snapshots.add(nid);
    const { states } = this.#context.storage;
    for (const blockNid of await states.blocksOf(nid)) {
      if (blockNid === 0 || this.#blocks.has(blockNid)) continue;
      this.#blocks.add(blockNid);
      this.#mark((await states.entriesOfBlock(blockNid)).map(({ eventNid }) => eventNid));
    }
  }
}
