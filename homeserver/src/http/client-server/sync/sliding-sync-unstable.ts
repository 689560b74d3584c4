import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { PRESENCE_STATES } from '../../../realtime/index.ts';
import {
  type ListAnswer,
  type ListRequest,
  RequiredState,
  type RoomConfig,
  type RoomResult,
  type SlidingAnswer,
  type StatePattern,
} from '../../../sync/index.ts';
import { customEndpoint } from '../../endpoint.ts';
import { enumQuery, integerQuery, textQuery } from '../../request-values.ts';
import type { FromSchema } from '../../specification/json-schema.ts';
import { presentRoom, presentState, withoutAbsent } from './present-room.ts';
import { EXTENSIONS_SCHEMA, readExtensions } from './sliding-extensions.ts';
import { LIST_FILTERS, RANGE_SCHEMA } from './sliding-lists.ts';

const REQUIRED_STATE = {
  type: 'array',
  maxItems: 1000,
  items: { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 2 },
} as const;

const LIST = {
  type: 'object',
  properties: {
    ranges: { type: 'array', items: RANGE_SCHEMA, maxItems: 100 },
    timeline_limit: { type: 'integer', minimum: 0 },
    required_state: REQUIRED_STATE,
    filters: {
      type: 'object',
      properties: {
        ...LIST_FILTERS,
        is_invite: { type: 'boolean' },
      },
    },
  },
} as const;
const SUBSCRIPTION = {
  type: 'object',
  properties: { timeline_limit: { type: 'integer', minimum: 0 }, required_state: REQUIRED_STATE },
} as const;

/** Sliding sync as Element X and matrix-js-sdk speak it: MSC4186 before it was merged, as Synapse has it. */
export const slidingSyncUnstable = customEndpoint(
  {
    name: 'slidingSyncUnstable',
    method: 'POST',
    path: '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync',
    auth: 'user',
    bodySchema: {
      type: 'object',
      properties: {
        conn_id: { type: 'string', maxLength: 255 },
        lists: { type: 'object', maxProperties: 100, additionalProperties: LIST },
        room_subscriptions: { type: 'object', maxProperties: 1000, additionalProperties: SUBSCRIPTION },
        extensions: EXTENSIONS_SCHEMA,
      },
    },
  },
  async ({ body, query, requester, services, signal }) => {
    // What the schema says of the values of maps is not in their types.
    const lists = (body.lists ?? {}) as Record<string, FromSchema<typeof LIST>>;
    const subscriptions = (body.room_subscriptions ?? {}) as Record<string, FromSchema<typeof SUBSCRIPTION>>;
    const { userId } = requester;
    const answer = await services.sync.sliding.sync({
      viewer: requester,
      connectionId: body.conn_id ?? '',
      pos: textQuery(query, 'pos'),
      timeoutMs: integerQuery(query, 'timeout') ?? 0,
      setPresence: enumQuery(query, 'set_presence', PRESENCE_STATES) ?? 'online',
      lists: new Map(Object.entries(lists).map(([name, list]) => [name, readList(list, userId)])),
      subscriptions: new Map(
        Object.entries(subscriptions).map(([roomId, room]) => [roomId, readConfig(room, userId)]),
      ),
      extensions: readExtensions(body.extensions),
      signal,
    });
    return presentAnswer(answer);
  },
);

function readList(list: FromSchema<typeof LIST>, userId: string): ListRequest {
  const { filters = {}, ranges = [] } = list;
  return {
    ...readConfig(list, userId),
    ranges: ranges.map(([first = 0, last = 0]) => [first, last]),
    filters: {
      isDirect: filters.is_dm,
      isEncrypted: filters.is_encrypted,
      isInvited: filters.is_invite,
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

function readConfig(
  { timeline_limit: timelineLimit = 0, required_state: pairs = [] }: FromSchema<typeof SUBSCRIPTION>,
  userId: string,
): RoomConfig {
  const lazyMembers = pairs.some(([type, stateKey]) => type === 'm.room.member' && stateKey === '$LAZY');
  const include = pairs
    .filter(([, stateKey]) => stateKey !== '$LAZY')
    .map(([type = '', stateKey = '']) => readPattern(type, stateKey, userId));
  return { timelineLimit, requiredState: new RequiredState([{ include, exclude: [], lazyMembers }]) };
}

function readPattern(type: string, stateKey: string, userId: string): StatePattern {
  return {
    type: type === '*' ? undefined : type,
    stateKey: stateKey === '*' ? undefined : stateKey === '$ME' ? userId : stateKey,
  };
}

function presentAnswer({ pos, lists, rooms, extensions }: SlidingAnswer): object {
  return {
    pos,
    lists: Object.fromEntries([...lists].map(([name, list]) => [name, presentList(list)])),
    rooms: Object.fromEntries([...rooms].map(([roomId, room]) => [roomId, presentOldRoom(room)])),
    extensions,
  };
}

function presentList({ count, windows }: ListAnswer): object {
  const ops = windows.map(({ range, roomIds }) => ({ op: 'SYNC', range, room_ids: roomIds }));
  return { count, ops };
}

function presentOldRoom(room: RoomResult): JsonObject {
  return {
    ...presentRoom(room),
    ...withoutAbsent({
      required_state: presentState(room.requiredState),
      timeline: room.timeline && [...room.timeline],
      unstable_expanded_timeline: room.isExpanded,
      invite_state: room.strippedState && [...room.strippedState],
    }),
  };
}
