import {
  EventStatus,
  type MatrixClient,
  type MatrixError,
  type MatrixEvent,
  type Room,
  RoomEvent,
} from 'matrix-js-sdk';
import { isHeldUp } from './writing.ts';

/** How long to wait when the server does not say, in milliseconds. */
const usualPause = 5_000;
/** The least to wait, whatever the server says, in milliseconds. */
const shortestPause = 500;

/**
 * Sends again what the server took for too soon (429), when it may be sent: the oldest of a room first, so that what was
 * typed arrives in its order.
 *
 * @returns the function that ends it.
 */
export function resendHeldUp(client: MatrixClient): () => void {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const resend = async (room: Room): Promise<void> => {
    timers.delete(room.roomId);
    // What is written meanwhile waits behind them as well, so each is looked for anew.
    for (let event = findNext(room); event; event = findNext(room)) {
      try {
        await client.resendEvent(event, room);
      } catch {
        // Whatever is wrong now, those behind it would fare no better; too soon once more sets a new time.
        return;
      }
    }
  };
  const handleUpdate = (event: MatrixEvent, room: Room): void => {
    if (!isWaiting(event) || timers.has(room.roomId)) return;
    timers.set(
      room.roomId,
      setTimeout(() => void resend(room), readPause(event.error)),
    );
  };
  client.on(RoomEvent.LocalEchoUpdated, handleUpdate);
  return () => {
    client.off(RoomEvent.LocalEchoUpdated, handleUpdate);
    for (const timer of timers.values()) clearTimeout(timer);
  };
}

function isWaiting(event: MatrixEvent): boolean {
  return event.status === EventStatus.NOT_SENT && isHeldUp(event);
}

/** The oldest that was held up itself, or by the SDK behind one that was: that has no error of its own. */
function findNext(room: Room): MatrixEvent | undefined {
  return room
    .getPendingEvents()
    .find((event) => event.status === EventStatus.NOT_SENT && (event.error === null || isHeldUp(event)));
}

function readPause(error: MatrixError | null): number {
  try {
    return Math.max(error?.getRetryAfterMs() ?? usualPause, shortestPause);
  } catch {
    return usualPause;
  }
}
