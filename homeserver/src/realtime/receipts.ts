import type { Accounts, Requester } from '../accounts/index.ts';
import type { Clock } from '../base/clock.ts';
import { KeyedQueue } from '../base/keyed-queue.ts';
import { forbidden, invalidParam, notFound } from '../protocol/errors.ts';
import type { EventId, RoomId, UserId } from '../protocol/identifiers.ts';
import { receiptKey, type Storage, type StoredReceipt, UnitOfWork } from '../storage/index.ts';
import { requireEventInThread } from './receipt-threads.ts';
import type { EventPositions, RoomMembership } from './rooms-interface.ts';

export const RECEIPT_TYPES = ['m.read', 'm.read.private'] as const;

/** Receipts that are kept as receipts. `m.fully_read` is account data. */
export type ReceiptType = (typeof RECEIPT_TYPES)[number];

export interface ReceiptsOptions {
  readonly storage: Pick<Storage, 'database' | 'receipts' | 'strings'>;
  readonly clock: Clock;
  readonly membership: RoomMembership;
  readonly events: EventPositions;
  readonly accountData: Pick<Accounts['accountData'], 'get' | 'update'>;
}

/** Whose receipts. */
export type Reader = Pick<Requester, 'userId' | 'userNid'>;

/** A receipt as sync shows it. */
export interface Receipt {
  readonly roomNid: number;
  readonly userId: UserId;
  readonly type: ReceiptType;
  /** `main`, a thread's root, or undefined for a receipt that covers all threads. */
  readonly threadId: string | undefined;
  readonly eventId: EventId;
  /** Milliseconds since the Unix epoch. */
  readonly ts: number;
}

/** How far a user has read in a room: log positions, public and private receipts taken together. */
export interface ReadPositions {
  /** By a receipt that covers all threads. */
  readonly all: number | undefined;
  /** By a receipt for one thread: `main` or its root. */
  readonly byThread: ReadonlyMap<string, number>;
}

/** What `POST read_markers` sets: each key an event. */
export type ReadMarkers = Readonly<Partial<Record<ReceiptType | typeof FULLY_READ, EventId>>>;

interface PlacedReceipt {
  readonly type: ReceiptType;
  readonly threadId: string | undefined;
  readonly eventId: EventId;
  readonly position: number;
}

/** The log row of a receipt, as far as it is needed to find the receipt again. */
export interface ReceiptChange {
  readonly user?: number;
  readonly key?: string;
}

/** The type of the read marker: account data of the room. */
export const FULLY_READ = 'm.fully_read';

/** Read receipts and read markers. Source: Client-Server API v1.19, "Receipts" and "Read and unread markers". */
export class Receipts {
  readonly #storage: ReceiptsOptions['storage'];
  readonly #clock: Clock;
  readonly #membership: RoomMembership;
  readonly #events: EventPositions;
  readonly #accountData: ReceiptsOptions['accountData'];
  /** A user's receipts of a room are compared and written one after the other, so that none goes back. */
  readonly #queue = new KeyedQueue();

  constructor({ storage, clock, membership, events, accountData }: ReceiptsOptions) {
    this.#storage = storage;
    this.#clock = clock;
    this.#membership = membership;
    this.#events = events;
    this.#accountData = accountData;
  }

