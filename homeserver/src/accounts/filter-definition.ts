import type { JsonObject } from '../protocol/canonical-json.ts';
import { badJson, invalidParam } from '../protocol/errors.ts';
import { isRoomId, isUserId } from '../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../protocol/json-values.ts';

/**
 * A filter, as clients write it. Keys that the specification does not know are kept, and mean nothing.
 *
 * Source: Client-Server API v1.19, "Filtering".
 */
export interface Filter {
  readonly event_fields?: readonly string[];
  readonly event_format?: 'client' | 'federation';
  readonly presence?: EventFilter;
  readonly account_data?: EventFilter;
  readonly room?: RoomFilter;
}

/** Which events. `types` and `not_types` may have `*` wildcards. */
export interface EventFilter {
  readonly limit?: number;
  readonly types?: readonly string[];
  readonly not_types?: readonly string[];
  readonly senders?: readonly string[];
  readonly not_senders?: readonly string[];
}

/** Which events of rooms. */
export interface RoomEventFilter extends EventFilter {
  readonly rooms?: readonly string[];
  readonly not_rooms?: readonly string[];
  readonly lazy_load_members?: boolean;
  readonly include_redundant_members?: boolean;
  readonly contains_url?: boolean;
  readonly unread_thread_notifications?: boolean;
  readonly related_by_rel_types?: readonly string[];
  readonly related_by_senders?: readonly string[];
}

/** What of rooms. */
export interface RoomFilter {
  readonly rooms?: readonly string[];
  readonly not_rooms?: readonly string[];
  readonly include_leave?: boolean;
  readonly state?: RoomEventFilter;
  readonly timeline?: RoomEventFilter;
  readonly ephemeral?: RoomEventFilter;
  readonly account_data?: RoomEventFilter;
}

/** Checks the value at `path` and throws if it has the wrong form. */
type Check = (value: unknown, path: string) => void;

const isUser: Check = (value, path) => {
  if (!isUserId(value)) throw invalidParam(`${path} has something that is not a user ID`);
};
const isRoom: Check = (value, path) => {
  if (!isRoomId(value)) throw invalidParam(`${path} has something that is not a room ID`);
};
const isText: Check = (value, path) => {
  if (typeof value !== 'string') throw badJson(`${path} must hold strings`);
};
const isFlag: Check = (value, path) => {
  if (typeof value !== 'boolean') throw badJson(`${path} must be true or false`);
};
const isLimit: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw badJson(`${path} must be an integer`);
  if (value < 0) throw invalidParam(`${path} must not be negative`);
};
const isFormat: Check = (value, path) => {
  if (value !== 'client' && value !== 'federation')
    throw invalidParam(`${path} must be client or federation`);
};

function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw badJson(`${path} must be an array`);
    for (const item of value as unknown[]) {
      isText(item, path);
      check(item, path);
    }
  };
}

function objectOf(keys: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(keys);
  return (value, path) => {
    if (!isJsonObject(value)) throw badJson(`${path} must be an object`);
    for (const [key, check] of checks) {
      const nested = ownValue(value, key);
      if (nested !== undefined && nested !== null) check(nested, path === '' ? key : `${path}.${key}`);
    }
  };
}

const eventFilter = {
  limit: isLimit,
  types: listOf(isText),
  not_types: listOf(isText),
  senders: listOf(isUser),
  not_senders: listOf(isUser),
};
const rooms = { rooms: listOf(isRoom), not_rooms: listOf(isRoom) };
const roomEventFilter = {
  ...eventFilter,
  ...rooms,
  lazy_load_members: isFlag,
  include_redundant_members: isFlag,
  contains_url: isFlag,
  unread_thread_notifications: isFlag,
  related_by_rel_types: listOf(isText),
  related_by_senders: listOf(isUser),
};
const checkRoomEventFilter = objectOf(roomEventFilter);
const checkFilter = objectOf({
  event_fields: listOf(isText),
  event_format: isFormat,
  presence: objectOf(eventFilter),
  account_data: objectOf(eventFilter),
  room: objectOf({
    ...rooms,
    include_leave: isFlag,
    state: checkRoomEventFilter,
    timeline: checkRoomEventFilter,
    ephemeral: checkRoomEventFilter,
    account_data: checkRoomEventFilter,
  }),
});

/**
 * Checks a filter, as it is stored or stands in the `filter` parameter of `/sync`.
 * @throws {MatrixError} 400 `M_BAD_JSON` for a wrong type, `M_INVALID_PARAM` for what is no ID or no possible value.
 */
export function parseFilter(json: unknown): Filter {
  checkFilter(json, '');
  return withoutNulls(json as JsonObject) as Filter;
}

/**
 * Checks a filter of room events, as it stands in the `filter` parameter of `/messages`, `/context` and the like.
 * @throws {MatrixError} as `parseFilter`.
 */
export function parseRoomEventFilter(json: unknown): RoomEventFilter {
  checkRoomEventFilter(json, '');
  return withoutNulls(json as JsonObject) as RoomEventFilter;
}

/** Clients write `null` for what they do not set. */
function withoutNulls(object: JsonObject): JsonObject {
  const kept = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(
    kept.map(([key, value]) => [key, isJsonObject(value) ? withoutNulls(value) : value]),
  );
}
