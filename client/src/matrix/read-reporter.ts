import {
  type MatrixClient,
  MatrixError,
  type MatrixEvent,
  ReceiptType,
  type Room,
  safeGetRetryAfterMs,
} from 'matrix-js-sdk';

/** The pauses between tries, in milliseconds; the last one repeats. */
const pauses = [1000, 3000, 10_000, 30_000];
/** The shortest time from one report of a channel to the next, in milliseconds: a lively one is not a request a message. */
const breath = 250;

/** What the reporter needs of the SDK's client. */
export type ReadMarkerClient = Pick<MatrixClient, 'getSafeUserId' | 'setRoomReadMarkersHttpRequest'>;

/** The part of a room in which a read position shows at once. */
export type ReadMarkerRoom = Pick<Room, 'roomId' | 'addLocalEchoReceipt'>;

/**
 * Tells the server how far we have read, whatever the views do meanwhile.
 * Each channel has one request on its way at most, and the newest position follows it; one that fails for a reason that
 * passes is sent again until it has arrived. Nobody has to come back to a channel to have read it.
 */
export class ReadReporter {
  readonly #client: ReadMarkerClient;
  readonly #showsReading: () => boolean;
  readonly #wanted = new Map<string, string>();
  readonly #busy = new Set<string>();
  readonly #sleepers = new Set<() => void>();
  #isStopped = false;

  /** @param showsReading whether others may see how far we have read. */
  constructor(client: ReadMarkerClient, showsReading: () => boolean = () => true) {
    this.#client = client;
    this.#showsReading = showsReading;
  }

  /** Reports an event of the server as the newest that was read (Matrix 1.19, POST /rooms/{roomId}/read_markers). */
  report(room: ReadMarkerRoom, event: MatrixEvent): void {
    const eventId = event.getId();
    if (eventId === undefined) return;
    room.addLocalEchoReceipt(this.#client.getSafeUserId(), event, ReceiptType.Read);
    this.#wanted.set(room.roomId, eventId);
    if (!this.#busy.has(room.roomId)) void this.#deliver(room.roomId);
  }

  /** Ends the pauses between tries: the server can be reached again. */
  retryNow(): void {
    for (const wake of [...this.#sleepers]) wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.retryNow();
  }

  async #deliver(roomId: string): Promise<void> {
    this.#busy.add(roomId);
    let failures = 0;
    for (let eventId = this.#take(roomId); eventId !== undefined; eventId = this.#take(roomId)) {
      try {
        const [forAll, forUs] = this.#showsReading() ? [eventId, undefined] : [undefined, eventId];
        await this.#client.setRoomReadMarkersHttpRequest(roomId, eventId, forAll, forUs);
        failures = 0;
        await this.#pause(breath);
      } catch (error) {
        if (isFinal(error)) continue;
        if (!this.#wanted.has(roomId)) this.#wanted.set(roomId, eventId);
        await this.#pause(readPause(error, failures));
        failures += 1;
      }
    }
    this.#busy.delete(roomId);
  }

  #take(roomId: string): string | undefined {
    const eventId = this.#isStopped ? undefined : this.#wanted.get(roomId);
    this.#wanted.delete(roomId);
    return eventId;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#sleepers.add(wake);
    });
  }
}

function readPause(error: unknown, failures: number): number {
  const pause = pauses[Math.min(failures, pauses.length - 1)] ?? 0;
  return safeGetRetryAfterMs(error, pause);
}

/** Whether the server would say the same again: it understood, and refused. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof MatrixError) || error.httpStatus === undefined) return false;
  return error.httpStatus >= 400 && error.httpStatus < 500 && !error.isRateLimitError();
}
