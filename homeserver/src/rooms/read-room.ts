import { domainOf } from '../protocol/identifiers.ts';
import { redactPdu } from '../protocol/redaction.ts';
import {
  entryKey,
  type Membership,
  NO_EVENT,
  type RoomRow,
  type SnapshotBlocks,
  type StateEntry,
  type Storage,
  type StoredEvent,
} from '../storage/index.ts';
import { type Member, type Room, type RoomHead, stateKeyOf } from './room.ts';
import { REMEMBERED_BLOCK } from './snapshot-writer.ts';

/** A block with its entries. */
type Block = readonly [nid: number, entries: readonly StateEntry[]];

/** What one state of a room has that another one has not. */
interface StateChange {
  /** What holds its type and state key now. */
  readonly members: readonly StoredEvent[];
  readonly others: readonly StoredEvent[];
  /** What nothing holds any more: its type and state key. */
  readonly gone: readonly (readonly [type: string, stateKey: string])[];
  /** Of the members, by event. */
  readonly userNids: ReadonlyMap<number, number>;
  readonly droppedBlocks: readonly Block[];
  readonly newBlocks: readonly Block[];
}

const NO_CHANGE: StateChange = {
  members: [],
  others: [],
  gone: [],
  userNids: new Map(),
  droppedBlocks: [],
  newBlocks: [],
};

/** Reads rooms into memory: whole, or what is new since. What is read changes the room at once, or not at all. */
export class RoomReader {
  readonly #storage: Storage;
  readonly #serverName: string;

  constructor(storage: Storage, serverName: string) {
    this.#storage = storage;
    this.#serverName = serverName;
  }

  /** Reads a room's state and members; what is returned fills the room with them. */
  async read(room: Room, row: RoomRow): Promise<() => void> {
    const { events, rooms, states, strings } = this.#storage;
    const head = await this.#head(row);
    const memberNid = await strings.find('m.room.member');
    const entries = await states.entriesOf(row.snapshotNid, memberNid);
    const state = await events.getAll(entries.map((entry) => entry.eventNid));
    const members = await rooms.members(row.nid);
    const userIds = await strings.valuesOf(members.map((member) => member.userNid));
    return () => {
      room.state.clear();
      for (const event of state) setState(room, event);
      room.clearMembers();
      for (const member of members) this.#setMember(room, userIds.get(member.userNid), member);
      room.blockEntries.clear();
      room.statesAfter.clear();
      setDescription(room, row);
      room.commit(head);
    };
  }

  /** Reads what is newer than memory; what is returned brings the room up to it. */
  async readChange(room: Room, row: RoomRow): Promise<() => void> {
    const isNewer = row.version > room.committed.version;
    if (!isNewer) {
      return () => {
        room.listed = row.listed;
        if (row.version === room.committed.version) room.hasGaps = row.hasGaps;
      };
    }
    // Some members may be in no state: those who are only invited to a room of other servers.
    if (room.localJoined.size === 0 || room.isPartial !== row.isPartial) return this.read(room, row);
    const change = await this.#stateChange(room, row);
    if (change === undefined) return this.read(room, row);
    const head = await this.#head(row);
    return () => {
      // Another process may have deleted states that nothing but memory knew.
      room.statesAfter.clear();
      setDescription(room, row);
      this.#changeState(room, change);
      room.commit(head);
    };
  }

