import type { Operation } from './measure.ts';
import type { World } from './world.ts';

/** One kind of work. */
export interface Workload {
  readonly name: string;
  readonly inFlight: number;
  /** At most so many in a round. */
  readonly maxOperations: number;
  /** Makes ready for a round on one server. */
  readonly prepare: (world: World) => Operation;
}

const MESSAGE =
  'The quick brown fox jumps over the lazy dog, and the dog, being lazy, lets it pass without a word.';
const PAGE = 50;
const UNLIMITED = Number.POSITIVE_INFINITY;

/** Everything that is measured, in the order in which it runs. */
export const WORKLOADS: readonly Workload[] = [
  joins(10),
  ...[1, 100].flatMap((rooms) => [1, 10, 64].map((inFlight) => sends(rooms, inFlight))),
  stateChanges(1, 1),
  stateChanges(100, 10),
  history(1),
  history(10),
];

function sends(rooms: number, inFlight: number): Workload {
  return {
    name: `send, ${counted(rooms, 'room')}, ${inFlight} in flight`,
    inFlight,
    maxOperations: UNLIMITED,
    prepare: (world) => async () => {
      const number = world.nextNumber();
      const path = `${world.roomPath(number % rooms)}/send/m.room.message/${number}`;
      await world.send('PUT', path, { msgtype: 'm.text', body: `${number} ${MESSAGE}` });
      return true;
    },
  };
}

function stateChanges(rooms: number, inFlight: number): Workload {
  return {
    name: `state change, ${counted(rooms, 'room')}, ${inFlight} in flight`,
    inFlight,
    maxOperations: UNLIMITED,
    prepare: (world) => async () => {
      const number = world.nextNumber();
      await world.send('PUT', `${world.roomPath(number % rooms)}/state/m.room.topic/`, {
        topic: `${number}`,
      });
      return true;
    },
  };
}

function joins(inFlight: number): Workload {
  return {
    name: `join, 100 rooms, ${inFlight} in flight`,
    inFlight,
    maxOperations: 300,
    prepare: (world) => async () => {
      const next = world.nextJoin();
      if (next === undefined) return false;
      await world.send('POST', `${world.roomPath(next.room)}/join`, {}, next.session);
      return true;
    },
  };
}

function history(inFlight: number): Workload {
  return {
    name: `history page of ${PAGE}, ${inFlight} in flight`,
    inFlight,
    maxOperations: UNLIMITED,
    prepare: (world) => {
      // As many readers as are in flight page through the same history, each at its own place.
      const places: (string | undefined)[] = Array.from({ length: inFlight });
      return async () => {
        const from = places.shift();
        const query = new URLSearchParams({
          dir: 'b',
          limit: String(PAGE),
          ...(from === undefined ? {} : { from }),
        });
        const page = await world.send('GET', `${world.roomPath(0)}/messages?${query}`);
        if (!Array.isArray(page.chunk)) throw new Error('a page of history holds no events');
        places.push(page.chunk.length > 0 && typeof page.end === 'string' ? page.end : undefined);
        return true;
      };
    },
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
