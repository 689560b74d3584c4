import { notFound } from '../protocol/errors.ts';
import { type Pdu, redactsOf } from '../protocol/events.ts';
import { redactPdu } from '../protocol/redaction.ts';
import { roomVersionRules } from '../protocol/room-versions.ts';
import { EMPTY_SNAPSHOT, type RoomRow, type Storage } from '../storage/index.ts';
import { RoomReader } from './read-room.ts';
import { Room, stateKeyOf } from './room.ts';

/** Above this many bytes (estimated), unless told otherwise, the rooms that were not used for longest leave memory. */
const ROOM_MEMORY_BYTES = 256_000_000;
const BYTES_A_MEMBER = 200;
const BYTES_A_STATE_EVENT = 1500;
const READ_AT_ONCE = 100;

/** A room on its way into memory. */
interface Loading {
  room: Promise<Room | undefined>;
  /** Another process has written to it meanwhile: what was read may be old. */
  isOutdated: boolean;
}

/** The rooms in memory: loaded when first asked for, dropped when memory runs short. */
export class RoomRegistry {
  readonly #storage: Storage;
  readonly #reader: RoomReader;
  /** Those not used for longest first. */
  readonly #loaded = new Map<number, Room>();
  readonly #loading = new Map<number, Loading>();
  readonly #nids = new Map<string, number>();
  /** What each room was last measured to take, and all of them together. */
  readonly #sizes = new Map<number, number>();
  #bytes = 0;
  #conflicts = 0;
  readonly #memoryBytes: number;

  constructor(storage: Storage, serverName: string, memoryBytes = ROOM_MEMORY_BYTES) {
    this.#memoryBytes = memoryBytes;
    this.#storage = storage;
    this.#reader = new RoomReader(storage, serverName);
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
  async byNid(nid: number): Promise<Room | undefined> {
    const loading = this.#loading.get(nid);
    if (loading !== undefined) return loading.room;
    const known = this.#loaded.get(nid);
    if (known === undefined) return this.#startLoading(nid);
    // Used now: to the end of the line.
    this.#loaded.delete(nid);
    this.#loaded.set(nid, known);
    return known;
  }

  /** A room that is in memory already, without waiting. */
  loaded(nid: number): Room | undefined {
    return this.#loaded.get(nid);
  }

  /** Takes in a room that was just created. */
  add(room: Room): void {
    this.#loaded.set(room.nid, room);
    this.#nids.set(room.roomId, room.nid);
    this.#measure(room);
  }

  /** How often another process was first to change a room. */
  get conflicts(): number {
    return this.#conflicts;
  }

  /** Notes that another process was first to change a room. */
  noteConflict(room: Room): void {
    this.#conflicts += 1;
    room.contention.note();
  }

  /** Notes that a commit of this process has changed a room. */
  noteChange(room: Room): void {
    const loading = this.#loading.get(room.nid);
    if (loading !== undefined) loading.isOutdated = true;
    const present = this.#loaded.get(room.nid);
    if (present === room) this.#measure(room);
    // Whoever made the change has held on to a room that had left memory meanwhile.
    else if (present !== undefined) this.refresh(present).catch(() => this.drop(room.nid));
  }

  /** Forgets a room that was deleted. Who works on it still is refused: its row is gone. */
  drop(nid: number): void {
    const loading = this.#loading.get(nid);
    if (loading !== undefined) loading.isOutdated = true;
    const room = this.#loaded.get(nid);
    if (room === undefined) return;
    room.stale = true;
    this.#forget(room);
  }

  /** Brings a room up to what is stored, in the same object: others hold it. For its queue, after a commit failed. */
  async refresh(room: Room): Promise<void> {
    await room.lastCommit.catch(() => undefined);
    await this.#bringUp(room);
    room.head = room.committed;
    room.stale = false;
  }

  /**
   * Reads what another process has written about rooms that are in memory; what is returned brings them up to it.
   *
   * @param redactionNids the redactions that it has added to their timelines.
   */
  async readChanges(roomNids: ReadonlySet<number>, redactionNids: readonly number[]): Promise<() => void> {
    const rooms = new Map<number, Room>();
    for (const nid of roomNids) {
      const loading = this.#loading.get(nid);
      if (loading !== undefined) loading.isOutdated = true;
      const room = this.#loaded.get(nid);
      if (room !== undefined) rooms.set(nid, room);
    }
    if (rooms.size === 0) return () => undefined;
    const redactions = await this.#storage.events.getAll(redactionNids);
    const rows = await this.#storage.rooms.byNids([...rooms.keys()]);
    const changes = await Promise.all([
      ...rows.map((row) => this.#readChange(rooms.get(row.nid), row)),
      ...redactions.map(({ roomNid, pdu }) => this.#readRedaction(rooms.get(roomNid), pdu)),
    ]);
    return () => {
      for (const change of changes) change();
      for (const room of rooms.values()) this.#measure(room);
    };
  }

  /** Reads again what no row of the log tells: of one room, or of all that are in memory. */
  async readAgain(nid: number | undefined): Promise<void> {
    const nids = nid === undefined ? [...this.#loaded.keys(), ...this.#loading.keys()] : [nid];
    for (let at = 0; at < nids.length; at += READ_AT_ONCE) {
      await this.#storage.database.neighbours.inOrder(async () => {
        const change = await this.readChanges(new Set(nids.slice(at, at + READ_AT_ONCE)), []);
        change();
      });
    }
  }

  #startLoading(nid: number): Promise<Room | undefined> {
    const loading: Loading = { room: Promise.resolve(undefined), isOutdated: false };
    this.#loading.set(nid, loading);
    loading.room = this.#load(nid, loading).finally(() => this.#loading.delete(nid));
    return loading.room;
  }

  async #load(nid: number, loading: Loading): Promise<Room | undefined> {
    const row = await this.#storage.rooms.byNid(nid);
    if (row === undefined) return undefined;
    const rules = roomVersionRules(row.roomVersion);
    if (rules === undefined) throw new Error(`room ${row.roomId} has version ${row.roomVersion}`);
    const head = { version: 0, extremities: [], depth: 0, snapshotNid: 0, blocks: EMPTY_SNAPSHOT };
    const room = new Room({ nid, roomId: row.roomId, rules }, row.roomType, row.listed, head);
    const fill = await this.#reader.read(room, row);
    fill();
    this.add(room);
    // From here on it is brought up with the others.
    if (loading.isOutdated) await this.#bringUp(room);
    return this.#loaded.get(nid);
  }

