import type { JsonObject } from '../protocol/canonical-json.ts';
import type { Viewer } from '../rooms/index.ts';
import type { JoinedRoomBody } from './response-shapes.ts';
import type { Sync } from './sync.ts';

/** What `GET /events` answers. */
export interface EventStream {
  readonly start: string;
  readonly end: string;
  readonly chunk: JsonObject[];
}

/** What `GET /initialSync` answers. */
export interface InitialSync {
  readonly end: string;
  readonly presence: JsonObject[];
  readonly account_data: JsonObject[];
  readonly rooms: JsonObject[];
}

const MOST_MESSAGES = 100;
const DEFAULT_MESSAGES = 10;

/**
 * What is new since a token, as clients of before `/sync` get it: one list of the events of all rooms, and of nothing
 * else. It takes the tokens of `/sync`; without one it begins now.
 *
 * Source: Client-Server API v1.19, `GET /events`, deprecated.
 * @throws {MatrixError} 400 `M_INVALID_PARAM` for what is no token.
 */
export async function streamEvents(
  sync: Sync,
  request: {
    readonly viewer: Viewer;
    readonly from: string | undefined;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<EventStream> {
  const { from, ...rest } = request;
  const start = from ?? sync.now();
  const body = await sync.sync({
    ...rest,
    since: start,
    filter: undefined,
    fullState: false,
    setPresence: 'online',
    stateKey: 'state',
  });
  const chunk = Object.entries(body.rooms?.join ?? {}).flatMap(([roomId, room]) => [
    ...inRoom(roomId, room.state?.events ?? []),
    ...inRoom(roomId, room.timeline.events),
  ]);
  return { start, end: body.next_batch, chunk };
}

/**
 * Everything that a client begins with, as those of before `/sync` get it.
 *
 * Source: Client-Server API v1.19, `GET /initialSync`, deprecated.
 * @param limit how many messages of each room.
 */
export async function beginLikeBefore(
  sync: Sync,
  viewer: Viewer,
  {
    limit = DEFAULT_MESSAGES,
    archived,
    signal,
  }: {
    readonly limit: number | undefined;
    readonly archived: boolean;
    readonly signal: AbortSignal;
  },
): Promise<InitialSync> {
  const filter = { room: { timeline: { limit: Math.min(limit, MOST_MESSAGES) }, include_leave: archived } };
  const body = await sync.sync({
    viewer,
    since: undefined,
    filter: JSON.stringify(filter),
    fullState: false,
    setPresence: 'online',
    stateKey: 'state_after',
    timeoutMs: 0,
    signal,
  });
  const { next_batch: end, rooms, presence, account_data: accountData } = body;
  return {
    end,
    presence: presence?.events ?? [],
    account_data: accountData?.events ?? [],
    rooms: [
      ...Object.entries(rooms?.join ?? {}).map(([roomId, room]) => presentRoom(end, roomId, 'join', room)),
      ...Object.entries(rooms?.leave ?? {}).map(([roomId, room]) => presentRoom(end, roomId, 'leave', room)),
      ...Object.keys(rooms?.invite ?? {}).map((roomId) => ({ room_id: roomId, membership: 'invite' })),
    ],
  };
}

function presentRoom(
  end: string,
  roomId: string,
  membership: string,
  room: Partial<JoinedRoomBody> & Pick<JoinedRoomBody, 'timeline'>,
): JsonObject {
  const chunk = inRoom(roomId, room.timeline.events);
  return {
    room_id: roomId,
    membership,
    messages: { start: room.timeline.prev_batch, end, chunk },
    state: inRoom(roomId, room.state_after?.events ?? []),
    account_data: room.account_data?.events ?? [],
  };
}

/** In a list of events of all rooms each says which it is of. */
function inRoom(roomId: string, events: readonly JsonObject[]): JsonObject[] {
  return events.map((event) => ({ ...event, room_id: roomId }));
}
