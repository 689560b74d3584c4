import { RoomVersionConflict } from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import { EventChain } from './event-chain.ts';
import type { Room } from './room.ts';

/** How often a change is built again after somebody else moved the room's head. */
const ATTEMPTS = 3;

/**
 * Changes a room: builds events in the room's queue and hands them to the committer. Resolves when they are durable
 * and in memory.
 *
 * Messages follow each other without waiting for the disk: each is built upon the one before it, and the committer
 * writes them together. A change of state holds the queue until it is committed, since whatever comes after is
 * authorised against it. When a commit fails, the room is read again, and those that were built upon it are refused by
 * the compare-and-set of the room's version and built again.
 *
 * @param build adds events to the chain; it may run more than once. What it throws is passed on, nothing is stored.
 */
export async function changeRoom<T>(
  context: RoomsContext,
  room: Room,
  build: (chain: EventChain) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { result, committed } = await room.queue.run(() => startChange(context, room, build));
      await committed;
      return result;
    } catch (error) {
      if (!(error instanceof RoomVersionConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function startChange<T>(
  context: RoomsContext,
  room: Room,
  build: (chain: EventChain) => Promise<T>,
): Promise<{ result: T; committed: Promise<unknown> }> {
  if (room.stale) await context.registry.refresh(room);
  const chain = new EventChain(context, room);
  const result = await build(chain);
  if (chain.events.length === 0) return { result, committed: Promise.resolve() };
  const committed = context.storage.database.commit(chain.finish());
  room.head = chain.head;
  room.lastCommit = committed;
  committed.catch(() => {
    room.stale = true;
  });
  if (chain.changesState) await committed;
  return { result, committed };
}
