import { entryKey } from '../stores/state-store.ts';
import { type Check, readRooms } from './check.ts';
import { hasPlace, type LinkedEvent, linkedEventPages, namedEvents } from './event-pages.ts';
import { Replay } from './replay.ts';
import { StoredStates } from './stored-states.ts';

/** An event of ours names no more than these; the state before it counts in the others as well. */
const MOST_PREV_EVENTS = 20;

/**
 * The state before each event is that after those it follows, resolved where they are several, and the current state of
 * a room is that after its newest events. So every state is what the history says, from the create event on.
 */
export const statesFollow: Check = {
  holds: 'Every state, and the current one of every room, is what the history before it leads to',
  async run(database, report) {
    const rooms = await readRooms(database);
    const states = new StoredStates(database);
    const replay = new Replay(database, states);
    for await (const events of linkedEventPages(database)) {
      for (const linked of events) {
        const { eventId, roomNid, snapshotNid } = linked.event;
        const room = rooms.get(roomNid);
        if (room === undefined || !isReplayable(linked)) continue;
        if (!(await replay.isStateAfter(room, linked.prev, snapshotNid))) {
          report(`the state before ${eventId} is not what the events that it follows lead to`);
        }
        const fault = await faultOfReplaced(states, linked);
        if (fault !== undefined) report(`${eventId} ${fault}`);
      }
    }
    for (const room of rooms.values()) {
      const newest = [...(await namedEvents(database, room.extremities)).values()];
      if (!(await replay.isStateAfter(room, newest, room.snapshotNid))) {
        report(`the current state of ${room.roomId} is not what its newest events lead to`);
      }
    }
  },
};

/** Whether the states after all that an event follows are known, and nothing else counts for the state before it. */
function isReplayable({ event, self, prev }: LinkedEvent): boolean {
  const named = new Set(event.pdu.prev_events);
  return (
    hasPlace(self) && named.size < MOST_PREV_EVENTS && prev.length === named.size && prev.every(hasPlace)
  );
}

async function faultOfReplaced(states: StoredStates, { event }: LinkedEvent): Promise<string | undefined> {
  const { typeNid, stateKeyNid, snapshotNid, replacesNid } = event;
  if (stateKeyNid === null) return undefined;
  const held = (await states.entryOf(snapshotNid, entryKey({ typeNid, stateKeyNid }))) ?? null;
  return held === replacesNid
    ? undefined
    : `replaced event ${replacesNid}, and the state before it has ${held}`;
}
