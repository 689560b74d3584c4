import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { PRESENCE_STATES } from '../../../realtime/index.ts';
import {
  type ListRequest,
  RequiredState,
  type RoomConfig,
  type RoomResult,
  type StatePattern,
} from '../../../sync/index.ts';
import { customEndpoint } from '../../endpoint.ts';
import type { FromSchema } from '../../specification/json-schema.ts';
import { presentRoom, presentStateWithStubs, withoutAbsent } from './present-room.ts';
import { EXTENSIONS_SCHEMA, readExtensions } from './sliding-extensions.ts';
import { LIST_FILTERS, RANGE_SCHEMA } from './sliding-lists.ts';

const PATTERNS = {
  type: 'array',
  maxItems: 1000,
  items: { type: 'object', properties: { type: { type: 'string' }, state_key: { type: 'string' } } },
} as const;
const REQUIRED_STATE = {
  type: 'object',
  properties: { include: PATTERNS, exclude: PATTERNS, lazy_members: { type: 'boolean' } },
} as const;

const LIST = {
  type: 'object',
  required: ['timeline_limit', 'required_state'],
  properties: {
    range: RANGE_SCHEMA,
    timeline_limit: { type: 'integer', minimum: 0 },
    required_state: REQUIRED_STATE,
    filters: {
      type: 'object',
      properties: {
        ...LIST_FILTERS,
        is_invited: { type: 'boolean' },
      },
    },
  },
} as const;
const SUBSCRIPTION = {
  type: 'object',
  required: ['timeline_limit', 'required_state'],
  properties: { timeline_limit: { type: 'integer', minimum: 0 }, required_state: REQUIRED_STATE },
} as const;

/** Sliding sync as it was merged. Source: MSC4186. */
export const slidingSync = customEndpoint(
  {
    name: 'slidingSync',
    method: 'POST',
    path: '/_matrix/client/v4/sync',
    auth: 'user',
    bodySchema: {
      type: 'object',
      properties: {
        conn_id: { type: 'string', maxLength: 255 },
        pos: { type: 'string' },
        timeout: { type: 'integer', minimum: 0 },
        set_presence: { type: 'string', enum: PRESENCE_STATES },
        lists: { type: 'object', maxProperties: 100, additionalProperties: LIST },
        room_subscriptions: { type: 'object', maxProperties: 1000, additionalProperties: SUBSCRIPTION },
        extensions: EXTENSIONS_SCHEMA,
      },
    },
  },
  async ({ body, requester, services, signal }) => {
    // What the schema says of the values of maps is not in their types.
    const lists = (body.lists ?? {}) as Record<string, FromSchema<typeof LIST>>;
    const subscriptions = (body.room_subscriptions ?? {}) as Record<string, FromSchema<typeof SUBSCRIPTION>>;
    const answer = await services.sync.sliding.sync({
      viewer: requester,
      connectionId: body.conn_id ?? '',
      pos: body.pos,
      timeoutMs: body.timeout ?? 0,
      setPresence: body.set_presence ?? 'online',
      lists: new Map(Object.entries(lists).map(([name, list]) => [name, readList(list)])),
      subscriptions: new Map(
        Object.entries(subscriptions).map(([roomId, room]) => [roomId, readConfig(room)]),
      ),
      extensions: readExtensions(body.extensions),
      signal,
    });
    return {
      pos: answer.pos,
      lists: Object.fromEntries([...answer.lists].map(([name, { count }]) => [name, { count }])),
      rooms: Object.fromEntries([...answer.rooms].map(([roomId, room]) => [roomId, presentNewRoom(room)])),
      extensions: answer.extensions,
    };
  },
);

function readList(list: FromSchema<typeof LIST>): ListRequest {
  const { filters = {}, range } = list;
  return {
    ...readConfig(list),
    ranges: range && [[range[0] ?? 0, range[1] ?? 0]],
    filters: {
      isDirect: filters.is_dm,
      isEncrypted: filters.is_encrypted,
      isInvited: filters.is_invited,
      spaces: filters.spaces,
      roomTypes: filters.room_types?.map(textOrNull),
      notRoomTypes: filters.not_room_types?.map(textOrNull),
      tags: filters.tags,
      notTags: filters.not_tags,
    },
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function readConfig({
  timeline_limit: timelineLimit,
  required_state: { include = [], exclude = [], lazy_members: lazyMembers = false },
}: FromSchema<typeof SUBSCRIPTION>): RoomConfig {
  const rule = { include: include.map(readPattern), exclude: exclude.map(readPattern), lazyMembers };
  return { timelineLimit, requiredState: new RequiredState([rule]) };
}

function readPattern({ type, state_key: stateKey }: { type?: string; state_key?: string }): StatePattern {
  return { type, stateKey };
}

function presentNewRoom(room: RoomResult): JsonObject {
  return {
    ...presentRoom(room),
    ...withoutAbsent({
      required_state: presentStateWithStubs(room.requiredState),
      timeline_events: room.timeline && [...room.timeline],
      expanded_timeline: room.isExpanded,
      stripped_state: room.strippedState && [...room.strippedState],
    }),
  };
}
