import { getMembers, getMessages, type RoomsContext, type Viewer } from '../../src/rooms/index.ts';
import { formatStreamToken } from '../../src/stream/index.ts';
import { percentile } from '../statistics.ts';
import type { FilledStore } from './fill-store.ts';

/** Milliseconds of one kind of read, at random places of history. */
export interface ReadTimes {
  readonly what: string;
  readonly p50: number;
  readonly p99: number;
}

/** Reads pages, states and members anywhere in history, one at a time, each at a place not asked for before. */
export async function measureReads(store: FilledStore, times: number): Promise<ReadTimes[]> {
  const { context, users } = store;
  const [userId = ''] = users;
  const viewer = { userId, userNid: await context.storage.strings.intern(userId), deviceId: 'BENCH' };
  const newest = await context.storage.log.newest();
  const places = Array.from({ length: times }, (_, index) => ({
    roomId: store.roomIds[(index * 37) % store.roomIds.length] ?? '',
    at: tokenAt(context, 1 + Math.floor(((index * 0.618_033_988_749_895) % 1) * newest)),
  }));
  return [
    await timeReads('page of 50 messages', places, ({ roomId, at }) => readPage(context, viewer, roomId, at)),
    await timeReads('state at an event', places, ({ roomId, at }) => readState(context, viewer, roomId, at)),
    await timeReads('members at an event', places, ({ roomId, at }) =>
      getMembers(context, roomId, viewer, { at }),
    ),
  ];
}

interface Place {
  readonly roomId: string;
  readonly at: string;
}

async function timeReads(
  what: string,
  places: readonly Place[],
  read: (place: Place) => Promise<unknown>,
): Promise<ReadTimes> {
  const durations: number[] = [];
  for (const place of places) {
    const start = performance.now();
    await read(place);
    durations.push(performance.now() - start);
  }
  return { what, p50: percentile(durations, 0.5), p99: percentile(durations, 0.99) };
}

function tokenAt({ epoch }: RoomsContext, position: number): string {
  return formatStreamToken({ epoch, position, ephemeral: 0 });
}

function readPage(context: RoomsContext, viewer: Viewer, roomId: string, from: string) {
  return getMessages(context, roomId, viewer, { direction: 'b', from, limit: 50, filter: {} });
}

/** Every state event as it was before the newest event at a place. */
async function readState(context: RoomsContext, viewer: Viewer, roomId: string, from: string): Promise<void> {
  const { chunk } = await getMessages(context, roomId, viewer, {
    direction: 'b',
    from,
    limit: 1,
    filter: {},
  });
  const event = await context.storage.events.getById(String(chunk[0]?.event_id));
  if (event === undefined) return;
  const entries = await context.storage.states.entriesOf(event.snapshotNid);
  await context.storage.events.getAll(entries.map((entry) => entry.eventNid));
}
