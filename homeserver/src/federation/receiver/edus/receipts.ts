import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { badJson, MatrixError, notFound } from '../../../protocol/errors.ts';
import { isEventId, isRoomId, type RoomId, type ServerName } from '../../../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../../../protocol/json-values.ts';
import { requireServerAllowed } from '../../../rooms/index.ts';
import { LogKind } from '../../../storage/index.ts';
import type { ReceiverContext } from '../receiver-context.ts';
import { requireSeenHere, requireUserOf } from './remote-user.ts';

/** How long a receipt waits for its event, which may have come with it, and how many do. */
const WAITS_FOR_MS = 60_000;
const MOST_WAITING = 10_000;
const MOST_ROOMS = 100;
const MOST_USERS = 1000;

interface RemoteReceipt {
  readonly roomId: RoomId;
  readonly userId: string;
  readonly userNid: number;
  readonly eventId: string;
  readonly threadId: string | undefined;
  readonly ts: number | undefined;
}

interface WaitingReceipt extends RemoteReceipt {
  readonly until: number;
}

/** Takes what people of other servers have read. Source: Server-Server API v1.19, `m.receipt`. */
export class ReceiptReceiver {
  readonly #context: ReceiverContext;
  /** Receipts for events that are not here yet, by room and, in it, by user and thread. */
  readonly #waiting = new Map<number, Map<string, WaitingReceipt>>();
  #waitingCount = 0;

  constructor(context: ReceiverContext) {
    this.#context = context;
    context.storage.database.onCommitted((rows) => {
      if (this.#waitingCount === 0) return;
      const roomNids = rows.flatMap(({ kind, room }) => (kind === LogKind.Event ? (room ?? []) : []));
      for (const roomNid of new Set(roomNids)) this.#tryAgain(roomNid);
    });
  }

  /** @throws MatrixError if any of the receipts is not taken; the others are. */
  async receive(origin: ServerName, content: JsonObject): Promise<void> {
    let refused: MatrixError | undefined;
    for (const [roomId, ofRoom] of Object.entries(content).slice(0, MOST_ROOMS)) {
      const byUser = isJsonObject(ofRoom) && isJsonObject(ofRoom['m.read']) ? ofRoom['m.read'] : {};
      for (const [userId, said] of Object.entries(byUser).slice(0, MOST_USERS)) {
        try {
          await this.#receiveOne(origin, roomId, userId, said);
        } catch (error) {
          if (!(error instanceof MatrixError)) throw error;
          refused = error;
        }
      }
    }
    if (refused !== undefined) throw refused;
  }

  async #receiveOne(origin: ServerName, roomId: string, user: string, said: unknown): Promise<void> {
    const userId = requireUserOf(origin, user);
    const eventIds = ownValue(said, 'event_ids');
    const eventId = Array.isArray(eventIds) ? eventIds[0] : undefined;
    if (!isRoomId(roomId) || !isEventId(eventId)) throw badJson('The receipt names no event');
    const room = await this.#context.rooms.registry.byId(roomId);
    if (room === undefined) throw notFound('This server is not in the room');
    requireServerAllowed(room, origin);
    const { userNid } = await requireSeenHere(this.#context, userId);
    const data = ownValue(said, 'data');
    const [threadId, ts] = [ownValue(data, 'thread_id'), ownValue(data, 'ts')];
    const receipt = {
      roomId,
      userId,
      userNid,
      eventId,
      threadId: typeof threadId === 'string' ? threadId : undefined,
      ts: typeof ts === 'number' && Number.isSafeInteger(ts) ? ts : undefined,
    };
    const until = this.#context.clock.now() + WAITS_FOR_MS;
    if (!(await this.#post(receipt))) this.#wait(room.nid, { ...receipt, until });
  }

  /** @returns false if the event is not here. @throws MatrixError */
  async #post(receipt: RemoteReceipt): Promise<boolean> {
    const { roomId, eventId, threadId, ts } = receipt;
    try {
      await this.#context.realtime.receipts.post(receipt, roomId, 'm.read', eventId, threadId, ts);
      return true;
    } catch (error) {
      if (error instanceof MatrixError && error.errcode === 'M_NOT_FOUND') return false;
      throw error;
    }
  }

  #wait(roomNid: number, receipt: WaitingReceipt): void {
    if (this.#waitingCount >= MOST_WAITING) this.#forgetOld();
    if (this.#waitingCount >= MOST_WAITING) return;
    const ofRoom = this.#waiting.get(roomNid) ?? new Map<string, WaitingReceipt>();
    this.#waiting.set(roomNid, ofRoom);
    const key = `${receipt.userNid} ${receipt.threadId ?? ''}`;
    if (!ofRoom.has(key)) this.#waitingCount += 1;
    ofRoom.set(key, receipt);
  }

  #tryAgain(roomNid: number): void {
    const ofRoom = this.#waiting.get(roomNid);
    if (ofRoom === undefined) return;
    this.#waiting.delete(roomNid);
    this.#waitingCount -= ofRoom.size;
    const now = this.#context.clock.now();
    for (const receipt of ofRoom.values()) {
      if (receipt.until <= now) continue;
      this.#post(receipt).then(
        (isPosted) => {
          if (!isPosted) this.#wait(roomNid, receipt);
        },
        (error: unknown) => {
          if (error instanceof MatrixError) return;
          this.#context.logger.error('a receipt was not stored', { roomId: receipt.roomId, error });
        },
      );
    }
  }

  #forgetOld(): void {
    const now = this.#context.clock.now();
    for (const [roomNid, ofRoom] of this.#waiting) {
      for (const [key, { until }] of ofRoom) {
        if (until > now || !ofRoom.delete(key)) continue;
        this.#waitingCount -= 1;
      }
      if (ofRoom.size === 0) this.#waiting.delete(roomNid);
    }
  }
}
