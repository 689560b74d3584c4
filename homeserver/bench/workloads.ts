import type { Operation } from './measure.ts';
import type { World } from './world.ts';

/** One kind of work. */
export interface Workload {
  readonly name: string;
  readonly inFlight: number;
  /** At most so many in a round. */
  readonly maxOperations: number;
  /** Makes ready for a round on one server. */
  readonly prepare: (world: World) => Operation | Promise<Operation>;
}

const MESSAGE =
  'The quick brown fox jumps over the lazy dog, and the dog, being lazy, lets it pass without a word.';
const PAGE = 50;
const SLIDING_SYNC = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync?set_presence=offline';
const UNLIMITED = Number.POSITIVE_INFINITY;

/** Everything that is measured, in the order in which it runs. */
export const WORKLOADS: readonly Workload[] = [
  joins(10),
  ...[1, 100].flatMap((rooms) => [1, 10, 64].map((inFlight) => sends(rooms, inFlight))),
  stateChanges(1, 1),
  stateChanges(100, 10),
  history(1),
  history(10),
  initialSync(1000),
  firstPage(1000),
  delivery(1000),
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

/** A client that begins, with the filter that most have: members as far as they are needed. */
function initialSync(rooms: number): Workload {
  return {
    name: `initial sync, ${rooms} rooms, 1 in flight`,
    inFlight: 1,
    maxOperations: UNLIMITED,
    prepare: async (world) => {
      await world.growTo(rooms);
      const filter = JSON.stringify({ room: { state: { lazy_load_members: true } } });
      const query = new URLSearchParams({ filter, set_presence: 'offline' });
      return async () => {
        // Servers may keep an answer for whoever asks the same again soon.
        query.set('timeout', String(world.nextNumber()));
        const { rooms: shown } = await world.send('GET', `/_matrix/client/v3/sync?${query}`);
        const joined = Object.keys((shown as { join?: object } | undefined)?.join ?? {}).length;
        if (joined < rooms) throw new Error(`the sync had ${joined} rooms`);
        return true;
      };
    },
  };
}

/** A sliding sync that begins, as Element X does: the twenty rooms at the top. */
function firstPage(rooms: number): Workload {
  return {
    name: `sliding sync, first 20 of ${rooms} rooms, 1 in flight`,
    inFlight: 1,
    maxOperations: UNLIMITED,
    prepare: async (world) => {
      await world.growTo(rooms);
      const list = {
        ranges: [[0, 19]],
        timeline_limit: 1,
        required_state: [
          ['m.room.create', ''],
          ['m.room.avatar', ''],
          ['m.room.member', '$LAZY'],
          ['m.room.member', '$ME'],
        ],
      };
      return async () => {
        const body = { conn_id: String(world.nextNumber()), lists: { all: list } };
        const { rooms: shown } = await world.send('POST', SLIDING_SYNC, body);
        if (Object.keys(Object(shown)).length !== 20) throw new Error('the page has not twenty rooms');
        return true;
      };
    },
  };
}

/** Somebody says something in a room where everybody waits for it. An operation is that one of them has it. */
function delivery(listeners: number): Workload {
  return {
    name: `delivery to ${listeners} waiting clients in 1 room`,
    inFlight: 1,
    maxOperations: UNLIMITED,
    prepare: async (world) => {
      const audience = await world.gather(listeners);
      return () => {
        const number = world.nextNumber();
        const path = `${world.roomPath(0)}/send/m.room.message/${number}`;
        return audience.hear(`heard ${number}`, (body) =>
          world.send('PUT', path, { msgtype: 'm.text', body }),
        );
      };
    },
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
