import type { EventFilter, Filter, RoomEventFilter } from '../accounts/index.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { isJsonObject } from '../protocol/json-values.ts';
import { type PropertyPath, parsePropertyPath } from '../protocol/push-rules/push-event.ts';
import { passesFilter } from '../rooms/index.ts';

const DEFAULT_TIMELINE_LIMIT = 10;
/** As Synapse has it; whoever wants more pages through `/messages`. */
const MOST_TIMELINE_EVENTS = 100;

const NO_CONTENT: JsonObject = {};

/** A client's filter with the defaults filled in. Source: Client-Server API v1.19, "Filtering". */
export class SyncFilter {
  readonly includeLeave: boolean;
  /** Members only as far as the timeline needs them. */
  readonly lazyMembers: boolean;
  /** Members again that the client was sent before. */
  readonly redundantMembers: boolean;
  /** Counts for each thread, and the room's for what is in none. */
  readonly threadCounts: boolean;
  readonly timelineLimit: number;
  /** Events as servers exchange them. */
  readonly asServers: boolean;
  readonly timeline: RoomEventFilter;
  readonly #filter: Filter;
  readonly #fields: readonly PropertyPath[] | undefined;

  constructor(filter: Filter) {
    const { state = {}, timeline = {}, include_leave: includeLeave = false } = filter.room ?? {};
    this.includeLeave = includeLeave;
    this.lazyMembers = state.lazy_load_members === true;
    this.redundantMembers = state.include_redundant_members === true;
    this.threadCounts = timeline.unread_thread_notifications === true;
    this.timelineLimit = Math.min(timeline.limit ?? DEFAULT_TIMELINE_LIMIT, MOST_TIMELINE_EVENTS);
    this.timeline = timeline;
    this.asServers = filter.event_format === 'federation';
    this.#filter = filter;
    this.#fields = filter.event_fields?.map(parsePropertyPath);
  }

  /** Whether the client wants to hear of the room at all. */
  wantsRoom(roomId: string): boolean {
    const { rooms, not_rooms: notRooms } = this.#filter.room ?? {};
    return notRooms?.includes(roomId) !== true && rooms?.includes(roomId) !== false;
  }

  wantsState(roomId: string, event: FilteredEvent): boolean {
    return passesFilter(this.#filter.room?.state ?? {}, roomId, event);
  }

  /** @param type `m.receipt` or `m.typing` */
  wantsEphemeral(roomId: string, type: string): boolean {
    return passes(this.#filter.room?.ephemeral, roomId, type);
  }

  wantsRoomAccountData(roomId: string, type: string): boolean {
    return passes(this.#filter.room?.account_data, roomId, type);
  }

  wantsAccountData(type: string): boolean {
    return passes(this.#filter.account_data, '', type);
  }

  wantsPresence(userId: string): boolean {
    return passes(this.#filter.presence, '', 'm.presence', userId);
  }

  /** What `event_fields` leaves of an event; everything without it. */
  project(event: JsonObject): JsonObject {
    if (this.#fields === undefined) return event;
    const projected: JsonObject = {};
    for (const path of this.#fields) copyPath(event, projected, path);
    return projected;
  }
}

/** What filters look at. */
export interface FilteredEvent {
  readonly type: string;
  readonly sender: string;
  readonly content: JsonObject;
}

function passes(filter: EventFilter | undefined, roomId: string, type: string, sender = ''): boolean {
  return filter === undefined || passesFilter(filter, roomId, { type, sender, content: NO_CONTENT });
}

function copyPath(from: JsonObject, to: JsonObject, path: PropertyPath): void {
  const [name, ...rest] = path;
  if (name === undefined || !Object.hasOwn(from, name)) return;
  const value = from[name];
  if (value === undefined) return;
  if (rest.length === 0) {
    to[name] = value;
    return;
  }
  if (!isJsonObject(value)) return;
  const known = to[name];
  const nested: JsonObject = isJsonObject(known) ? known : {};
  copyPath(value, nested, rest);
  if (Object.keys(nested).length > 0) to[name] = nested;
}
