import { notFound } from '../protocol/errors.ts';
import { domainOf } from '../protocol/identifiers.ts';
import { redactPdu } from '../protocol/redaction.ts';
import { roomVersionRules } from '../protocol/room-versions.ts';
import type { RoomRow, Storage } from '../storage/index.ts';
import { Room, stateKeyOf } from './room.ts';

/** Above this many bytes (estimated) the rooms that were not used for longest leave memory. */
const BUDGET_BYTES = 256_000_000;
const BYTES_A_MEMBER = 200;
const BYTES_A_STATE_EVENT = 1500;

/** The rooms in memory: loaded when first asked for, dropped when memory runs short. */
export class RoomRegistry {
  readonly #storage: Storage;
  readonly #serverName: string;
  readonly #rooms = new Map<number, Promise<Room | undefined>>();
  readonly #loaded = new Map<number, Room>();
  readonly #nids = new Map<string, number>();

  constructor(storage: Storage, serverName: string) {
    this.#storage = storage;
    this.#serverName = serverName;
  }

  /** A room by its ID. */
  async byId(roomId: string): Promise<Room | undefined> {
    const nid = this.#nids.get(roomId);
    const known = nid === undefined ? undefined : await this.byNid(nid);
    if (known !== undefined) return known;
    const row = await this.#storage.rooms.byId(roomId);
    return row === undefined ? undefined : this.byNid(row.nid);
  }

  /** A room by its number. */
  byNid(nid: number): Promise<Room | undefined> {
    const known = this.#rooms.get(nid);
    if (known !== undefined) {
      // Used now: to the end of the line.
      this.#rooms.delete(nid);
      this.#rooms.set(nid, known);
      return known;
    }
    const loading = this.#load(nid);
    this.#rooms.set(nid, loading);
    loading.catch(() => this.#rooms.delete(nid));
    return loading;
  }

  /** A room that is in memory already, without waiting. */
  loaded(nid: number): Room | undefined {
    return this.#loaded.get(nid);
  }

  /** Takes in a room that was just created. */
  add(room: Room): void {
    this.#keep(room);
    this.#rooms.set(room.nid, Promise.resolve(room));
  }

  /** Forgets a room that was deleted. Who works on it still is refused: its row is gone. */
  drop(nid: number): void {
    const room = this.#loaded.get(nid);
    if (room !== undefined) room.stale = true;
    this.#forget(nid);
  }

  /** Reads a stale room's row, state and members again, into the same object: others hold it. */
  async refresh(room: Room): Promise<void> {
    await room.lastCommit.catch(() => undefined);
    const row = await this.#storage.rooms.byNid(room.nid);
    if (row === undefined) throw notFound(`The room ${room.roomId} was deleted`);
    await this.#fill(room, row);
    room.stale = false;
  }

  async #load(nid: number): Promise<Room | undefined> {
    const row = await this.#storage.rooms.byNid(nid);
    if (row === undefined) return undefined;
    const rules = roomVersionRules(row.roomVersion);
    if (rules === undefined) throw new Error(`room ${row.roomId} has version ${row.roomVersion}`);
    const identity = { nid: row.nid, roomId: row.roomId, rules };
    const room = new Room(identity, row.roomType, row.listed, {
      version: row.version,
      extremities: [],
      depth: row.depth,
      snapshotNid: row.snapshotNid,
      blocks: [0, 0, 0, 0],
    });
    await this.#fill(room, row);
    this.#keep(room);
    this.#evict();
    return room;
  }

  async #fill(room: Room, row: RoomRow): Promise<void> {
    const memberNid = await this.#storage.strings.intern('m.room.member');
    const blocks = await this.#storage.states.blocksOf(row.snapshotNid);
    const entries = await this.#storage.states.entriesOf(row.snapshotNid, memberNid);
    const events = await this.#storage.events.getAll(entries.map((entry) => entry.eventNid));
    const extremities = await this.#storage.events.getAll(row.extremities);
    const members = await this.#storage.rooms.members(row.nid);
    const userIds = await this.#storage.strings.valuesOf(members.map((member) => member.userNid));

    room.state.clear();
    for (const event of events) {
      const pdu = event.redactedBy === null ? event.pdu : redactPdu(event.pdu, room.rules);
      room.state.set(stateKeyOf(pdu.type, pdu.state_key ?? ''), { ...event, pdu });
    }
    room.members.clear();
    room.localJoined.clear();
    room.joinedCount = 0;
    room.invitedCount = 0;
    for (const member of members) {
      const userId = userIds.get(member.userNid);
      if (userId !== undefined) room.setMember(userId, member, domainOf(userId) === this.#serverName);
    }
    room.blockEntries.clear();
    room.listed = row.listed;
    room.head = {
      version: row.version,
      extremities: extremities.map(({ nid, eventId }) => ({ nid, eventId })),
      depth: row.depth,
      snapshotNid: row.snapshotNid,
      blocks,
    };
  }

  #keep(room: Room): void {
    this.#loaded.set(room.nid, room);
    this.#nids.set(room.roomId, room.nid);
  }

  /** Drops idle rooms, those not used for longest first. One that is dropped while in use fails its compare-and-set. */
  #evict(): void {
    let bytes = 0;
    for (const room of this.#loaded.values()) bytes += bytesOf(room);
    for (const nid of this.#rooms.keys()) {
      if (bytes <= BUDGET_BYTES) return;
      const room = this.#loaded.get(nid);
      if (room === undefined || !room.queue.idle) continue;
      bytes -= bytesOf(room);
      this.#forget(nid);
    }
  }

  #forget(nid: number): void {
    const room = this.#loaded.get(nid);
    this.#rooms.delete(nid);
    this.#loaded.delete(nid);
    if (room !== undefined) this.#nids.delete(room.roomId);
  }
}

function bytesOf(room: Room): number {
  return room.members.size * BYTES_A_MEMBER + room.state.size * BYTES_A_STATE_EVENT;
}
