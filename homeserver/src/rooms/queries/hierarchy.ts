import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { forbidden, invalidParam } from '../../protocol/errors.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { strippedEvent } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { type FullRoomCard, fullRoomCard, mayEnter, mayPreview } from './room-card.ts';

/** Which part of a tree of spaces. */
export interface HierarchyRequest {
  readonly suggestedOnly?: boolean | undefined;
  readonly maxDepth?: number | undefined;
  readonly limit?: number | undefined;
  /** A server admin asks: rooms that the viewer may not know of are shown as well. */
  readonly showsAll?: boolean;
  /** `next_batch` of an earlier answer, whose other parameters were the same. */
  readonly from?: string | undefined;
}

/** A room of a hierarchy. */
export interface HierarchyRoom extends FullRoomCard {
  /** Its `m.space.child` events. */
  readonly children_state: JsonObject[];
}

/** A page of a hierarchy, depth first. */
export interface HierarchyPage {
  readonly rooms: readonly HierarchyRoom[];
  readonly next_batch?: string;
}

const DEFAULT_LIMIT = 50;
const MOST_ROOMS = 1000;
/** Trees of spaces are no deeper; a chain without an end is. */
const MOST_DEPTH = 50;
/** How many spaces of other servers are asked for in one request. */
const MOST_ASKED = 30;

/**
 * The rooms of a space and of the spaces in it, depth first, each once. Rooms that the viewer may neither join nor
 * look into are left out.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/hierarchy`.
 * @throws MatrixError 403 `M_FORBIDDEN` for a space that is not there, or not for the viewer; 400 `M_INVALID_PARAM`
 * for a `from` that is none, or of another request.
 */
export async function getHierarchy(
  context: RoomsContext,
  roomId: string,
  userId: string,
  request: HierarchyRequest,
): Promise<HierarchyPage> {
  const { suggestedOnly = false, limit = DEFAULT_LIMIT, showsAll = false } = request;
  const maxDepth = Math.min(request.maxDepth ?? MOST_DEPTH, MOST_DEPTH);
  const flags = `${suggestedOnly ? 1 : 0}.${maxDepth}`;
  const offset = offsetOf(request.from, flags);
  const maySee = async (room: Room) => showsAll || (await mayPreview(context, room, userId));
  const finder = new SpaceFinder(context, userId, maySee, suggestedOnly);
  const root = await finder.find(roomId, []);
  if (root === undefined) throw forbidden('You may not look into this space, or it does not exist');
  const end = offset + Math.min(Math.max(limit, 1), MOST_ROOMS);
  const rooms: HierarchyRoom[] = [];
  let index = 0;
  for await (const room of walkSpaces(finder, root, maxDepth)) {
    if (index === end) return { rooms, next_batch: `h${end}.${flags}` };
    if (index >= offset) rooms.push(room);
    index += 1;
  }
  return { rooms };
}

function offsetOf(from: string | undefined, flags: string): number {
  if (from === undefined) return 0;
  const [, offset] = /^h(\d{1,15})\./.exec(from) ?? [];
  if (offset === undefined || from !== `h${offset}.${flags}`) {
    throw invalidParam('from is not a token of this server, or suggested_only or max_depth have changed');
  }
  return Number(offset);
}

async function* walkSpaces(
  finder: SpaceFinder,
  root: HierarchyRoom,
  maxDepth: number,
): AsyncGenerator<HierarchyRoom> {
  const seen = new Set<string>([root.room_id]);
  const stack = [{ room: root, depth: 0 }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { room, depth } = entry;
    yield room;
    if (depth === maxDepth || room.room_type !== 'm.space') continue;
    const children: HierarchyRoom[] = [];
    for (const { state_key: roomId, content } of room.children_state) {
      if (typeof roomId !== 'string' || seen.has(roomId)) continue;
      const child = await finder.find(roomId, isJsonObject(content) ? content.via : undefined);
      if (child === undefined) continue;
      seen.add(roomId);
      children.push(child);
    }
    // The first child is taken first: it goes onto the stack last.
    for (const child of children.reverse()) stack.push({ room: child, depth: depth + 1 });
  }
}