  /**
   * Moves a receipt, or the `m.fully_read` marker, forward to an event. One that is there already or further on
   * stays, without an error.
   * @param threadId `main` or a thread's root; undefined for all threads.
   * @param ts when it was read, in milliseconds; now unless another server says so.
   * @throws {MatrixError} 403 `M_FORBIDDEN` outside the room, 404 `M_NOT_FOUND` for an event that the room has not,
   * 400 `M_INVALID_PARAM` for a thread that does not go with the event or with the type.
   */
  async post(
    reader: Reader,
    roomId: RoomId,
    type: ReceiptType | typeof FULLY_READ,
    eventId: EventId,
    threadId?: string,
    ts = this.#clock.now(),
  ): Promise<void> {
    if (type === FULLY_READ && threadId !== undefined) {
      throw invalidParam('m.fully_read belongs to the whole room: leave out thread_id');
    }
    if (threadId === '') throw invalidParam('thread_id is "main" or the ID of the thread\'s first event');
    if (type === FULLY_READ) return this.setReadMarkers(reader, roomId, { [FULLY_READ]: eventId });
    const roomNid = await this.#joinedRoom(roomId, reader.userId);
    const position = await this.#positionOf(roomId, eventId);
    if (threadId !== undefined) await requireEventInThread(this.#events, roomId, eventId, threadId);
    await this.#moveReceipts(reader, roomNid, [{ type, threadId, eventId, position }], ts);
  }

  /**
   * Moves several markers of a room forward at once; receipts that are set so cover all threads.
   * @throws {MatrixError} 403 `M_FORBIDDEN` outside the room, 404 `M_NOT_FOUND` for an event that the room has not;
   * then nothing was moved.
   */
  async setReadMarkers(reader: Reader, roomId: RoomId, markers: ReadMarkers): Promise<void> {
    const roomNid = await this.#joinedRoom(roomId, reader.userId);
    const receipts: PlacedReceipt[] = [];
    for (const type of RECEIPT_TYPES) {
      const eventId = markers[type];
      if (eventId === undefined) continue;
      const position = await this.#positionOf(roomId, eventId);
      receipts.push({ type, threadId: undefined, eventId, position });
    }
    const fullyRead = markers[FULLY_READ];
    if (fullyRead !== undefined) {
      const position = await this.#positionOf(roomId, fullyRead);
      await this.#moveFullyRead(reader, roomId, roomNid, { eventId: fullyRead, position });
    }
    if (receipts.length > 0) await this.#moveReceipts(reader, roomNid, receipts);
  }

  /** Every receipt of some rooms (integer ids) that the viewer may see, by room. */
  async receiptsOfRooms(roomNids: readonly number[], viewerNid: number): Promise<Map<number, Receipt[]>> {
    const rows = await this.#storage.receipts.visibleInRooms(roomNids, viewerNid);
    return Map.groupBy(await this.#present(rows), (receipt) => receipt.roomNid);
  }

  /** The receipts of one room that log rows speak of, as far as the viewer may see them. */
  async receiptsFor(
    roomNid: number,
    changes: readonly ReceiptChange[],
    viewerNid: number,
  ): Promise<Receipt[]> {
    const changed = new Set(changes.map(({ user, key }) => `${user} ${key}`));
    const users = new Set(changes.flatMap(({ user }) => (user === undefined ? [] : [user])));
    const rows = await this.#storage.receipts.visibleOfUsers(roomNid, [...users], viewerNid);
    return this.#present(rows.filter((row) => changed.has(`${row.userNid} ${receiptKey(row)}`)));
  }

  /** How far a user has read in some rooms (integer ids); a room without a receipt is missing. */
  async readPositions(userNid: number, roomNids: readonly number[]): Promise<Map<number, ReadPositions>> {
    const rows = await this.#storage.receipts.ofUser(userNid, roomNids);
    const byRoom = Map.groupBy(rows, (row) => row.roomNid);
    return new Map([...byRoom].map(([roomNid, ofRoom]) => [roomNid, furthest(ofRoom)]));
  }

  async #moveReceipts(
    { userNid }: Reader,
    roomNid: number,
    wanted: readonly PlacedReceipt[],
    ts = this.#clock.now(),
  ): Promise<void> {
    await this.#queue.run(`receipts ${roomNid} ${userNid}`, async () => {
      const stored = new Map<string, number>();
      for (const receipt of await this.#storage.receipts.ofUser(userNid, [roomNid])) {
        stored.set(receiptKey(receipt), receipt.position);
      }
      const unit = new UnitOfWork();
      for (const { threadId = '', ...receipt } of wanted) {
        const key = receiptKey({ type: receipt.type, threadId });
        if (receipt.position <= (stored.get(key) ?? -Infinity)) continue;
        this.#storage.receipts.put(unit, { ...receipt, threadId, roomNid, userNid, ts });
      }
      if (unit.log.length > 0) await this.#storage.database.commit(unit);
    });
  }

  async #moveFullyRead(
    { userNid }: Reader,
    roomId: RoomId,
    roomNid: number,
    { eventId, position }: { eventId: EventId; position: number },
  ): Promise<void> {
    await this.#queue.run(`fully read ${roomNid} ${userNid}`, async () => {
      for (let isMoved = false; !isMoved; ) {
        const stored = (await this.#accountData.get(userNid, roomNid, FULLY_READ))?.event_id;
        const storedPosition =
          typeof stored === 'string' ? await this.#events.positionOf(roomId, stored) : undefined;
        if (position <= (storedPosition ?? -Infinity)) return;
        await this.#accountData.update({ userNid, roomNid, type: FULLY_READ }, (content) => {
          // Unless another process has moved it since: then it has to be compared again.
          isMoved = content?.event_id === stored;
          return isMoved ? { event_id: eventId } : { ...content };
        });
      }
    });
  }

  async #positionOf(roomId: RoomId, eventId: EventId): Promise<number> {
    const position = await this.#events.positionOf(roomId, eventId);
    if (position === undefined) throw notFound('There is no such event in this room');
    return position;
  }

  async #joinedRoom(roomId: RoomId, userId: UserId): Promise<number> {
    const isJoined = await this.#membership.isJoined(roomId, userId);
    const roomNid = isJoined ? await this.#events.roomNidOf(roomId) : undefined;
    if (roomNid === undefined) throw forbidden('You are not in this room');
    return roomNid;
  }

  async #present(rows: readonly StoredReceipt[]): Promise<Receipt[]> {
    const users = await this.#storage.strings.valuesOf([...new Set(rows.map((row) => row.userNid))]);
    return rows.map((row) => ({
      roomNid: row.roomNid,
      userId: users.get(row.userNid) ?? '',
      type: row.type as ReceiptType,
      threadId: row.threadId === '' ? undefined : row.threadId,
      eventId: row.eventId,
      ts: row.ts,
    }));
  }
}

function furthest(rows: readonly StoredReceipt[]): ReadPositions {
  let all: number | undefined;
  const byThread = new Map<string, number>();
  for (const { threadId: thread, position } of rows) {
    if (thread === '') all = Math.max(all ?? position, position);
    else byThread.set(thread, Math.max(byThread.get(thread) ?? position, position));
  }
  return { all, byThread };
}
