import type { Memberships } from '../affected-rooms.ts';
import { type Changes, collectChanges, NO_CHANGES } from '../changes.ts';
import { presentGoneRoom } from '../gone-room.ts';
import { mapInSlices } from '../slices.ts';
import type { Advance, SentRoom } from './connections.ts';
import { answerExtensions, type ExtensionsBody, startedExtensions } from './extensions.ts';
import { tellJoinedRoom } from './joined-result.ts';
import { tellRoomFromOutside } from './outside-result.ts';
import type { RoomResult } from './room-result.ts';
import type { SlidingContext, SlidingFrame, WantedRoom } from './sliding-frame.ts';
import { frameFor, type ToldRoom } from './told-room.ts';
import { type ListWindow, wantedRooms } from './wanted-rooms.ts';

/** An answer, for a dialect to write down. */
export interface SlidingAnswer {
  readonly pos: string;
  readonly lists: ReadonlyMap<string, ListAnswer>;
  /** By room ID. */
  readonly rooms: ReadonlyMap<string, RoomResult>;
  readonly extensions: ExtensionsBody;
}

/** A list: how many rooms are in it, and which are in each of the ranges that were asked for. */
export interface ListAnswer {
  readonly count: number;
  readonly windows: readonly {
    readonly range: readonly [number, number];
    readonly roomIds: readonly string[];
  }[];
}

/** An answer that is not given yet, and where it would bring the connection. */
export interface SlidingResponse {
  readonly answer: Omit<SlidingAnswer, 'pos'>;
  readonly isEmpty: boolean;
  readonly advance: Advance;
}

/**
 * Works out what is news to a connection.
 *
 * @param current the viewer's rooms, as they are when this is called.
 */
export async function buildSlidingResponse(
  context: SlidingContext,
  frame: SlidingFrame,
  current: Memberships,
): Promise<SlidingResponse> {
  const { since, until } = frame;
  const memberships = new Map(current);
  const rows = since === undefined ? [] : context.notifier.rowsAfter(since.position);
  const changes = await collectChanges(context, frame, memberships, rows);
  const wanted = await wantedRooms(context, frame, memberships);
  const told = await tellRooms(context, frame, wanted.rooms, changes);
  const rooms = new Map<string, RoomResult>();
  for (const gone of changes.gone) {
    const { timeline } = presentGoneRoom(context, frameFor(frame, 1, { after: 0, lazyMembers: true }), gone);
    rooms.set(gone.roomId, {
      membership: 'leave',
      timeline: timeline.events,
      prevBatch: timeline.prev_batch,
    });
  }
  for (const [nid, { result, sent }] of told) {
    const lists = wanted.rooms.get(nid)?.lists ?? [];
    if (result !== undefined) rooms.set(sent.roomId, { ...result, ...(lists.length === 0 ? {} : { lists }) });
  }
  const input = { wanted, told, changes, memberships };
  const { body: extensions, isEmpty } = await answerExtensions(context, frame, input);
  return {
    answer: { lists: await nameRooms(context, wanted.lists), rooms, extensions },
    isEmpty: rooms.size === 0 && isEmpty,
    advance: {
      place: until,
      extensions: startedExtensions(frame),
      rooms: new Map([...leftBehind(frame, wanted.rooms, changes), ...[...told].map(sentOf)]),
    },
  };
}

function sentOf([nid, { sent }]: [number, ToldRoom]): [number, SentRoom] {
  return [nid, sent];
}

/** Rooms that the client has, where something has happened that nobody asks for now: it is told when somebody does. */
function* leftBehind(
  { connection, since }: SlidingFrame,
  wanted: ReadonlyMap<number, WantedRoom>,
  changes: Changes,
): Iterable<[number, SentRoom]> {
  for (const nid of changes.rooms.keys()) {
    const sent = wanted.has(nid) ? undefined : connection.rooms.get(nid);
    if (sent !== undefined && sent.upTo === undefined) yield [nid, { ...sent, upTo: since?.position }];
  }
}

async function tellRooms(
  context: SlidingContext,
  frame: SlidingFrame,
  wanted: ReadonlyMap<number, WantedRoom>,
  changes: Changes,
): Promise<Map<number, ToldRoom>> {
  const direct = await context.directRooms.of(frame.viewer.userNid);
  const told = new Map<number, ToldRoom>();
  const mayTell = [...wanted.values()].filter((room) => {
    const sent = frame.connection.rooms.get(room.mine.roomNid);
    return sent === undefined || hasNews(room, sent, changes) || direct.has(sent.roomId) !== sent.isDirect;
  });
  const results = await mapInSlices(mayTell, (room) => tellRoom(context, frame, room, changes, direct));
  for (const [index, room] of mayTell.entries()) {
    const result = results[index];
    if (result !== undefined) told.set(room.mine.roomNid, result);
  }
  return told;
}

function hasNews({ mine, config }: WantedRoom, sent: SentRoom, changes: Changes): boolean {
  return (
    sent.upTo !== undefined ||
    sent.membership !== mine.membership ||
    changes.rooms.has(mine.roomNid) ||
    (mine.membership === 'join' &&
      (config.timelineLimit > sent.timelineLimit || config.requiredState.exceeds(sent.requiredState)))
  );
}

async function tellRoom(
  context: SlidingContext,
  frame: SlidingFrame,
  wanted: WantedRoom,
  changes: Changes,
  direct: ReadonlySet<string>,
): Promise<ToldRoom | undefined> {
  const { roomNid, membership } = wanted.mine;
  const room = await context.rooms.registry.byNid(roomNid);
  if (room === undefined) return undefined;
  // Who wants every member hears of a room once all are known.
  if (room.isPartial && wanted.config.requiredState.wantsEveryMember) return undefined;
  const told = {
    room,
    wanted,
    sent: frame.connection.rooms.get(roomNid),
    changes: changes.rooms.get(roomNid) ?? NO_CHANGES,
    isDirect: direct.has(room.roomId),
  };
  return membership === 'join'
    ? tellJoinedRoom(context, frame, told)
    : tellRoomFromOutside(context, frame, told);
}

async function nameRooms(
  { rooms: { registry, storage } }: SlidingContext,
  lists: ReadonlyMap<string, ListWindow>,
): Promise<Map<string, ListAnswer>> {
  const ids = new Map<number, string>();
  const unknown = new Set<number>();
  for (const { windows } of lists.values()) {
    for (const nid of windows.flatMap(({ rooms }) => rooms)) {
      const loaded = registry.loaded(nid);
      if (loaded === undefined) unknown.add(nid);
      else ids.set(nid, loaded.roomId);
    }
  }
  for (const [nid, roomId] of await storage.rooms.idsOf([...unknown])) ids.set(nid, roomId);
  return new Map(
    [...lists].map(([name, { count, windows }]) => [
      name,
      {
        count,
        windows: windows.map(({ range, rooms }) => ({
          range,
          roomIds: rooms.flatMap((nid) => ids.get(nid) ?? []),
        })),
      },
    ]),
  );
}