/** Finds rooms of a hierarchy for one viewer: here, or on servers that are said to have them. */
class SpaceFinder {
  readonly #context: RoomsContext;
  readonly #userId: string;
  readonly #maySee: (room: Room) => Promise<boolean>;
  readonly #suggestedOnly: boolean;
  /** What servers have said of the rooms in their spaces. */
  readonly #told = new Map<string, FullRoomCard>();
  #asked = 0;

  constructor(
    context: RoomsContext,
    userId: string,
    maySee: (room: Room) => Promise<boolean>,
    suggestedOnly: boolean,
  ) {
    this.#context = context;
    this.#userId = userId;
    this.#maySee = maySee;
    this.#suggestedOnly = suggestedOnly;
  }

  /** A room that the viewer may see. @param via servers that may know it. */
  async find(roomId: string, via: JsonValue | undefined): Promise<HierarchyRoom | undefined> {
    const room = await this.#context.registry.byId(roomId);
    if (room?.createEvent !== undefined) {
      return (await this.#maySee(room)) ? hierarchyRoom(this.#context, room, this.#suggestedOnly) : undefined;
    }
    const found = await this.#findElsewhere(roomId, via);
    return found !== undefined && (await mayEnter(this.#context, found, this.#userId)) ? found : undefined;
  }

  async #findElsewhere(roomId: string, via: JsonValue | undefined): Promise<HierarchyRoom | undefined> {
    const told = this.#told.get(roomId);
    if (told !== undefined && told.room_type !== 'm.space') return { ...told, children_state: [] };
    const servers = (Array.isArray(via) ? via : []).filter((name) => typeof name === 'string');
    if (this.#asked === MOST_ASKED || servers.length === 0) return undefined;
    this.#asked += 1;
    const request = { roomId, servers, suggestedOnly: this.#suggestedOnly };
    const answer = await this.#context.otherServers?.describe(request);
    for (const card of answer?.children ?? []) this.#told.set(card.room_id, card);
    return answer?.room;
  }
}

/** A room as a hierarchy shows it. */
export function hierarchyRoom(context: RoomsContext, room: Room, suggestedOnly: boolean): HierarchyRoom {
  const children = room.roomType === 'm.space' ? childrenOf(room, suggestedOnly) : [];
  return {
    ...fullRoomCard(context, room),
    children_state: children.map((event) => ({
      ...strippedEvent(room, event),
      origin_server_ts: event.pdu.origin_server_ts,
    })),
  };
}

/**
 * The children of a space in their order: those with an `order` first, by it; then by age; then by ID. Without `via`
 * a child was taken away.
 *
 * Source: Client-Server API v1.19, "m.space.child", "Ordering of children within a space".
 */
export function childrenOf(space: Room, suggestedOnly: boolean): StoredEvent[] {
  const children = [...space.state.values()].filter(
    ({ pdu }) =>
      pdu.type === 'm.space.child' &&
      Array.isArray(pdu.content.via) &&
      (!suggestedOnly || pdu.content.suggested === true),
  );
  return children.sort((one, other) => compare(sortKey(one), sortKey(other)));
}

function sortKey({ pdu }: StoredEvent): readonly [number, string, number, string] {
  const { order } = pdu.content;
  const isOrdered = typeof order === 'string' && /^[ -~]{1,50}$/.test(order);
  return [isOrdered ? 0 : 1, isOrdered ? order : '', pdu.origin_server_ts, pdu.state_key ?? ''];
}

function compare(one: ReturnType<typeof sortKey>, other: ReturnType<typeof sortKey>): number {
  for (const [index, part] of one.entries()) {
    const rival = other[index] ?? part;
    if (part !== rival) return part < rival ? -1 : 1;
  }
  return 0;
}