  /**
   * What the state of a newer row has that memory has not, from the blocks in which they differ; undefined if those do
   * not tell, since a block was written anew without some of what was in it.
   */
  async #stateChange({ committed, blockEntries }: Room, row: RoomRow): Promise<StateChange | undefined> {
    if (row.snapshotNid === committed.snapshotNid) return NO_CHANGE;
    const { events, states } = this.#storage;
    const blocks = await states.blocksOf(row.snapshotNid);
    if (!areStacked(committed.blocks, blocks)) return undefined;
    const read = (nids: readonly number[]): Promise<Block[]> =>
      Promise.all(
        nids.map(async (nid) => [nid, blockEntries.get(nid) ?? (await states.entriesOfBlock(nid))] as const),
      );
    const droppedBlocks = await read(without(committed.blocks, blocks));
    const newBlocks = await read(without(blocks, committed.blocks));
    const [before, after] = [newestEntries(droppedBlocks), newestEntries(newBlocks)];
    if ([...before.keys()].some((key) => !after.has(key))) return undefined;
    const changed = [...after].filter(([key, entry]) => before.get(key)?.eventNid !== entry.eventNid);
    const stored = await events.getAll(changed.map(([, entry]) => entry.eventNid));
    const { members = [], others = [] } = Object.groupBy(stored, ({ pdu }) =>
      pdu.type === 'm.room.member' ? 'members' : 'others',
    );
    const userNids = new Map(changed.map(([, entry]) => [entry.eventNid, entry.stateKeyNid]));
    const gone = await this.#keysOf(
      changed.flatMap(([, entry]) => (entry.eventNid === NO_EVENT ? [entry] : [])),
    );
    return { members, others, gone, userNids, droppedBlocks, newBlocks };
  }

  async #keysOf(entries: readonly StateEntry[]): Promise<[string, string][]> {
    const nids = entries.flatMap(({ typeNid, stateKeyNid }) => [typeNid, stateKeyNid]);
    const texts = await this.#storage.strings.valuesOf(nids);
    return entries.map((entry) => [texts.get(entry.typeNid) ?? '', texts.get(entry.stateKeyNid) ?? '']);
  }

  #changeState(room: Room, change: StateChange): void {
    const { members, others, gone, userNids, droppedBlocks, newBlocks } = change;
    for (const [type, stateKey] of gone) {
      if (type === 'm.room.member') room.dropMember(stateKey);
      else room.state.delete(stateKeyOf(type, stateKey));
    }
    for (const event of others) setState(room, event);
    for (const { nid: eventNid, pdu } of members) {
      const userNid = userNids.get(eventNid) ?? 0;
      this.#setMember(room, pdu.state_key, {
        userNid,
        membership: pdu.content.membership as Membership,
        eventNid,
      });
    }
    for (const [nid] of droppedBlocks) room.blockEntries.delete(nid);
    for (const [nid, entries] of newBlocks) {
      if (entries.length <= REMEMBERED_BLOCK) room.blockEntries.set(nid, entries);
    }
  }

  async #head(row: RoomRow): Promise<RoomHead> {
    const extremities = await this.#storage.events.getAll(row.extremities);
    return {
      version: row.version,
      extremities: extremities.map(({ nid, eventId }) => ({ nid, eventId })),
      depth: row.depth,
      snapshotNid: row.snapshotNid,
      blocks: await this.#storage.states.blocksOf(row.snapshotNid),
    };
  }

  #setMember(room: Room, userId: string | undefined, member: Member): void {
    if (userId !== undefined) room.setMember(userId, member, domainOf(userId) === this.#serverName);
  }
}

function setDescription(room: Room, row: RoomRow): void {
  room.listed = row.listed;
  room.roomType = row.roomType;
  room.isPartial = row.isPartial;
  room.hasGaps = row.hasGaps;
}

function setState(room: Room, event: StoredEvent): void {
  const pdu = event.redactedBy === null ? event.pdu : redactPdu(event.pdu, room.rules);
  room.state.set(stateKeyOf(pdu.type, pdu.state_key ?? ''), { ...event, pdu });
}

/** Whether what two snapshots share is below all in which they differ, and so hides nothing of it. */
function areStacked(one: SnapshotBlocks, other: SnapshotBlocks): boolean {
  return [one, other].every((blocks) => {
    const present = blocks.filter((nid) => nid !== 0);
    const firstShared = present.findIndex((nid) => one.includes(nid) && other.includes(nid));
    return (
      firstShared < 0 || present.slice(firstShared).every((nid) => one.includes(nid) && other.includes(nid))
    );
  });
}

/** Newest first, as in a snapshot. */
function without(blocks: SnapshotBlocks, others: SnapshotBlocks): number[] {
  return blocks.filter((nid) => nid !== 0 && !others.includes(nid));
}

/** An entry of a newer block hides the one of an older. */
function newestEntries(blocks: readonly Block[]): Map<string, StateEntry> {
  const found = new Map<string, StateEntry>();
  for (const [, entries] of blocks.toReversed()) {
    for (const entry of entries) found.set(entryKey(entry), entry);
  }
  return found;
}
