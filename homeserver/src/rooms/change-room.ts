import { MatrixError } from '../protocol/errors.ts';
import { RoomVersionConflict } from '../storage/index.ts';
import { changeInTurn } from './change-in-turn.ts';
import type { RoomsContext } from './context.ts';
import { EventChain } from './event-chain.ts';
import type { Room } from './room.ts';

/** How often a change is built again after what it was built upon was refused: more than once is rare. */
const ATTEMPTS = 10;

/**
 * Changes a room: builds events in the room's queue and hands them to the committer. Resolves when they are durable
 * and in memory.
 *
 * Messages follow each other without waiting for the disk: each is built upon the one before it, and the committer
 * writes them together. A change of state holds the queue until it is committed, since whatever comes after is
 * authorised against it. When a commit fails, the room is brought up to what is stored, and those that were built upon
 * it are refused by the compare-and-set of the room's version and built again. When another process was the reason, it
 * and this one take turns from then on.
 *
 * What the room as it is in memory does not allow is tried once more if another process has changed it meanwhile.
 *
 * @param build adds events to the chain; it may run more than once. What it throws is passed on, nothing is stored.
 */
export async function changeRoom<T>(
  context: RoomsContext,
  room: Room,
  build: (chain: EventChain) => Promise<T>,
): Promise<T> {
  const { version } = room.committed;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { result, committed } = await changeInTurn(context, room, () =>
        startChange(context, room, build),
      );
      await committed;
      return result;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      if (error instanceof RoomVersionConflict) context.registry.noteConflict(room);
      else if (!(error instanceof MatrixError && attempt === 1 && (await isOutdated(context, room, version))))
        throw error;
    }
  }
}

async function startChange<T>(
  context: RoomsContext,
  room: Room,
  build: (chain: EventChain) => Promise<T>,
): Promise<{ result: T; committed: Promise<unknown> }> {
  const chain = new EventChain(context, room);
  const result = await build(chain);
  if (chain.events.length === 0) return { result, committed: Promise.resolve() };
  const committed = context.storage.database.commit(chain.finish());
  room.advance(chain.head, committed);
  if (chain.changesState) await committed;
  return { result, committed };
}

async function isOutdated({ storage }: RoomsContext, room: Room, version: number): Promise<boolean> {
  await storage.database.neighbours.caughtUp();
  return room.committed.version !== version;
}