  /** @throws MatrixError 404 `M_NOT_FOUND` for a room that was deleted. */
  #bringUp(room: Room): Promise<void> {
    return this.#storage.database.neighbours.inOrder(async () => {
      const row = await this.#storage.rooms.byNid(room.nid);
      if (row === undefined) throw notFound(`The room ${room.roomId} was deleted`);
      const change = await this.#reader.readChange(room, row);
      change();
      this.#measure(room);
    });
  }

  /** As the reader's; a room that cannot be read leaves memory. */
  async #readChange(room: Room | undefined, row: RoomRow): Promise<() => void> {
    try {
      return room === undefined ? nothing : await this.#reader.readChange(room, row);
    } catch {
      return () => this.drop(row.nid);
    }
  }

  /** Reads state that another process has redacted. */
  async #readRedaction(room: Room | undefined, pdu: Pdu): Promise<() => void> {
    const target = room === undefined ? undefined : redactsOf(pdu, room.rules);
    if (room === undefined || target === undefined) return nothing;
    const event = await this.#storage.events.readAgain(target);
    if (event === undefined || event.redactedBy === null) return nothing;
    const redacted = { ...event, pdu: redactPdu(event.pdu, room.rules) };
    const key = stateKeyOf(event.pdu.type, event.pdu.state_key ?? '');
    return () => {
      if (room.state.get(key)?.nid === event.nid) room.state.set(key, redacted);
    };
  }

  /** Counts how large a room has become, and makes room if all together are too much. */
  #measure(room: Room): void {
    if (this.#loaded.get(room.nid) !== room) return;
    const size = room.members.size * BYTES_A_MEMBER + room.state.size * BYTES_A_STATE_EVENT;
    this.#bytes += size - (this.#sizes.get(room.nid) ?? 0);
    this.#sizes.set(room.nid, size);
    for (const idle of this.#bytes > this.#memoryBytes ? this.#loaded.values() : []) {
      if (this.#bytes <= this.#memoryBytes) return;
      if (idle !== room && idle.isIdle) this.#forget(idle);
    }
  }

  #forget(room: Room): void {
    this.#loaded.delete(room.nid);
    this.#nids.delete(room.roomId);
    this.#bytes -= this.#sizes.get(room.nid) ?? 0;
    this.#sizes.delete(room.nid);
  }
}

function nothing(): void {}
