import type { Memberships } from '../affected-rooms.ts';
import { RequiredState } from './required-state.ts';
import { RoomFilters } from './room-filters.ts';
import type { ListedRoom, SlidingContext, SlidingFrame, WantedRoom } from './sliding-frame.ts';
import type { RoomConfig } from './sliding-request.ts';

/** A list, as the response tells of it. */
export interface ListWindow {
  /** How many rooms are in the list, shown or not. */
  readonly count: number;
  /** The ranges that were asked for, each with the numbers of the rooms in it. */
  readonly windows: readonly {
    readonly range: readonly [number, number];
    readonly rooms: readonly number[];
  }[];
}

/** The rooms that a request asks for, by number, and its lists, by name. */
export interface WantedRooms {
  readonly rooms: ReadonlyMap<number, WantedRoom>;
  readonly lists: ReadonlyMap<string, ListWindow>;
  /** Of the rooms that are subscribed to: their numbers, by ID. */
  readonly subscribed: ReadonlyMap<string, number>;
  /** The numbers of all rooms that pass a list's filters, in its windows or not, and of those that are subscribed to. */
  readonly matching: ReadonlySet<number>;
}

interface Demand {
  readonly listed: ListedRoom;
  readonly configs: RoomConfig[];
  readonly lists: string[];
}

/** Works out which rooms a request asks for, and what each is to be told of. Source: MSC4186, "Lists and subscriptions". */
export async function wantedRooms(
  context: SlidingContext,
  frame: SlidingFrame,
  memberships: Memberships,
): Promise<WantedRooms> {
  const { request } = frame;
  const all = await context.viewerRooms.of(context, frame, memberships);
  const demands = new Map<number, Demand>();
  const filters = new RoomFilters(context, frame, memberships);
  const lists = new Map<string, ListWindow>();
  const matching = new Set<number>();
  for (const [name, list] of request.lists) {
    const passing = await filters.apply(all, list.filters);
    if (request.extensions.sticky !== undefined) for (const { mine } of passing) matching.add(mine.roomNid);
    const ranges = list.ranges ?? [[0, Math.max(0, passing.length - 1)] as const];
    const windows = ranges.map((range) => ({ range, shown: passing.slice(range[0], range[1] + 1) }));
    for (const listed of new Set(windows.flatMap(({ shown }) => shown))) demand(demands, listed, list, name);
    lists.set(name, {
      count: passing.length,
      windows: windows.map(({ range, shown }) => ({ range, rooms: shown.map(({ mine }) => mine.roomNid) })),
    });
  }
  const subscribed = new Map<string, number>();
  const byNid =
    request.subscriptions.size === 0 ? undefined : new Map(all.map((room) => [room.mine.roomNid, room]));
  for (const [roomId, config] of request.subscriptions) {
    const room = await context.rooms.registry.byId(roomId);
    const listed = room && byNid?.get(room.nid);
    if (listed === undefined) continue;
    subscribed.set(roomId, listed.mine.roomNid);
    matching.add(listed.mine.roomNid);
    demand(demands, listed, config);
  }
  return { rooms: combine(demands), lists, subscribed, matching };
}

function demand(demands: Map<number, Demand>, listed: ListedRoom, config: RoomConfig, list?: string): void {
  const known = demands.get(listed.mine.roomNid) ?? { listed, configs: [], lists: [] };
  known.configs.push(config);
  if (list !== undefined) known.lists.push(list);
  demands.set(listed.mine.roomNid, known);
}

/** Many rooms are asked for by the same lists: what these want together is worked out once. */
function combine(demands: ReadonlyMap<number, Demand>): Map<number, WantedRoom> {
  const combined = new Map<string, RoomConfig>();
  const numbers = new Map<RoomConfig, number>();
  const rooms = new Map<number, WantedRoom>();
  for (const [nid, { listed, configs, lists }] of demands) {
    const key = configs.map((config) => numberOf(numbers, config)).join(' ');
    const config = combined.get(key) ?? {
      timelineLimit: Math.max(...configs.map(({ timelineLimit }) => timelineLimit)),
      requiredState: RequiredState.union(configs.map(({ requiredState }) => requiredState)),
    };
    combined.set(key, config);
    rooms.set(nid, { ...listed, config, lists });
  }
  return rooms;
}

function numberOf(numbers: Map<RoomConfig, number>, config: RoomConfig): number {
  const number = numbers.get(config) ?? numbers.size;
  numbers.set(config, number);
  return number;
}
