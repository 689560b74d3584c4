import { invalidParam } from '../protocol/errors.ts';
import type { EventId, RoomId } from '../protocol/identifiers.ts';
import type { EventPositions } from './rooms-interface.ts';

/** The thread that holds everything which is in no thread. */
const MAIN_THREAD = 'main';

/** How many relations are followed from an event to the thread that it belongs to. */
const MOST_RELATIONS = 3;

/**
 * Checks that an event may stand for having read a thread: `main`, or the thread's root.
 *
 * Source: Client-Server API v1.19, "Threaded read receipts": an event is in a thread if it or an event that it
 * relates to (3 steps at most) has an `m.thread` relation; a root is in its own thread and in the main one.
 * @throws {MatrixError} 400 `M_INVALID_PARAM`
 */
export async function requireEventInThread(
  events: EventPositions,
  roomId: RoomId,
  eventId: EventId,
  threadId: string,
): Promise<void> {
  if (threadId === eventId) return;
  if ((await threadOf(events, roomId, eventId)) === threadId) return;
  throw invalidParam('The event does not belong to the thread that thread_id names');
}

async function threadOf(events: EventPositions, roomId: RoomId, eventId: EventId): Promise<string> {
  let current = eventId;
  for (let step = 0; step < MOST_RELATIONS; step += 1) {
    const relation = await events.relationOf(roomId, current);
    if (relation === undefined) return MAIN_THREAD;
    if (relation.relType === 'm.thread') return relation.eventId;
    current = relation.eventId;
  }
  return MAIN_THREAD;
}
