import type { RoomEventFilter } from '../../accounts/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { BEFORE_ALL, type StoredEvent } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { readWithMissed } from './missed-events.ts';
import { fetchOlder } from './older-history.ts';
import { beginningOfLog, pageToken, positionOfToken } from './page-token.ts';
import { endOfView, membersAfter, viewRoom } from './room-view.ts';

/** Which part of a room's history. */
export interface MessagesRequest {
  readonly direction: 'b' | 'f';
  /** Unless given, the end of what there is in this direction: the newest or the oldest event. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
  readonly filter: RoomEventFilter;
}

/** A page of history; `end` is absent when there is nothing more. */
export interface MessagesPage {
  readonly chunk: JsonObject[];
  readonly start: string;
  readonly end?: string;
  readonly state?: JsonObject[];
}

const DEFAULT_LIMIT = 10;
const MOST_EVENTS = 1000;
/** How often other servers are asked for one page. */
const MOST_ROUNDS = 10;

/**
 * A page of a room's history.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/messages`.
 * @throws MatrixError 403 `M_FORBIDDEN`; 400 `M_INVALID_PARAM` for a token that is none.
 */
export async function getMessages(
  context: RoomsContext,
  roomId: string,
  viewer: Viewer,
  { direction, from, to, limit, filter }: MessagesRequest,
): Promise<MessagesPage> {
  const view = await viewRoom(context, roomId, viewer);
  const given = positionOfToken(from);
  const goal = positionOfToken(to);
  const newest = (await endOfView(context, view)) ?? (await context.storage.log.newest());
  const start = Math.min(given ?? (direction === 'b' ? newest : BEFORE_ALL), newest);
  const until = direction === 'b' ? (goal ?? BEFORE_ALL) : Math.min(goal ?? newest, newest);
  const stretch = {
    direction,
    from: start,
    until,
    limit: Math.min(limit ?? filter.limit ?? DEFAULT_LIMIT, MOST_EVENTS),
    filter,
  };
  let page = await readWithMissed(context, view, viewer, stretch);
  for (let round = 0; round < MOST_ROUNDS && page.next === undefined && until === BEFORE_ALL; round += 1) {
    // What is here ends, and other servers may have more.
    if (direction === 'f' || !(await fetchOlder(context, view))) break;
    page = await readWithMissed(context, view, viewer, stretch);
  }
  const { events, next } = page;
  const members = filter.lazy_load_members === true ? await senders(context, events, direction) : [];
  return {
    chunk: await presentEvents(context, view.room, events, viewer),
    start: from ?? pageToken(context, Math.max(start, await beginningOfLog(context))),
    ...(next === undefined ? {} : { end: pageToken(context, next) }),
    ...(members.length === 0 ? {} : { state: await presentEvents(context, view.room, members, viewer, []) }),
  };
}

/** The member events of those who sent the events of a page, as of the newest of them. */
async function senders(
  context: RoomsContext,
  events: readonly StoredEvent[],
  direction: 'b' | 'f',
): Promise<StoredEvent[]> {
  const newest = direction === 'b' ? events[0] : events.at(-1);
  if (newest === undefined) return [];
  return membersAfter(context, newest, new Set(events.map((event) => event.pdu.sender)));
}
