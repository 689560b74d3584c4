import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { filterVisible } from './history-visibility.ts';
import { ignoredUsers } from './ignored-users.ts';
import { pageToken, positionOfToken } from './page-token.ts';
import { endOfView, viewRoom } from './room-view.ts';

/** Which of a room's threads. */
export interface ThreadsRequest {
  /** `participated`: only those that the viewer has begun or said something in. */
  readonly include: 'all' | 'participated';
  readonly from?: string | undefined;
  readonly limit?: number | undefined;
}

/** Thread roots; `next_batch` is absent when there is nothing more. */
export interface ThreadsPage {
  readonly chunk: JsonObject[];
  readonly next_batch?: string;
}

const DEFAULT_LIMIT = 20;
const MOST_THREADS = 100;
/** How many threads are looked at for a page: few of them may be for the viewer. */
const MOST_LOOKED_AT = 2000;

/**
 * The roots of a room's threads, the one with the newest answer first.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/threads`.
 * @throws MatrixError 403 `M_FORBIDDEN`; 400 `M_INVALID_PARAM` for a token that is none.
 */
export async function getThreads(
  context: RoomsContext,
  roomId: string,
  viewer: Viewer,
  { include, from, limit = DEFAULT_LIMIT }: ThreadsRequest,
): Promise<ThreadsPage> {
  const view = await viewRoom(context, roomId, viewer);
  const { room } = view;
  const newest = (await endOfView(context, view)) ?? (await context.storage.log.newest());
  const wanted = Math.min(limit, MOST_THREADS);
  const roots: StoredEvent[] = [];
  let position = Math.min(positionOfToken(from) ?? newest, newest);
  for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT && roots.length < wanted; lookedAt += MOST_THREADS) {
    const threads = await context.storage.relations.threadRoots(room.nid, position, MOST_THREADS);
    const places = new Map(threads.map((thread) => [thread.rootId, thread.position]));
    const found = await rootsFor(context, room, viewer, include, [...places.keys()]);
    const taken = found.slice(0, wanted - roots.length);
    roots.push(...taken);
    const isWhole = taken.length === found.length;
    if (isWhole && threads.length < MOST_THREADS) {
      return { chunk: await presentEvents(context, room, roots, viewer) };
    }
    const last = isWhole ? threads.at(-1)?.rootId : taken.at(-1)?.eventId;
    position = (places.get(last ?? '') ?? position) - 1;
  }
  return {
    chunk: await presentEvents(context, room, roots, viewer),
    next_batch: pageToken(context, position),
  };
}

/** Those of some events of a room that are threads' roots for the viewer, in the order given. */
async function rootsFor(
  context: RoomsContext,
  room: Room,
  viewer: Viewer,
  include: ThreadsRequest['include'],
  rootIds: readonly string[],
): Promise<StoredEvent[]> {
  const { events, relations } = context.storage;
  const known = await events.getAllById(rootIds);
  const ignored = await ignoredUsers(context, viewer);
  const spoken =
    include === 'all' ? new Set<string>() : await relations.participated(rootIds, viewer.userNid);
  const wanted = rootIds.flatMap((rootId) => {
    const event = known.get(rootId);
    if (event === undefined || event.roomNid !== room.nid || ignored.has(event.pdu.sender)) return [];
    const takesPart = event.pdu.sender === viewer.userId || spoken.has(rootId);
    return include === 'all' || takesPart ? [event] : [];
  });
  return filterVisible(context, room, wanted, viewer);
}
